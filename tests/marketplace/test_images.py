"""Pictures and documents of offers: what is stored, who gets it, and when it goes."""

import os
import time
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from kombu.exceptions import OperationalError
from PIL import Image

from marketplace.models import Offer, OfferDocument, OfferImage
from marketplace.models.offer_files import MAX_FILES
from marketplace.models.pictures import MAX_ATTEMPTS, remove_stray_files
from marketplace.tasks import resize_images
from tests.factories import complete_draft

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
GPS = 34853


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def draft(school, adam, sara):
    return complete_draft(school, adam, sara)


@pytest.fixture
def trainer(signed_in, adam):
    return signed_in(adam)


def picture_bytes(format="JPEG", size=(2000, 1500), **saving):
    content = BytesIO()
    Image.new("RGB", size, "orange").save(content, format, **saving)
    return content.getvalue()


def upload(client, offer, content=None, name="cake.jpg", **words):
    words = {"image-alt": "A cake", "image-caption": ""} | words
    file = SimpleUploadedFile(name, picture_bytes() if content is None else content)
    return client.post(reverse("marketplace:offer_image_add", args=[offer.ref]), {"image-file": file} | words)


def upload_document(client, offer, content=PDF, name="menu.pdf", title="Menu"):
    file = SimpleUploadedFile(name, content)
    page = reverse("marketplace:offer_document_add", args=[offer.ref])
    return client.post(page, {"document-file": file, "document-title": title})


def stored(media):
    return sorted(path.relative_to(media).as_posix() for path in Path(media).rglob("*") if path.is_file())


def seen(path):
    with Image.open(path) as picture:
        return picture.format, *picture.size


def body(response):
    return b"".join(response.streaming_content)


def test_a_picture_is_redrawn_without_what_the_camera_wrote(trainer, draft, media):
    exif = Image.Exif()
    exif[0x010E] = "Secret description"
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (56.0, 57.0, 0.0)
    content = picture_bytes(exif=exif, comment=b"Secret comment") + b"Secret tail"
    assert b"Secret description" in content

    response = upload(trainer, draft, content)

    image = draft.images.get()
    raw = (media / image.file.name).read_bytes()
    assert response.status_code == 302
    assert Image.open(BytesIO(raw)).format == "WEBP"
    assert not Image.open(BytesIO(raw)).getexif()
    for secret in (b"Secret", b"EXIF", b"XMP ", b"ICCP"):
        assert secret not in raw
    assert (image.width, image.height, image.size) == (1600, 1200, len(raw))
    assert len(image.file.name.rpartition("/")[2].removesuffix(".webp")) >= 43  # 256 bits
    assert draft.activities.last().details["part"] == "pictures"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_three_formats_are_taken(trainer, draft, format):
    upload(trainer, draft, picture_bytes(format, (60, 40)), name=f"cake.{format.lower()}")

    assert draft.images.count() == 1


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "cake.svg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "cake.png"),
        (b"GIF89a" + b"\0" * 20, "cake.gif"),
        (b"MZ" + b"\0" * 200, "cake.jpg"),
        (PDF, "cake.pdf"),
        (PDF, "cake.jpg"),
        (b"", "cake.jpg"),
        (picture_bytes()[:500], "cake.jpg"),
        (picture_bytes("PNG", (6000, 5000)), "cake.png"),
        (b"\xff" * (10 * 1024 * 1024 + 1), "cake.jpg"),
    ],
)
def test_what_is_no_picture_is_refused_and_nothing_is_stored(trainer, draft, media, content, name):
    response = upload(trainer, draft, content, name)

    assert response.status_code == 422
    assert "file" in response.context["failed"].errors
    assert not draft.images.exists()
    assert stored(media) == []


def test_a_picture_needs_words_for_those_who_cannot_see_it(trainer, draft, media):
    response = upload(trainer, draft, **{"image-alt": "  "})

    assert response.status_code == 422
    assert set(response.context["failed"].errors) == {"alt"}
    assert stored(media) == []


