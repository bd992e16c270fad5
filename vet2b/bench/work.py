"""What the site does when it writes: books places, tells people, sends mail, makes pictures smaller."""

from __future__ import annotations

import io
import smtplib
import socketserver
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts import notifications
from accounts.mails import mail_of
from accounts.models import Activity, Membership, Notification, User
from accounts.models.activity import tell
from marketplace.models import Offer, OfferImage, Order, Window
from vet2b.bench.pages import cookie_of
from vet2b.bench.search import seconds
from vet2b.bench.site import HOST, STATIC, Site
from vet2b.bench.table import Row
from vet2b.lib.uploads import check_upload

BOOKINGS = 200
CLIENTS, ROUNDS, PLACES = 64, 20, 20
TOLD = 5000
MAILS = 1000
PHOTO = (4000, 3000)
SIZES = (1600, 800, 400)


def measure(site: Site) -> Iterator[Row]:
    yield from bookings(site)
    with transaction.atomic():
        people = User.objects.bulk_create(
            User(email=f"{uuid.uuid4()}@bench.example", name="Bench") for _ in range(TOLD)
        )
        yield notices(people)
        yield mails()
        transaction.set_rollback(True)
    yield photos()


def bookings(site: Site) -> Iterator[Row]:
    at_once = Offer.objects.published().filter(is_instant=True, price_model="FIX")
    offer = at_once.filter(delivery_modes__contains=["at_school"]).earliest("pk")
    buyers = Membership.objects.filter(organisation__kind="company", organisation__status="verified", role="owner")
    cookie = cookie_of(buyers.select_related("user").earliest("pk").user, site)
    static = BOOKINGS / seconds(lambda: [site.get(STATIC) for _ in range(BOOKINGS)])
    roomy, full = new_window(offer, BOOKINGS), new_window(offer, 0)
    booked = BOOKINGS / seconds(lambda: [book(site, cookie, offer, roomy) for _ in range(BOOKINGS)])
    refused = BOOKINGS / seconds(lambda: [book(site, cookie, offer, full) for _ in range(BOOKINGS)])
    if (Order.objects.filter(window=roomy).count(), Order.objects.filter(window=full).count()) != (BOOKINGS, 0):
        raise CommandError("the places were not booked")
    yield Row("booking a place, against static requests/s", "x rate", booked / static, 0.08, is_least=True)
    yield Row("refusing a sold-out place, against booking one", "x rate", refused / booked, 2, is_least=True)
    yield Row(f"sold too often, {ROUNDS} x {CLIENTS} clients", "places", sum(rush(site, cookie, offer)), 0)


def rush(site: Site, cookie: str, offer: Offer) -> Iterator[int]:
    """Places sold beyond those there were, each round."""
    for _round in range(ROUNDS):
        window = new_window(offer, PLACES)
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(lambda _n, window=window: book(site, cookie, offer, window), range(CLIENTS)))
        yield abs(Order.objects.filter(window=window).count() - PLACES)


def new_window(offer: Offer, places: int) -> Window:
    """One more of the next years' days."""
    last = offer.windows.order_by("-starts_on").first()
    day = max(last.starts_on if last else timezone.localdate(), timezone.localdate() + timedelta(days=30))
    return offer.windows.create(starts_on=day + timedelta(days=1), ends_on=day + timedelta(days=2), capacity=places)


def book(site: Site, cookie: str, offer: Offer, window: Window) -> int:
    token = "b" * 32
    form = {
        "window": window.pk, "place_mode": "at_school", "seen": str(offer.price),
        "request_key": uuid.uuid4(), "csrfmiddlewaretoken": token,
    }  # fmt: skip
    path = reverse("marketplace:order_book", args=[offer.slug])
    return site.post(path, urlencode(form), f"{cookie}; __Host-csrf={token}")


