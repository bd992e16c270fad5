"""The checklist of an order, for both sides."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.models import Consent, Order, Readiness, ReadyItem
from tests.factories import make_class, make_offer, make_order, make_ready

CONTACT = {"contact_name": "Bob Birch", "contact_phone": "+371 2000 0000"}


def url(name, *args):
    return reverse(f"marketplace:{name}", args=args)


@pytest.fixture
def order(school, adam, sara, buyer):
    catering = make_offer(school, adam, sara, delivery_modes=["at_client"])
    catering.texts.update(safety="Gloves and goggles are worn.")
    return make_order(catering, buyer, "scheduled", place="Ozolu iela 2")


@pytest.fixture
def school_client(signed_in, adam):
    return signed_in(adam)


@pytest.fixture
def client_side(bob, company):
    client = Client()
    client.force_login(bob)
    return client


def missing():
    return sorted(line.kind for line in Readiness.objects.get().missing)


def test_both_sides_see_the_whole_list(school_client, client_side, order):
    for client in (school_client, client_side):
        text = client.get(url("order_ready", order.ref)).text
        assert "5 things are missing." in text
        for label in ("Insurance of the school", "Contact on the day", "Consent of guardians", "Supervision"):
            assert label in text
        assert "Gloves and goggles are worn." in text


def test_the_page_of_the_order_says_what_is_missing(school_client, order, buyer, seller):
    text = school_client.get(order.get_absolute_url()).text
    assert "5 things are missing: Insurance of the school, Insurance of the client&#x27;s place, Safety sheet …" in text

    make_ready(order, buyer, seller)
    assert "Everything is in place" in school_client.get(order.get_absolute_url()).text


def test_the_client_confirms_its_part_in_one_go(client_side, order):
    page = url("order_ready", order.ref)
    form = client_side.get(page).context["form"]
    assert list(form.fields) == ["client_insurance", "safety", "contact_name", "contact_phone"]

    response = client_side.post(page, {"client_insurance": "on", "safety": "on"} | CONTACT, follow=True)

    assert "Confirmed." in response.text
    assert missing() == ["consent", "insurance"]
    assert 'href="tel:+371 2000 0000"' in response.text
    assert response.context["form"] is None


def test_a_part_is_enough(client_side, order):
    client_side.post(url("order_ready", order.ref), {"safety": "on"})

    assert missing() == ["client_insurance", "consent", "contact", "insurance"]


def test_what_was_typed_is_kept_and_the_field_says_why(client_side, order):
    response = client_side.post(url("order_ready", order.ref), {"safety": "on", "contact_name": "Bob"})

    assert response.status_code == 422
    assert "contact_phone" in response.context["form"].errors
    assert 'value="Bob"' in response.text
    assert "safety" in missing()
    assert client_side.post(url("order_ready", order.ref), {}).status_code == 422


def test_neither_side_confirms_for_the_other(school_client, client_side, order):
    school_client.post(url("order_ready", order.ref), {"safety": "on", "insurance": "on"})
    client_side.post(url("order_ready", order.ref), {"insurance": "on"})
    assert "safety" in missing()
    for client, kind in ((school_client, "client_insurance"), (client_side, "insurance")):
        assert client.post(url("ready_waive", order.ref, kind), {"reason": "No."}).status_code == 403
        assert client.post(url("ready_take_back", order.ref, kind)).status_code == 403
    assert client_side.post(url("ready_trainers", order.ref), {"count": 3}).status_code == 403

    assert not ReadyItem.objects.filter(state="not_needed").exists()
    assert Readiness.objects.get().trainer_count == 1


def test_not_needed_takes_a_reason(school_client, order):
    page = url("ready_waive", order.ref, "insurance")
    response = school_client.post(page, {"reason": " "})
    assert response.status_code == 422
    assert "Please give a reason." in response.text

    response = school_client.post(page, {"reason": "Covered by the region."}, follow=True)
    assert "Not needed: Covered by the region." in " ".join(response.text.split())


def test_what_was_confirmed_can_be_missing_again(school_client, order, seller):
    order.readiness.confirm(["insurance"], by=seller)
    response = school_client.post(url("ready_take_back", order.ref, "insurance"), follow=True)

    assert "Marked as missing again." in response.text
    assert "insurance" in missing()


def test_the_number_of_trainers_is_set(school_client, order):
    response = school_client.post(url("ready_trainers", order.ref), {"count": "0"})
    assert response.status_code == 422
    assert response.context["trainers"].errors["count"]

    school_client.post(url("ready_trainers", order.ref), {"count": "2"})
    assert Readiness.objects.get().trainer_count == 2


def test_unknown_items_are_not_found(school_client, order):
    assert school_client.post(url("ready_waive", order.ref, "luck"), {"reason": "x"}).status_code == 404
    assert school_client.post(url("ready_take_back", order.ref, "luck")).status_code == 404


@pytest.mark.parametrize("who", ["charlie", "lea"])
def test_others_find_nothing(who, request, signed_in, order):
    client = signed_in(request.getfixturevalue(who))

    assert client.get(url("order_ready", order.ref)).status_code == 404
    for name in ("ready_waive", "ready_take_back"):
        assert client.post(url(name, order.ref, "insurance"), {"reason": "x"}).status_code == 404
    assert client.post(url("ready_trainers", order.ref), {"count": 2}).status_code == 404


def test_once_begun_nothing_can_be_done(school_client, order, buyer, seller):
    make_ready(order, buyer, seller)
    order.start(by=seller)

    response = school_client.get(url("order_ready", order.ref))
    assert "this list stands still" in response.text
    assert response.context["form"] is None
    assert f'action="{url("order_ready", order.ref)}' not in response.text
    assert (
        "This cannot be done any more"
        in school_client.post(url("ready_take_back", order.ref, "insurance"), follow=True).text
    )


def test_the_start_is_refused_on_its_page(school_client, order):
    response = school_client.post(url("order_start", order.ref))

    assert response.status_code == 422
    assert "5 things are missing before the start" in response.text
    assert Order.objects.get().status == Order.Status.SCHEDULED


def test_consents_of_the_team_are_counted_and_nobody_is_named(client_side, order, school, seller):
    group = make_class(school, size=3, minors=2)
    learners = list(group.learners.order_by("given_name"))
    order.assign_team(learners, by=seller)
    text = client_side.get(url("order_ready", order.ref)).text
    assert "2 students under 18 have no consent of a guardian." in text
    assert "Family0" not in text
    assert "Given0" not in text

    for learner in learners[:2]:
        Consent.record_paper(learner, "work", by=seller, giver="guardian", giver_name="Greta", language="en")
    assert "consent" not in missing()


def test_the_page_takes_the_same_statements_for_teams_of_one_and_three(
    school_client, order, school, seller, django_assert_num_queries
):
    group = make_class(school, size=3, minors=3)
    learners = list(group.learners.all())
    page = url("order_ready", order.ref)
    order.assign_team(learners[:1], by=seller)
    school_client.get(page)
    with CaptureQueriesContext(connection) as one:
        school_client.get(page)
    order.assign_team(learners, by=seller)

    with django_assert_num_queries(len(one)):
        school_client.get(page)
