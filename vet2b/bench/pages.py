"""Pages as a browser asks for them: their CPU in units of a static view, their statements, their weight."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from accounts.models import Membership, Notification, User
from marketplace.models import Offer, Order
from vet2b.bench.site import Site
from vet2b.bench.table import Row

RESULTS = "/offers/"


def measure(site: Site, word: str, rare: str) -> Iterator[Row]:
    offer = Offer.objects.published().select_related("school").earliest("pk")
    order = Order.objects.annotate(n=Count("messages")).latest("n")
    buyer = Membership.objects.filter(organisation=order.buyer, role=Membership.Role.OWNER).earliest("pk").user
    told = Notification.objects.values("recipient").annotate(n=Count("pk")).latest("n")
    reader = User.objects.get(pk=told["recipient"])
    yield Row("results page, anonymous, no word", "U", site.units(RESULTS), 10)
    yield Row(f"results page, anonymous, “{rare}”", "U", site.units(f"{RESULTS}?q={rare}"), 10)
    yield Row(f"results page, anonymous, “{word}” (10 % of offers)", "U", site.units(f"{RESULTS}?q={word}"), 10)
    yield Row("results page, signed in, no word", "U", site.units(RESULTS, cookie_of(buyer, site)), 15)
    yield Row("home page", "U", site.units("/"), 10)
    yield Row("offer page", "U", site.units(offer.get_absolute_url()), 10)
    yield Row("organisation page", "U", site.units(offer.school.get_absolute_url()), 10)
    yield Row("order page", "U", site.units(order.get_absolute_url(), cookie_of(buyer, site)), 25)
    yield Row("inbox", "U", site.units("/inbox/", cookie_of(reader, site)), 25)
    for clients in (2, 16):
        taken = site.latencies(RESULTS, clients, requests=160)
        for share in (50, 95, 99):
            yield Row(f"results page, p{share} with {clients} connections", "ms", taken[len(taken) * share // 100])
    yield from statements(offer, buyer)
    yield from weight(site)
    yield Row("memory of a worker now", "MiB", site.memory())
    yield Row("the same, against when it had answered one static view", "x", site.memory() / site.memory_at_start, 2)


def cookie_of(user: User, site: Site) -> str:
    """Of a session as a password makes it; the bench knows no passwords."""
    with override_settings(SECRET_KEY=site.secret_key):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
    return f"__Host-session={session.session_key}"


def statements(offer: Offer, buyer: User) -> Iterator[Row]:
    client = Client()
    for label, path, user, goal in (
        ("results page, anonymous", f"{RESULTS}?q=website", None, 3),
        ("results page, signed in", f"{RESULTS}?q=website", buyer, 5),
        ("home page", "/", None, 4),
        ("offer page", offer.get_absolute_url(), None, 4),
    ):
        client.logout()
        if user:
            client.force_login(user)
        yield Row(f"statements of the {label}", "queries", count_statements(client, path), goal)


@override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False)
def count_statements(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def weight(site: Site) -> Iterator[Row]:
    """Gzipped as the proxy does; of a page in English, which needs the Latin fonts only."""
    html = site.get(RESULTS)
    parts: dict[str, bytes] = {}
    for path in re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', html.decode()):
        collect(site, path, parts)
    fonts = {path for path in parts if path.endswith(".woff2") and "-latin-ext-" not in path}
    text = [html, *(content for path, content in parts.items() if not path.endswith(".woff2"))]
    yield Row("HTML, CSS and JavaScript, gzipped", "KB", sum(len(gzip.compress(part)) for part in text) / 1000, 120)
    yield Row("fonts", "KB", sum(len(parts[path]) for path in fonts) / 1000, 105)


def collect(site: Site, path: str, parts: dict[str, bytes]) -> None:
    """A file, and the style sheets and fonts that it names."""
    if path in parts:
        return
    parts[path] = site.get(path)
    if path.endswith(".css"):
        for name in re.findall(r"url\([\"']?([^\"')]+\.(?:css|woff2))", parts[path].decode()):
            collect(site, urljoin(path, name), parts)