def notices(people: list[User]) -> Row:
    """Telling many people at once, against copying ready rows inside the database."""
    activity = Activity.objects.filter(verb="offer.approve").earliest("pk")
    ours = seconds(lambda: tell(activity, [(person, None) for person in people]))
    base = seconds(lambda: copy_notices(activity))
    return Row(f"{TOLD:,} notices, against INSERT ... SELECT", "x rate", base / ours, 0.5, is_least=True)


def copy_notices(activity: Activity) -> None:
    columns = [str(field.column) for field in Notification._meta.concrete_fields if not field.primary_key]
    copied = ["-activity_id" if column == "activity_id" else column for column in columns]
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(
            f"INSERT INTO accounts_notification ({', '.join(columns)}) "  # noqa: S608 - the columns of a model
            f"SELECT {', '.join(copied)} FROM accounts_notification WHERE activity_id = %s",
            [activity.pk],
        )
        transaction.set_rollback(True)


def mails() -> Row:
    """The outbox, against one connection that is fed the same ready-made bytes again and again."""
    waiting = Notification.objects.filter(recipient__email__endswith="@bench.example").order_by("pk")
    now = timezone.now()
    for queue in notifications.QUEUES:
        queue._default_manager.filter(emailed_at=None).update(emailed_at=now)
    waiting.filter(pk__in=waiting.values("pk")[:MAILS]).update(emailed_at=None)
    example = waiting.select_related("activity", "recipient")[0]
    with sink() as port, override_settings(EMAIL_BACKEND=SMTP, EMAIL_HOST=HOST, EMAIL_PORT=port, EMAIL_USE_TLS=False):
        ready = mail_of(example).message().as_bytes()
        base = seconds(lambda: send_ready(port, ready))
        ours = seconds(lambda: notifications.send_due(MAILS))
    if waiting.filter(emailed_at=None).exists():
        raise CommandError("not all mails went")
    return Row(f"{MAILS:,} mails, against ready-made bytes", "x rate", base / ours, 0.65, is_least=True)


SMTP = "django.core.mail.backends.smtp.EmailBackend"


def send_ready(port: int, content: bytes) -> None:
    with smtplib.SMTP(HOST, port) as server:
        for _ in range(MAILS):
            server.sendmail("no-reply@bench.example", ["reader@bench.example"], content)


class Swallow(socketserver.StreamRequestHandler):
    """Just enough of a mail server to take everything."""

    def handle(self) -> None:
        self.wfile.write(b"220 bench\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                while self.rfile.readline() != b".\r\n":
                    pass
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")


@contextmanager
def sink() -> Iterator[int]:
    with socketserver.ThreadingTCPServer((HOST, 0), Swallow) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def photos() -> Row:
    """CPU of an upload and its three sizes, against a full decode and three resizes of it."""
    content = io.BytesIO()
    coarse = [Image.effect_noise((PHOTO[0] // 16, PHOTO[1] // 16), 40) for _channel in "RGB"]
    Image.merge("RGB", coarse).resize(PHOTO, Image.Resampling.BICUBIC).save(content, "JPEG", quality=90)
    data = content.getvalue()
    with override_settings(STORAGES=settings.STORAGES | {"default": {"BACKEND": MEMORY}}):
        ours, base = [statistics.median(cpu(call, data) for _ in range(5)) for call in (make_sizes, resize_plainly)]
    return Row("three sizes of a 12 MP photo, against decode and 3 resizes", "x CPU", ours / base, 0.4)


MEMORY = "django.core.files.storage.InMemoryStorage"


def cpu(call: Callable[[bytes], object], data: bytes) -> float:
    begun = time.process_time()
    call(data)
    return time.process_time() - begun


def make_sizes(data: bytes) -> None:
    checked = check_upload(SimpleUploadedFile("photo.jpg", data, "image/jpeg"), {"image"}, to_webp=True)
    image = OfferImage(file="photo.webp")
    image.file.storage.save("photo.webp", checked.file)
    image.make_sizes()


def resize_plainly(data: bytes) -> None:
    picture = Image.open(io.BytesIO(data))
    for size in SIZES:
        picture.resize((size, size * 3 // 4)).save(io.BytesIO(), "WEBP")
