"""What is stored of an order's files when an upload fails half-way."""

import os
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from accounts.models import Refusal, Report
from marketplace.models import OrderFile, QualitySheet
from marketplace.models.pictures import remove_stray_files
from tests.factories import make_member, make_order
from vet2b.lib.uploads import Checked

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def file(name="plan.pdf"):
    return Checked(ContentFile(PDF, name=name), name, "application/pdf", len(PDF))


class Crash(Exception):
    """Whatever ends a request between the upload and its commit."""


def stored(media):
    return sorted(f"orders/{path.name}" for path in (media / "orders").iterdir())


def make_old(media):
    old = time.time() - 25 * 3600
    for name in stored(media):
        os.utime(media / name, (old, old))


@transaction.atomic
def write_and_crash(order, buyer):
    order.write("Here it is.", by=buyer, files=[file(), file()])
    raise Crash


def test_files_of_a_rolled_back_upload_go_after_a_day_and_no_others(offer, buyer, media):
    order = make_order(offer, buyer, "requested")
    order.write("Our logo.", by=buyer, files=[file()])
    make_old(media)
    with pytest.raises(Crash):
        write_and_crash(order, buyer)
    [kept] = OrderFile.objects.values_list("file", flat=True)
    assert len(stored(media)) == 3

    assert remove_stray_files() == 0  # their rows could still be on the way
    make_old(media)
    assert remove_stray_files() == 2

    assert stored(media) == [kept]


def test_every_row_has_its_file_when_the_disk_fills_up_half_way(offer, buyer, media, monkeypatch):
    order = make_order(offer, buyer, "requested")
    order.write("Our logo.", by=buyer, files=[file()])
    save, storage = OrderFile.file.field.storage.save, OrderFile.file.field.storage
    left = iter([True, False])

    def save_once(*args, **kwargs):
        if not next(left):
            raise OSError(28, "No space left on device")
        return save(*args, **kwargs)

    monkeypatch.setattr(storage, "save", save_once)

    with pytest.raises(Refusal) as refused:
        order.write("More of it.", by=buyer, files=[file(), file("b.pdf")])

    assert refused.value.field == "files"
    assert order.messages.count() == 1
    assert all(row.file.storage.exists(row.file.name) for row in OrderFile.objects.all())
    assert OrderFile.objects.count() == 1


@pytest.mark.parametrize(
    ("verb", "status", "fields", "failed"),
    [
        ("write", "requested", {"text": "Our logo."}, "failed"),
        ("deliver", "in_progress", {"note": "It is online."}, "form"),
    ],
)
def test_a_full_disk_is_an_error_of_the_form(verb, status, fields, failed, offer, buyer, adam, media, signed_in):
    order = make_order(offer, buyer, status)
    (media / "orders").write_text("a file where a folder should be")
    checks = {f"point_{point.pk}": "yes" for point in order.quality_points}
    form = checks | fields | {"files": SimpleUploadedFile("plan.pdf", PDF, "application/pdf")}

    page = signed_in(adam).post(reverse(f"marketplace:order_{verb}", args=[order.ref]), form)

    assert page.status_code == 422
    assert page.context[failed].errors == {"files": ["The file could not be stored. Please try again later."]}
    assert all(str(text) in page.text for text in fields.values())
    assert not QualitySheet.objects.exists()
    assert not OrderFile.objects.exists()


def test_a_full_disk_keeps_the_draft_of_a_request(offer, buyer, bob, media, signed_in):
    order = make_order(offer, buyer, "draft")
    (media / "orders").write_text("a file where a folder should be")
    form = {
        "brief": "A larger website.", "place_mode": "remote", "request_key": order.request_key,
        "files": SimpleUploadedFile("plan.pdf", PDF, "application/pdf"),
    }  # fmt: skip

    page = signed_in(bob).post(reverse("marketplace:order_edit", args=[order.ref]), form)

    assert page.status_code == 422
    assert "The file could not be stored." in page.text
    assert "A larger website." in page.text


# --- Moderators ---
@pytest.fixture
def desk(signed_in, mona):
    return signed_in(mona)


def at_the_desk(order):
    return reverse("admin:marketplace_order_file", args=[order.pk, order.files.get().ref])


def with_file(order, by):
    order.write("Our logo.", by=by, files=[file()])
    return order


def test_a_moderator_opens_a_file_of_a_dispute_and_both_sides_see_it(offer, buyer, bob, adam, mona, desk):
    order = with_file(make_order(offer, buyer, "in_progress"), buyer)
    order.dispute(by=buyer, reason="Not what was agreed.")
    messages = desk.post(reverse("admin:marketplace_order_messages", args=[order.pk]))

    assert f'action="{at_the_desk(order)}"' in messages.text
    answers = [desk.post(at_the_desk(order)) for _time in range(2)]

    assert [b"".join(answer.streaming_content) for answer in answers] == [PDF, PDF]
    assert answers[0].headers["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    assert answers[0].headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    looks = order.activities.filter(verb="order.view_file")
    assert [(look.actor, look.line) for look in looks] == [(mona, "A moderator opened the file plan.pdf")] * 2
    for user in (bob, adam):
        desk.force_login(user)
        assert desk.get(order.get_absolute_url()).text.count("A moderator opened the file plan.pdf") == 2


def test_a_report_opens_the_files_until_it_is_decided(offer, buyer, bob, mona, desk):
    order = with_file(make_order(offer, buyer, "in_progress"), buyer)
    report = Report.send(order, by=bob, ground="other", text="Something is wrong with it.")

    answer = desk.post(at_the_desk(order))
    assert b"".join(answer.streaming_content) == PDF
    report.decide(by=mona, upheld=False, reason="Nothing was found.")
    assert desk.post(at_the_desk(order)).status_code == 403
    assert order.activities.filter(verb="order.view_file").count() == 1


def test_files_stay_closed_without_dispute_or_report_and_to_a_moderator_of_one_side(offer, buyer, mona, company, desk):
    quiet = with_file(make_order(offer, buyer, "in_progress"), buyer)
    own = with_file(make_order(offer, buyer, "in_progress"), buyer)
    own.dispute(by=buyer, reason="Not what was agreed.")
    make_member(mona, company)

    for order in (quiet, own):
        assert desk.post(at_the_desk(order)).status_code == 403
        assert not order.activities.filter(verb="order.view_file").exists()


def test_looking_by_a_link_opens_nothing(offer, buyer, adam, desk):
    order = with_file(make_order(offer, buyer, "in_progress"), buyer)
    order.dispute(by=buyer, reason="Not what was agreed.")
    url = at_the_desk(order)

    assert desk.get(url).status_code == 302
    assert desk.post(url.replace(order.files.get().ref, "00000000000000")).status_code == 404
    desk.force_login(adam)
    assert desk.post(url).status_code == 404
    assert not order.activities.filter(verb="order.view_file").exists()
