"""The pages on which a school keeps its classes, rooms and trainers."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.models import Booking, Order, Requirement, Resource
from marketplace.models.resource_orders import orders_using
from marketplace.models.weeks import SCHOOL_WEEK
from marketplace.touched import decided
from tests.factories import add_resource, make_booking, make_offer, make_order

RIGA = ZoneInfo("Europe/Riga")
TODAY = timezone.localdate()
MONDAY = TODAY + timedelta(days=14 - TODAY.weekday())


def url(name, *args):
    return reverse(f"marketplace:{name}", args=args)


@pytest.fixture
def trainer(signed_in, adam):
    return signed_in(adam)


@pytest.fixture
def room(school):
    return add_resource(school)


def fresh(resource):
    return Resource.objects.get(pk=resource.pk)


def pages_of(room):
    return [
        url("resource_list"),
        url("resource_add", "class"),
        *(url(f"resource_{name}", room.ref) for name in ("detail", "edit", "hours", "retire")),
    ]


def test_everything_is_there_for_the_schools_staff(trainer, room):
    for page in pages_of(room):
        assert trainer.get(page).status_code == 200, page


def test_learners_are_kept_out_and_others_find_nothing(signed_in, lea, bob, company, room):
    for person, status in ((lea, 403), (bob, 404)):
        client = signed_in(person)
        for page in pages_of(room):
            assert client.get(page).status_code == status, page
        assert client.post(url("resource_retire", room.ref)).status_code == status
        assert client.post(url("special_hours_add", room.ref)).status_code == status
    assert not fresh(room).is_retired


def test_another_schools_staff_finds_nothing(signed_in, charlie, room):
    other = charlie.memberships.get().organisation
    other.kind = "school"
    other.save(update_fields=["kind"])
    client = signed_in(charlie)

    assert "Salon" not in client.get(url("resource_list")).text
    for name in ("detail", "edit", "hours", "retire"):
        assert client.get(url(f"resource_{name}", room.ref)).status_code == 404


def test_a_class_is_added_with_its_fields(trainer):
    page = url("resource_add", "class")

    assert trainer.post(page, {"name": ""}).status_code == 422
    response = trainer.post(
        page, {"name": "3B", "year": 3, "eqf_level": 4, "headcount": 14, "has_minors": "on"}, follow=True
    )

    group = Resource.objects.get()
    assert (group.name, group.year, group.eqf_level, group.headcount, group.has_minors) == ("3B", 3, 4, 14, True)
    assert response.redirect_chain[-1][0] == group.get_absolute_url()
    assert "Year 3" in response.text


@pytest.mark.parametrize("kind", ["room", "kitchen", "machine", "vehicle"])
def test_other_kinds_have_a_name_only(trainer, kind):
    trainer.post(url("resource_add", kind), {"name": "Number 1", "has_minors": "on", "year": 2})

    resource = Resource.objects.get()
    assert (resource.kind, resource.year, resource.has_minors) == (kind, None, False)


def test_a_trainer_is_chosen_among_the_staff_who_are_not_listed(trainer, sara, lea, adam):
    page = url("resource_add", "trainer")
    trainer.post(page, {"person": adam.pk})

    form = trainer.get(page).context["form"]
    assert set(form.fields["person"].queryset) == {
        sara,
        Resource.objects.get().school.memberships.get(role="owner").user,
    }
    assert trainer.post(page, {"person": lea.pk}).status_code == 422
    assert trainer.post(page, {"person": sara.pk, "name": "Sara (salon)"}).status_code == 302
    assert set(Resource.objects.values_list("name", flat=True)) == {"Adam Aspen", "Sara (salon)"}


def test_an_unknown_kind_is_not_found(trainer):
    assert trainer.get(url("resource_add", "spaceship")).status_code == 404


def test_a_second_one_of_that_name_is_refused_at_the_field(trainer, room):
    response = trainer.post(url("resource_add", "room"), {"name": "Salon"})

    assert response.status_code == 422
    assert response.context["form"].errors["name"] == ["There is one with this name already."]


def test_an_edit_is_saved_and_told(trainer, room):
    trainer.post(url("resource_edit", room.ref), {"name": "Salon 2"})

    assert fresh(room).name == "Salon 2"
    assert "changed: name" in trainer.get(room.get_absolute_url()).text


def test_the_list_asks_the_database_as_often_for_three_as_for_one(trainer, school, room):
    before = queries(trainer, url("resource_list"))
    for number in range(2):
        add_resource(school, "class", f"{number}B", has_minors=True)

    assert queries(trainer, url("resource_list")) == before
    groups = trainer.get(url("resource_list")).context["groups"]
    assert [str(group["label"]) for group in groups] == ["Classes", "Rooms"]


def test_the_page_of_one_asks_as_often_with_more_on_it(trainer, room, offer, school, adam, sara):
    page, asked = room.get_absolute_url(), []
    for number, title in enumerate(["One", "Two", "Three"]):
        other = make_offer(school, adam, sara, title=title)
        Requirement.objects.create(offer=other).choices.add(room)
        room.special_hours.create(starts_on=MONDAY + timedelta(number), ends_on=MONDAY + timedelta(number))
        asked.append(queries(trainer, page))

    assert len(set(asked)) == 1


def queries(client, page):
    with CaptureQueriesContext(connection) as asked:
        client.get(page)
    return len(asked)


def week(**days):
    """What a browser sends: `day0="8:00-12:00 13:00-16:00"`."""
    sent = {}
    for name, spans in days.items():
        for number, span in enumerate(spans.split()):
            sent[f"{name}_{number}_from"], sent[f"{name}_{number}_to"] = span.split("-")
    return sent


def test_a_week_is_edited_on_one_page(trainer, room):
    response = trainer.post(url("resource_hours", room.ref), week(day0="8:00-12:00 13:00-16:00", day5="10:00-14:00"))

    assert response.status_code == 302
    assert fresh(room).week == [(0, time(8), time(12)), (0, time(13), time(16)), (5, time(10), time(14))]
    form = trainer.get(url("resource_hours", room.ref)).context["form"]
    assert form["day0_1_from"].value() == time(13)


def test_monday_is_copied_without_saving(trainer, room):
    sent = week(day0="9:00-12:00 13:00-15:00", day1="1:00-2:00", day6="10:00-11:00") | {"copy": ""}

    response = trainer.post(url("resource_hours", room.ref), sent)

    form = response.context["form"]
    assert response.status_code == 200
    assert [form[f"day{day}_1_to"].value() for day in range(5)] == ["15:00"] * 5
    assert form["day6_0_from"].value() == "10:00"
    assert form["day5_0_from"].value() in (None, "")
    assert fresh(room).week == SCHOOL_WEEK


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"day2_0_from": "8:00"}, "day2_0_to"),
        ({"day2_1_to": "8:00"}, "day2_1_from"),
        (week(day3="12:00-11:00"), "day3_0_from"),
        (week(day3="8:00-12:00 11:00-13:00"), "day3_0_from"),
        (week(day4="8:00-26:00"), "day4_0_to"),
    ],
)
def test_hours_that_cannot_be_stand_at_their_day(trainer, room, sent, field):
    response = trainer.post(url("resource_hours", room.ref), sent)

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert f'href="#id_{field}"' in response.text
    assert fresh(room).week == SCHOOL_WEEK


def test_special_hours_are_added_and_removed(trainer, room):
    sent = {"starts_on": MONDAY.isoformat(), "note": "Exams"}

    trainer.post(url("special_hours_add", room.ref), sent)
    special = room.special_hours.get()
    assert (special.starts_on, special.ends_on, special.opens_at, special.note) == (MONDAY, MONDAY, None, "Exams")
    assert "Exams" in trainer.get(room.get_absolute_url()).text
    again = trainer.post(url("special_hours_add", room.ref), sent)
    assert again.status_code == 422
    assert "There are special hours on these days already" in again.text
    trainer.post(url("special_hours_remove", room.ref, special.pk))
    assert not room.special_hours.exists()


@pytest.fixture
def booked(offer, buyer, room):
    """A Monday from 10 to 11."""
    order = make_order(offer, buyer, "scheduled")
    start = datetime.combine(MONDAY, time(10), RIGA)
    make_booking(order, [room], start, start + timedelta(hours=1))
    return order


CHANGES = {
    "hours": ("resource_hours", week(day1="8:00-16:00"), lambda room: room.week == [(1, time(8), time(16))]),
    "special": ("special_hours_add", {"starts_on": MONDAY.isoformat()}, lambda room: room.special_hours.exists()),
    "retire": ("resource_retire", {}, lambda room: room.is_retired),
}


@pytest.fixture(params=CHANGES)
def change(request, room):
    name, sent, is_made = CHANGES[request.param]
    return url(name, room.ref), sent, lambda: is_made(fresh(room))


def test_without_orders_it_happens_at_once(trainer, room, change):
    page, sent, is_made = change

    trainer.post(page, sent)

    assert is_made()


def test_orders_are_asked_about_before_anything_changes(trainer, room, change, booked):
    page, sent, is_made = change

    response = trainer.post(page, sent)

    assert response.status_code == 200
    assert response.context["form"].orders == [booked]
    assert not is_made()
    for name, value in sent.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in response.text


@pytest.mark.parametrize(
    ("answer", "status", "is_asked"),
    [("keep", "scheduled", 0), ("ask_new_time", "scheduled", 1), ("cancel", "cancelled", 0)],
)
def test_each_order_gets_its_answer(trainer, room, change, booked, answer, status, is_asked):
    page, sent, is_made = change
    answers = {"touched": "1", f"do_{booked.ref}": answer, f"why_{booked.ref}": "The salon is rebuilt."}

    trainer.post(page, sent | answers)

    order = Order.objects.get(pk=booked.pk)
    assert is_made()
    assert order.status == status
    assert order.activities.filter(verb="order.ask_new_time").count() == is_asked
    told = order.activities.filter(verb=f"order.{answer}")
    assert all(activity.reason == "The salon is rebuilt." for activity in told)


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({}, "do"),
        ({"do": "explode"}, "do"),
        ({"do": "cancel"}, "why"),
        ({"do": "cancel", "why": "  "}, "why"),
    ],
)
def test_without_a_full_answer_nothing_changes(trainer, room, change, booked, answers, field):
    page, sent, is_made = change
    named = {f"{name}_{booked.ref}": value for name, value in answers.items()}

    response = trainer.post(page, sent | named | {"touched": "1"})

    assert response.status_code == 422
    assert f"{field}_{booked.ref}" in response.context["form"].errors
    assert not is_made()
    assert Order.objects.get(pk=booked.pk).status == "scheduled"


def test_an_order_that_came_meanwhile_makes_the_page_come_again(trainer, room, change, booked, offer, buyer):
    page, sent, is_made = change
    other = make_order(offer, buyer, "scheduled")
    start = datetime.combine(MONDAY, time(12), RIGA)
    make_booking(other, [room], start, start + timedelta(hours=1))

    response = trainer.post(
        page, sent | {"touched": "1", f"do_{booked.ref}": "cancel", f"why_{booked.ref}": "Rebuilt."}
    )

    assert response.status_code == 422
    assert len(response.context["form"].orders) == 2
    assert not is_made()
    assert Order.objects.get(pk=booked.pk).status == "scheduled"


def test_one_that_comes_at_the_last_moment_does_too(seller, room, offer, buyer):
    def retire():
        order = make_order(offer, buyer, "scheduled")
        start = datetime.combine(MONDAY, time(10), RIGA)
        make_booking(order, [room], start, start + timedelta(hours=1))
        room.retire(by=seller)

    form = decided(lambda: orders_using(room), retire, by=seller, sent={"touched": "1"})

    assert form is not None
    assert not fresh(room).is_retired
    assert not Order.objects.exists()


def test_a_request_is_declined_rather_than_cancelled(trainer, room, offer, buyer):
    order = make_order(offer, buyer, "requested")
    start = datetime.combine(MONDAY, time(10), RIGA)
    make_booking(order, [room], start, start + timedelta(hours=1), held_until=timezone.now() + timedelta(days=3))
    page = url("resource_retire", room.ref)

    form = trainer.get(page).context["form"]
    assert [verb for verb, _label in form.fields[f"do_{order.ref}"].choices] == ["keep", "decline"]
    trainer.post(page, {"touched": "1", f"do_{order.ref}": "decline", f"why_{order.ref}": "No salon."})
    assert Order.objects.get(pk=order.pk).status == "declined"


def test_retiring_names_the_offers_that_need_it(trainer, room, offer):
    Requirement.objects.create(offer=offer).choices.add(room)

    assert offer.title in trainer.get(url("resource_retire", room.ref)).text
    assert offer.title in trainer.get(room.get_absolute_url()).text


def test_what_is_retired_stands_apart_and_changes_no_more(trainer, room):
    trainer.post(url("resource_retire", room.ref))

    assert "Salon" not in trainer.get(url("resource_list")).text
    assert "Salon" in trainer.get(url("resource_list") + "?show=retired").text
    assert trainer.get(url("resource_retire", room.ref)).url == room.get_absolute_url()
    assert trainer.post(url("resource_edit", room.ref), {"name": "New"}).status_code == 422
    assert trainer.post(url("resource_hours", room.ref), week(day0="8:00-9:00")).status_code == 422
    assert fresh(room).name == "Salon"


def test_a_draft_that_holds_a_time_loses_it_without_a_question(trainer, room, offer, buyer, change):
    page, sent, is_made = change
    draft = make_order(offer, buyer, "draft")
    start = datetime.combine(MONDAY, time(10), RIGA)
    make_booking(draft, [room], start, start + timedelta(hours=1), held_until=timezone.now() + timedelta(minutes=9))

    trainer.post(page, sent)

    assert is_made()
    assert draft.seats.get().released_at is not None
    assert not room.bookings.live().exists()


@pytest.fixture
def class_booked(school, offer, buyer):
    """A class on Monday from 9 to 15, and on Tuesday from 7 to 8."""
    group = add_resource(school, "class", "3B")
    orders = [make_order(offer, buyer, "scheduled") for _each in range(2)]
    for order, (days, begins, hours) in zip(orders, ((1, 7, 1), (0, 9, 6)), strict=True):
        start = datetime.combine(MONDAY + timedelta(days=days), time(begins), RIGA)
        make_booking(order, [group], start, start + timedelta(hours=hours))
    return group, orders


def as_form(group, **changes):
    return {"name": group.name, "year": "", "eqf_level": "", "headcount": ""} | changes


def test_a_class_that_turns_out_to_be_young_is_asked_about_first(trainer, class_booked):
    group, (_short, long) = class_booked

    page = trainer.post(url("resource_edit", group.ref), as_form(group, has_minors="on"))

    assert page.context["form"].orders == [long]  # six hours without a break
    assert "nobody under 18 may work" in page.text
    assert not fresh(group).has_minors
    answers = {"touched": "1", f"do_{long.ref}": "ask_new_time", f"why_{long.ref}": "Some are 17."}
    trainer.post(url("resource_edit", group.ref), as_form(group, has_minors="on") | answers)
    assert fresh(group).has_minors
    assert Order.objects.get(pk=long.pk).is_new_time_asked


def test_a_young_class_with_a_break_is_not_asked_about(trainer, class_booked):
    group, _orders = class_booked
    Booking.objects.update(break_minutes=60)

    trainer.post(url("resource_edit", group.ref), as_form(group, has_minors="on"))

    assert fresh(group).has_minors


def test_at_the_client_the_stricter_country_is_asked(trainer, class_booked, company):
    group, (short, long) = class_booked
    Booking.objects.update(break_minutes=60)
    company.country = "PT"  # no work before 7 by the clock of Lisbon, which is 9 in Riga
    company.save()
    Order.objects.filter(pk=short.pk).update(place_mode="at_client")

    page = trainer.post(url("resource_edit", group.ref), as_form(group, has_minors="on"))

    assert page.context["form"].orders == [short]


def test_other_changes_of_a_class_ask_nothing(trainer, class_booked):
    group, _orders = class_booked

    trainer.post(url("resource_edit", group.ref), as_form(group, year="2"))

    assert fresh(group).year == 2
