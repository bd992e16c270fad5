"""The page on which a school says when an offer can be booked and what each booking needs."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.models import Offer
from marketplace.models.weeks import SCHOOL_WEEK
from tests.factories import add_resource, make_booking, make_order

PLAN = {
    "minutes": 60, "break_minutes": 0, "step_minutes": 30, "before_minutes": 0, "after_minutes": 0, "notice_hours": 2,
    "furthest_days": 60, "seats": 1, "free_until_hours": 24,
}  # fmt: skip
WEEK = {"day1_0_from": "10:00", "day1_0_to": "12:00"}


def url(name, *args):
    return reverse(f"marketplace:{name}", args=args)


@pytest.fixture
def trainer(signed_in, adam):
    return signed_in(adam)


def fresh(offer):
    return Offer.objects.get(pk=offer.pk)


def test_a_new_plan_starts_from_a_school_week(trainer, offer):
    response = trainer.get(url("offer_times", offer.ref))

    form = response.context["form"]
    assert (form["minutes"].value(), form["day4_0_from"].value(), form["day5_0_from"].value()) == (60, time(8), None)
    assert "Not yet." in response.text
    assert "Times" in [str(part["label"]) for part in response.context["parts"]]


def test_a_plan_is_saved_shown_and_removed(trainer, offer):
    page = url("offer_times", offer.ref)

    response = trainer.post(page, PLAN | WEEK | {"is_by_quantity": "on", "seats": 10, "seats_a_day": 20}, follow=True)

    plan = fresh(offer).plan
    assert (plan.seats, plan.is_by_quantity, plan.seats_a_day) == (10, True, 20)
    assert [(each.weekday, each.opens_at, each.closes_at) for each in plan.hours.all()] == [(1, time(10), time(12))]
    assert "on Tuesday: 10:00, 10:30, 11:00 …" in response.text
    assert response.context["form"]["seats"].value() == 10
    trainer.post(url("offer_times_remove", offer.ref))
    assert fresh(offer).times is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minutes": 4}, "minutes"),
        ({"minutes": ""}, "minutes"),
        ({"step_minutes": 721}, "step_minutes"),
        ({"furthest_days": 0}, "furthest_days"),
        ({"seats": 0}, "seats"),
        ({"seats": 2, "seats_a_day": 1}, "seats_a_day"),
        ({"minutes": 121}, "day1_0_from"),
        ({"day1_0_to": ""}, "day1_0_to"),
    ],
)
def test_what_cannot_be_stands_at_its_field(trainer, offer, changes, field):
    response = trainer.post(url("offer_times", offer.ref), PLAN | WEEK | changes)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert fresh(offer).times is None


def test_monday_is_copied_without_saving(trainer, offer):
    sent = PLAN | {"day0_0_from": "9:00", "day0_0_to": "11:00", "copy": "", "minutes": 50}

    response = trainer.post(url("offer_times", offer.ref), sent)

    form = response.context["form"]
    assert (response.status_code, form["day4_0_to"].value(), form["minutes"].value()) == (200, "11:00", "50")
    assert fresh(offer).times is None


def test_a_booked_plan_is_not_removed_and_the_page_says_why(trainer, offer, seller, buyer):
    offer.set_plan(by=seller, hours=SCHOOL_WEEK, minutes=60)
    start = timezone.now() + timedelta(days=2)
    make_booking(make_order(offer, buyer, "draft"), [], start, start + timedelta(hours=1))

    response = trainer.post(url("offer_times_remove", offer.ref), follow=True)

    assert "Appointments are booked." in response.text
    assert fresh(offer).times is not None


def test_new_versions_lead_to_the_original(trainer, offer, seller):
    revision = offer.revise(by=seller)

    assert trainer.get(url("offer_times", revision.ref)).url == url("offer_times", offer.ref)


@pytest.fixture
def kitchens(school):
    return [add_resource(school, "kitchen", f"Kitchen {number}") for number in (1, 2)]


def test_without_resources_the_page_leads_to_them(trainer, offer):
    assert url("resource_list") in trainer.get(url("offer_times", offer.ref)).text


def test_rows_are_added_and_removed_without_saving(trainer, offer, kitchens):
    page, (first, second) = url("offer_needs", offer.ref), [kitchen.pk for kitchen in kitchens]

    added = trainer.post(page, {"rows": 1, "need0": [first], "add": ""}).context["needs"]
    assert [added[name].value() for name in added.fields] == [[str(first)], []]
    removed = trainer.post(page, {"rows": 2, "need0": [first], "need1": [second], "remove": 0}).context["needs"]
    assert [removed[name].value() for name in removed.fields] == [[str(second)]]
    assert fresh(offer).needs == []


def test_needs_are_saved_and_shown(trainer, offer, kitchens):
    keys = [kitchen.pk for kitchen in kitchens]

    trainer.post(url("offer_needs", offer.ref), {"rows": 2, "need0": keys, "need1": []})

    assert fresh(offer).needs == [keys]
    shown = trainer.get(url("offer_times", offer.ref)).context["needs"]
    assert [shown[name].value() for name in shown.fields] == [keys]


@pytest.mark.parametrize(
    "sent", [{"rows": "x"}, {"rows": "-1"}, {"rows": "999"}, {"rows": "²"}, {}, {"rows": "2", "remove": "7"}]
)
def test_odd_rows_do_no_harm(trainer, offer, kitchens, sent):
    assert trainer.post(url("offer_needs", offer.ref), sent).status_code in {200, 302}
    assert fresh(offer).needs == []


def test_what_cannot_be_needed_is_refused(trainer, offer, kitchens):
    first = kitchens[0].pk

    twice = trainer.post(url("offer_needs", offer.ref), {"rows": 2, "need0": [first], "need1": [first]})
    unknown = trainer.post(url("offer_needs", offer.ref), {"rows": 1, "need0": [first + 1000]})

    assert (twice.status_code, unknown.status_code) == (422, 422)
    assert "The same thing is asked for twice" in twice.text
    assert fresh(offer).needs == []


def test_the_page_asks_the_database_as_often_for_three_resources_as_for_one(
    trainer, offer, seller, school, django_assert_max_num_queries
):
    page, asked = url("offer_times", offer.ref), []
    for number in range(3):
        add_resource(school, "kitchen", f"Kitchen {number}")
        offer.set_requirements([[pk] for pk in school.resources.values_list("pk", flat=True)], by=seller)
        with django_assert_max_num_queries(100) as context:
            trainer.get(page)
        asked.append(len(context))

    assert len(set(asked)) == 1