def test_an_offer_has_at_most_twenty_files(trainer, draft, adam):
    OfferDocument.objects.bulk_create(
        OfferDocument(offer=draft, file=f"offers/documents/{n}.pdf", title="x", uploaded_by=adam)
        for n in range(MAX_FILES)
    )

    response = upload(trainer, draft)

    assert response.status_code == 422
    assert response.context["failed"].errors == {"file": ["An offer has at most 20 pictures and documents."]}


def test_one_person_stores_at_most_200_megabytes(trainer, draft, adam):
    draft.documents.create(file="offers/documents/x.pdf", title="x", size=200 * 1024 * 1024, uploaded_by=adam)

    response = upload(trainer, draft)

    assert "You have stored 200 MB" in response.content.decode()
    assert not draft.images.exists()


def test_words_and_order_change_and_pictures_go(trainer, draft):
    upload(trainer, draft, **{"image-alt": "First"})
    upload(trainer, draft, **{"image-alt": "Second"})
    first, second = draft.images.all()
    change = reverse("marketplace:offer_image_change", args=[draft.ref, second.pk])

    trainer.post(change, {f"i{second.pk}-alt": "A better name", f"i{second.pk}-caption": "2026"})
    trainer.post(change, {"up": ""})

    assert [image.alt for image in draft.images.all()] == ["A better name", "First"]
    trainer.post(change, {"remove": ""})
    assert list(draft.images.all()) == [first]
    assert trainer.post(change, {"remove": ""}).status_code == 404


def test_the_task_makes_three_sizes_once(trainer, draft, media):
    upload(trainer, draft)
    image = draft.images.get()
    assert image.name_at(400) == image.file.name

    assert resize_images() == 1

    image.refresh_from_db()
    made = {size: seen(media / image.name_at(size)) for size in (1600, 800, 400)}
    assert made == {1600: ("WEBP", 1600, 1200), 800: ("WEBP", 800, 600), 400: ("WEBP", 400, 300)}
    before = stored(media)
    assert resize_images() == 0
    image.make_sizes()
    assert stored(media) == before


def test_a_small_picture_is_not_blown_up(trainer, draft, media):
    upload(trainer, draft, picture_bytes(size=(300, 200)))

    resize_images()

    image = draft.images.get()
    assert seen(media / image.name_at(1600)) == ("WEBP", 300, 200)


def test_a_broken_picture_does_not_stop_its_neighbours(trainer, draft, media):
    upload(trainer, draft)
    upload(trainer, draft)
    broken, fine = draft.images.all()
    (media / broken.file.name).write_bytes(b"nonsense")

    for _number in range(MAX_ATTEMPTS + 2):
        resize_images()

    broken.refresh_from_db()
    fine.refresh_from_db()
    assert (broken.sized_at, broken.attempts) == (None, MAX_ATTEMPTS)
    assert fine.sized_at is not None


