"""What nobody outside the school ever reads of a learner (trust.md PRV-1, EML-1)."""

import io
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import Activity, OutgoingMail
from accounts.notifications import send_due
from marketplace.models import Consent, ConsentRequest, Evidence, HourEntry, Learner, TeamFeedback
from marketplace.models.agreement_pdf import make_due_pdfs
from marketplace.models.evidence_verbs import Finding
from tests.factories import add_resource, deliver, make_offer, make_order, make_ready

BIRTHDAY = timezone.localdate() + timedelta(days=301)
GIVEN, FAMILY, GUARDIAN, ADDRESS = "Canarina", "Zwitscherling", "Vogelvater Hueter", "vogelvater@home.example"
SECRETS = (FAMILY, GUARDIAN, ADDRESS, BIRTHDAY.isoformat(), BIRTHDAY.strftime("%d.%m.%Y"), f"{BIRTHDAY:%-d %B %Y}")

PARTS = (
    "order_ready", "order_team", "order_hours", "order_hours_csv", "order_release", "order_quality", "order_calendar",
    "order_sheet", "sheet_pdf", "sheet_csv", "order_review", "order_evidence", "order_feedback", "agreement_detail",
)  # fmt: skip


@pytest.fixture
def order(school, adam, sara, buyer, seller, lea):
    """Done by a minor who has an account, a refused and a given consent, hours and a record that the client marked."""
    group = add_resource(school, "class", "3B")
    learner = Learner.add(group, by=seller, given_name=GIVEN, family_name=FAMILY, minor_until=BIRTHDAY)
    learner.change(by=seller, membership=school.memberships.get(user=lea))
    guardian = {"giver": "guardian", "giver_name": GUARDIAN, "language": "en"}
    for verb in ("refuse", "give"):
        request, _token = ConsentRequest.ask(learner, "work", by=seller, email=ADDRESS, **guardian)
        getattr(request, verb)(by=None)
    offer = make_offer(school, adam, sara, delivery_modes=["at_client"])
    offer.texts.update(safety="Gloves and goggles are worn.")
    order = make_order(offer, buyer, "scheduled", place="Ozolu iela 2")
    order.assign_team([learner], by=seller)
    make_ready(order, buyer, seller)
    order.start(by=seller)
    order.accepted_at -= timedelta(days=7)
    order.save(update_fields=["accepted_at"])
    HourEntry.write(order, [learner], by=seller, done="Setting the tables", **an_hour())
    deliver(order, seller)
    order.accept_delivery(by=buyer)
    Evidence.confirm_team(order, [finding(order, learner)], by=seller)
    TeamFeedback.give(order, {}, by=buyer, line="Friendly.", may_be_named=True)
    make_due_pdfs()
    return order


def an_hour():
    end = timezone.now().replace(hour=10, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return {"starts_at": end - timedelta(hours=1), "ends_at": end}


def finding(order, learner):
    return Finding(learner=learner, tasks="Served the guests", minutes=60, skills=(), level=Evidence.Level.ALONE)


def pages_of(order):
    return [
        order.get_absolute_url(),
        *(reverse(f"marketplace:{name}", args=[order.ref]) for name in PARTS),
        reverse("marketplace:agreement_pdf", args=[order.ref, 1]),
        reverse("marketplace:verify", args=[Evidence.objects.get().code]),
        reverse("marketplace:issuer", args=[order.seller.slug]),
        reverse("marketplace:order_list"), reverse("accounts:inbox"), reverse("dashboard"),
        order.offer.get_absolute_url(), reverse("marketplace:offer_list"),
        reverse("organisation_detail", args=[order.seller.slug]), reverse("accounts:school_list"),
        reverse("sitemap_section", args=["offers"]),
    ]  # fmt: skip


def told(response):
    content = b"".join(response) if response.streaming else response.content
    if response["Content-Type"] == "application/pdf":
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode()


@pytest.mark.parametrize("who", ["bob", "charlie", "lea", None])
def test_no_page_tells_it(who, request, client, order, company):
    if who:
        client.force_login(request.getfixturevalue(who))
    for page in pages_of(order):
        text = told(client.get(page, follow=True))
        for secret in (*SECRETS, GIVEN):
            assert secret not in text, page


def test_the_school_reads_it(client, order, adam):
    client.force_login(adam)

    for name in ("order_team", "order_hours", "order_evidence"):
        assert FAMILY in client.get(reverse(f"marketplace:{name}", args=[order.ref])).text


def test_no_mail_and_no_record_tells_it(order, django_capture_on_commit_callbacks):
    OutgoingMail.objects.exclude(to=ADDRESS).delete()
    with django_capture_on_commit_callbacks(execute=True):
        send_due()

    assert len(mail.outbox) > 3
    for message in mail.outbox:
        words = [message.subject, message.body, *(part.content for part in message.alternatives)]
        for secret in (FAMILY, BIRTHDAY.isoformat(), BIRTHDAY.strftime("%d.%m.%Y")):
            assert secret not in " ".join(words)
    for details in Activity.objects.values_list("details", flat=True):
        for secret in SECRETS:
            assert secret not in str(details)


def test_the_guardians_address_is_forgotten_when_it_is_no_longer_needed(order):
    assert not ConsentRequest.objects.exclude(email="").exists()
    OutgoingMail.objects.update(emailed_at=timezone.now())
    for request in ConsentRequest.objects.all():
        request.forget(by=None)

    assert not OutgoingMail.objects.filter(to=ADDRESS).exists()
    assert Consent.objects.exists()
