"""What nobody outside the school ever reads of a learner (trust.md PRV-1, EML-1)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, OutgoingMail
from accounts.notifications import send_due
from marketplace.models import Consent, ConsentRequest, Learner
from tests.factories import add_resource, make_offer, make_order, make_ready

BIRTHDAY = timezone.localdate() + timedelta(days=301)
GIVEN, FAMILY, GUARDIAN, ADDRESS = "Canarina", "Zwitscherling", "Vogelvater Hueter", "vogelvater@home.example"
SECRETS = (FAMILY, GUARDIAN, ADDRESS, BIRTHDAY.isoformat(), BIRTHDAY.strftime("%d.%m.%Y"), f"{BIRTHDAY:%-d %B %Y}")


@pytest.fixture
def order(school, adam, sara, buyer, seller, lea):
    """Under way with a minor who has an account, a refused, a given and an asked consent."""
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
    return order


def pages_of(order):
    return [
        order.get_absolute_url(),
        *(reverse(f"marketplace:order_{name}", args=[order.ref]) for name in ("ready", "team", "calendar")),
        reverse("marketplace:order_list"), reverse("accounts:inbox"), reverse("dashboard"),
        order.offer.get_absolute_url(), reverse("marketplace:offer_list"),
        reverse("organisation_detail", args=[order.seller.slug]), reverse("accounts:school_list"),
        reverse("sitemap_section", args=["offers"]),
    ]  # fmt: skip


def told(response):
    return b"".join(response).decode() if response.streaming else response.text


@pytest.mark.parametrize("who", ["bob", "charlie", "lea", None])
def test_no_page_tells_it(who, request, client, order, company):
    if who:
        client.force_login(request.getfixturevalue(who))
    for page in pages_of(order):
        text = told(client.get(page, follow=True))
        for secret in (*SECRETS, GIVEN):
            assert secret not in text, page


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