def test_uploads_work_while_the_broker_is_down(trainer, draft, monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("no broker")

    monkeypatch.setattr(resize_images, "apply_async", refuse)

    assert upload(trainer, draft).status_code == 302
    assert resize_images() == 1  # as the sweep does


def test_everybody_gets_the_pictures_of_a_published_offer(client, adam, offer, media):
    image = add_image(offer, adam, media)
    response = client.get(image.url)

    assert body(response) == (media / image.file.name).read_bytes()
    assert response.status_code == 200
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "public, max-age=86400, immutable"


def test_a_size_that_is_not_made_yet_gives_the_full_picture(client, adam, offer, media):
    image = add_image(offer, adam, media)
    url = image.url.replace(".webp", "-400.webp")

    response = client.get(url)

    assert body(response) == (media / image.file.name).read_bytes()
    assert response["Cache-Control"] == "private, no-cache"
    resize_images()
    image.refresh_from_db()
    assert image.card_url == url
    assert Image.open(BytesIO(body(client.get(url)))).size == (400, 300)


@pytest.mark.parametrize("status", ["draft", "in_review", "paused", "suspended", "archived"])
def test_pictures_of_other_offers_are_for_the_school_and_moderators(
    signed_in, client, adam, lea, charlie, bob, company, mona, offer, media, status
):
    image = add_image(offer, adam, media)
    Offer.objects.filter(pk=offer.pk).update(status=status)

    assert client.get(image.url).status_code == 404
    for person, code in ((adam, 200), (mona, 200), (lea, 404), (charlie, 404), (bob, 404)):
        response = signed_in(person).get(image.url)
        assert response.status_code == code, person
        assert "public" not in response.get("Cache-Control", "")
        if code == 200:
            body(response)


@pytest.mark.parametrize(
    "name", ["x.webp", "..%2f..%2fsecret", "%2e%2e", "x" * 300, "%00", "²", "-400.webp", "a%0d%0ab"]
)
def test_names_that_do_not_exist_are_not_found(client, db, name):
    for folder in ("images", "documents"):
        assert client.get(f"/offers/{folder}/{name}/").status_code in {400, 404}


def test_a_document_comes_as_a_download(trainer, client, draft, media):
    upload_document(trainer, draft, title="Menu: autumn\r\nX-Evil: 1 “2026”")
    document = draft.documents.get()
    assert document.title == "Menu: autumn X-Evil: 1 “2026”"

    response = trainer.get(document.url)

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="menu-autumn-x-evil-1-2026.pdf"'
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert body(response) == PDF
    trainer.post(reverse("marketplace:offer_document_remove", args=[draft.ref, document.pk]))
    assert not draft.documents.exists()


@pytest.mark.parametrize(
    "content", [PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(x)>>"), b"hello", b""]
)
def test_documents_with_scripts_are_refused(trainer, draft, media, content):
    response = upload_document(trainer, draft, content)

    assert response.status_code == 422
    assert stored(media) == []


def test_a_new_version_shares_the_files_of_the_live_offer(trainer, seller, mona, adam, offer, media):
    image = add_image(offer, adam, media)
    resize_images()
    files = stored(media)

    response = upload(trainer, offer, **{"image-alt": "Another"})

    revision = Offer.objects.get(pk=offer.pk).open_revision
    assert response.url == reverse("marketplace:offer_pictures", args=[revision.ref])
    assert [row.alt for row in revision.images.all()] == ["A cake", "Another"]
    assert [row.alt for row in offer.images.all()] == ["A cake"]
    shared = revision.images.first()
    assert (shared.file.name, shared.sized_at is not None) == (image.file.name, True)
    revision.remove_file(shared, by=seller)
    make_old(media)
    remove_stray_files()
    assert set(files) <= set(stored(media))


def test_removing_a_picture_of_a_live_offer_waits_for_a_moderator(trainer, adam, offer, media):
    image = add_image(offer, adam, media)

    trainer.post(reverse("marketplace:offer_image_change", args=[offer.ref, image.pk]), {"remove": ""})

    assert offer.images.count() == 1
    assert not Offer.objects.get(pk=offer.pk).open_revision.images.exists()


def test_files_without_a_row_go_after_a_day(trainer, draft, media):
    upload(trainer, draft)
    upload_document(trainer, draft)
    resize_images()
    kept = stored(media)
    upload(trainer, draft)
    resize_images()
    draft.images.last().delete()
    stray = media / "offers" / "documents" / "stray.pdf"
    stray.write_bytes(PDF)

    assert remove_stray_files() == 0
    make_old(media)
    assert remove_stray_files() == 5

    assert stored(media) == kept


def test_a_full_disk_is_an_error_of_the_form(trainer, draft, media, settings):
    (media / "offers").write_text("a file where a folder should be")

    response = upload(trainer, draft)

    assert response.status_code == 422
    assert response.context["failed"].errors == {"file": ["The file could not be stored. Please try again later."]}
    assert not OfferImage.objects.exists()


def add_image(offer, user, media):
    image = OfferImage(offer=offer, alt="A cake", width=2000, height=1500, uploaded_by=user)
    image.file.save("x.webp", SimpleUploadedFile("x.webp", picture_bytes("WEBP")))
    return image


def make_old(media):
    old = time.time() - 25 * 3600
    for name in stored(media):
        os.utime(media / name, (old, old))
