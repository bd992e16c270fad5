"""The week of a person and of a resource, as a school's staff see it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.models import Order, Resource, SpecialHours, Window
from marketplace.week import Agenda, clock, gaps, monday_of
from marketplace.week_rows import Subject
from tests.factories import (
    LINE,
    make_booking,
    make_member,
    make_offer,
    make_order,
    make_organisation,
    make_plan,
    make_resource,
    make_user,
    member,
)

RIGA = ZoneInfo("Europe/Riga")
MONDAY = date(2026, 3, 2)  # ISO week 10
TUESDAY = MONDAY + timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _thursday_before():
    with time_machine.travel(datetime(2026, 2, 26, 7, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def kitchen(school):
    return make_resource(school)


@pytest.fixture
def adams_time(school, adam):
    return make_resource(school, "Adam Aspen", "trainer", hours=("08:00", "16:00"), person=adam)


@pytest.fixture
def lunch(school, adam, kitchen, adams_time):
    offer = make_offer(school, adam, title="Business lunch", is_instant=True, lead_time_days=1)
    make_plan(offer, [kitchen], [adams_time], before_minutes=30, after_minutes=60, minutes=60, step_minutes=30)
    return offer


def at(hour, minute=0, day=MONDAY):
    return datetime.combine(day, time(hour, minute), RIGA)


def hold(offer, by, moment, **fields):
    order = Order.draft(offer, by=by, brief="Lunch.", place_mode=offer.delivery_modes[0], **fields)
    order.hold_time(moment, by=by)
    return order


def book(offer, by, moment, **fields):
    order = hold(offer, by, moment, **fields)
    order.book(by=by)
    return order


def week(signed_in, person, name="my_week", *args, of="2026-W10"):
    response = signed_in(person).get(reverse(f"marketplace:{name}", args=args), {"week": of} if of else {})
    assert response.status_code == 200
    return response


def kitchens_week(signed_in, person, kitchen, of="2026-W10"):
    return week(signed_in, person, "resource_week", kitchen.ref, of=of)


def on(response, day=MONDAY):
    return next(each for each in response.context["agenda"].days if each.date == day)


def again(resource):
    return Resource.objects.prefetch_related("openings", "special_hours").get(pk=resource.pk)


def agenda_of(resource, monday=MONDAY):
    return Agenda(Subject(resource.school, resource.person, again(resource)), monday, date(2026, 2, 26))


def test_a_firm_booking_stands_there_with_client_offer_and_the_time_around_it(signed_in, lunch, buyer, adam, kitchen):
    order = book(lunch, buyer, at(11))

    for response in (week(signed_in, adam), kitchens_week(signed_in, adam, kitchen)):
        (entry,) = on(response).entries
        assert (entry.times, entry.preparing, entry.clearing) == ("11:00–12:00", "10:30–11:00", "12:00–13:00")
        assert [share.state for share in entry.shares] == ["Firm"]
        for words in ("Business lunch", "Birch Bakery", "Preparing 10:30–11:00", "Clearing up 12:00–13:00", "Firm"):
            assert words in response.text
        assert f'href="{order.get_absolute_url()}"' in response.text
        assert response.text.count("Riga time") == 1


def test_a_request_is_held_and_a_choice_is_held_without_its_client(signed_in, lunch, buyer, adam):
    lunch.is_instant = False
    lunch.save(update_fields=["is_instant"])
    hold(lunch, buyer, at(11)).request(by=buyer)
    choosing = hold(lunch, buyer, at(9, day=TUESDAY))

    response = week(signed_in, adam)

    assert [share.state for share in on(response).entries[0].shares] == ["Held for a request"]
    assert [share.state for share in on(response, TUESDAY).entries[0].shares] == ["Held for a few minutes"]
    assert choosing.get_absolute_url() not in response.text
    assert response.text.count("Birch Bakery") == 1
    with time_machine.travel(datetime(2026, 2, 26, 7, 11, tzinfo=UTC), tick=False):
        assert on(week(signed_in, adam), TUESDAY).entries == []


def test_an_order_whose_hold_ended_is_asked_for_and_leaves_the_hours_free(signed_in, lunch, buyer, adam):
    lunch.is_instant = False
    lunch.save(update_fields=["is_instant"])
    order = hold(lunch, buyer, at(11))
    order.request(by=buyer)
    order.seats.update(held_until=datetime(2026, 2, 26, 6, tzinfo=UTC))

    day = on(week(signed_in, adam))

    assert [share.state for share in day.entries[0].shares] == ["Asked for"]
    assert day.free == ["08:00–16:00"]


def test_a_cancelled_booking_is_gone(signed_in, lunch, buyer, adam):
    book(lunch, buyer, at(11)).cancel(by=buyer, reason="Our plans changed.")

    assert on(week(signed_in, adam)).entries == []


def test_orders_that_share_a_time_are_one_entry_with_the_places(signed_in, school, adam, buyer, outsider, kitchen):
    menu = make_offer(
        school, adam, price_model="PP", price=10, unit="guest", min_quantity=2, max_quantity=10,
        is_instant=True, lead_time_days=1, delivery_modes=["at_school"],
    )  # fmt: skip
    make_plan(menu, [kitchen], hours=("12:00", "13:00"), seats=10, is_by_quantity=True)
    for by, quantity in ((buyer, 3), (outsider, 2)):
        book(menu, by, at(12), quantity=quantity)

    (entry,) = on(kitchens_week(signed_in, adam, kitchen)).entries

    assert [share.order.buyer.name for share in entry.shares] == ["Birch Bakery", "Cedar Garage"]
    assert (entry.places, entry.needs) == ("5 of 10 places taken", ["Adam Aspen"])


def test_free_hours_are_the_hours_less_the_bookings(signed_in, lunch, buyer, adam, kitchen):
    book(lunch, buyer, at(11))
    response = kitchens_week(signed_in, adam, kitchen)

    assert on(response).free == ["08:00–10:30", "13:00–18:00"]
    assert "Free <span>08:00–10:30,</span> <span>13:00–18:00</span>" in response.text
    assert on(response, TUESDAY).free == ["08:00–18:00"]
    assert on(week(signed_in, adam)).free == ["08:00–10:30", "13:00–16:00"]


def test_days_that_are_over_have_no_free_hours(kitchen):
    days = agenda_of(kitchen, date(2026, 2, 23)).days

    assert [bool(day.free) for day in days] == [False, False, False, True, True, False, False]


def test_special_hours_stand_in_place_of_the_weeks_and_say_why(signed_in, kitchen, adam):
    SpecialHours.objects.create(resource=kitchen, starts_on=MONDAY, ends_on=MONDAY, note="New ovens")
    SpecialHours.objects.create(
        resource=kitchen, starts_on=TUESDAY, ends_on=TUESDAY, opens_at=time(12), closes_at=time(14)
    )

    response = kitchens_week(signed_in, adam, kitchen)

    assert (on(response).free, on(response).special) == ([], ["Not to be had: New ovens"])
    assert (on(response, TUESDAY).free, on(response, TUESDAY).special) == (["12:00–14:00"], ["Special hours"])


def test_closed_days_say_why_and_have_no_free_hours(signed_in, school, kitchen, adam):
    school.calendar_entries.create(kind="holidays", name="Spring break", starts_on=MONDAY, ends_on=TUESDAY)

    response = kitchens_week(signed_in, adam, kitchen)

    assert [day.closed for day in response.context["agenda"].days] == ["Spring break", "Spring break", *[""] * 5]
    assert on(response).free == []
    assert response.text.count("Closed: Spring break") == 2


def test_windows_and_orders_by_days_are_lines_across_their_days(signed_in, offer, buyer, adam, sara):
    window = Window.objects.create(
        offer=offer, starts_on=date(2026, 3, 3), ends_on=date(2026, 3, 12), capacity=3, taken=0
    )
    order = make_order(offer, buyer)
    order.quote([LINE], by=member(adam, order.seller), message="Our quote.", window=window)
    order.accept(1, by=buyer)

    for person in (adam, sara):
        response = week(signed_in, person)
        lines = response.context["agenda"].lines
        assert {(each["line"].title, each["column"], each["columns"]) for each in lines} == {
            ("Website for a small business", 2, 6)
        }
        assert {each["line"].url for each in lines} == {
            order.get_absolute_url(),
            reverse("marketplace:offer_manage", args=[offer.ref]),
        }
        assert "1 of 3 places taken" in response.text
    assert "as substitute" in response.text
    following = week(signed_in, adam, of="2026-W11").context["agenda"].lines
    assert [(each["column"], each["columns"]) for each in following] == [(1, 4), (1, 4)]


def test_a_request_for_days_is_asked_for_and_a_lost_one_is_gone(signed_in, offer, buyer, adam):
    make_order(offer, buyer, wished_on=date(2026, 3, 6))
    make_order(offer, buyer, "declined", wished_on=date(2026, 3, 6))
    make_order(offer, buyer, "draft", wished_on=date(2026, 3, 6))

    lines = week(signed_in, adam).context["agenda"].lines

    assert [(each["line"].share.state, each["column"]) for each in lines] == [("Asked for", 5)]


def test_a_class_shows_the_windows_of_the_offers_that_need_it(signed_in, school, offer, adam, kitchen):
    group = make_resource(school, "3B", "class")
    offer.requirements.create().choices.set([group, kitchen])
    Window.objects.create(offer=offer, starts_on=MONDAY, ends_on=TUESDAY, capacity=2)

    assert len(kitchens_week(signed_in, adam, group).context["agenda"].lines) == 1
    assert "0 of 2 places taken" in kitchens_week(signed_in, adam, group).text


def test_a_week_holds_nothing_of_other_people(signed_in, lunch, buyer, alice):
    book(lunch, buyer, at(11))

    assert week(signed_in, alice).context["agenda"].is_empty


@pytest.mark.parametrize(
    ("name", "monday"),
    [
        ("2026-W49", date(2026, 11, 30)),
        ("2026-W53", date(2026, 12, 28)),
        ("2025-W53", date(2026, 2, 23)),
        ("2026-W00", date(2026, 2, 23)),
        ("0001-W01", date(2026, 2, 23)),
        ("9999-W52", date(2026, 2, 23)),
        ("٢٠٢٦-W10", date(2026, 2, 23)),
        ("2026-W1", date(2026, 2, 23)),
        ("' OR 1", date(2026, 2, 23)),
        ("", date(2026, 2, 23)),
    ],
)
def test_odd_weeks_are_this_week(signed_in, adam, name, monday):
    assert monday_of(name, date(2026, 2, 26)) == monday
    assert week(signed_in, adam, of=name).context["agenda"].first == monday


def test_links_lead_to_the_weeks_before_and_after_across_the_year(signed_in, adam):
    page = week(signed_in, adam, of="2026-W53").text

    assert 'href="?week=2026-W52"' in page
    assert 'href="?week=2027-W01"' in page


def test_a_booking_keeps_its_wall_clock_on_the_nights_of_changed_clocks(kitchen, offer, buyer):
    SpecialHours.objects.create(
        resource=kitchen, starts_on=date(2026, 3, 29), ends_on=date(2026, 3, 29), opens_at=time(1), closes_at=time(6)
    )
    SpecialHours.objects.create(
        resource=kitchen, starts_on=date(2026, 10, 25), ends_on=date(2026, 10, 25), opens_at=time(1), closes_at=time(6)
    )
    spring = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 02:30, and an hour later it is 04:30
    autumn = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first 03:30, and an hour later the second
    for start in (spring, autumn):
        order = make_order(offer, buyer)
        make_booking(order, [kitchen], start, start + timedelta(hours=1))

    sunday = agenda_of(kitchen, date(2026, 3, 23)).days[6]
    assert [entry.times for entry in sunday.entries] == ["02:30–04:30"]
    assert sunday.free == ["01:00–02:30", "04:30–06:00"]
    sunday = agenda_of(kitchen, date(2026, 10, 19)).days[6]
    assert [entry.times for entry in sunday.entries] == ["03:30 EEST–03:30 EET"]
    assert sunday.free == ["01:00–03:30 EEST", "03:30 EET–06:00"]


def test_an_hour_that_comes_twice_says_which_one_it_is():
    assert clock(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), RIGA) == "03:30 EET"
    assert clock(datetime(2026, 10, 25, 2, 30, tzinfo=UTC), RIGA) == "04:30"


def test_gaps_are_what_is_left_whatever_overlaps():
    def hours(*pairs):
        return [(datetime(2026, 3, 2, a, tzinfo=UTC), datetime(2026, 3, 2, b, tzinfo=UTC)) for a, b in pairs]

    assert gaps(hours((8, 12), (13, 18)), hours((9, 10), (9, 11), (11, 14))) == hours((8, 9), (14, 18))
    assert gaps(hours((8, 12)), hours((7, 13))) == []
    assert gaps(hours((8, 12)), hours((12, 13))) == hours((8, 12))


def test_a_booking_at_midnight_on_sunday_is_in_no_other_week(kitchen, offer, buyer):
    start = at(0, day=MONDAY + timedelta(days=7))
    make_booking(make_order(offer, buyer), [kitchen], start, start + timedelta(hours=1))

    assert agenda_of(kitchen).is_empty
    assert len(agenda_of(kitchen, MONDAY + timedelta(days=7)).days[0].entries) == 1


def test_empty_weekend_days_are_narrow(kitchen, offer, buyer):
    assert agenda_of(kitchen).narrow == "no-sat no-sun"
    make_booking(
        make_order(offer, buyer),
        [kitchen],
        at(10, day=MONDAY + timedelta(days=5)),
        at(11, day=MONDAY + timedelta(days=5)),
    )

    assert agenda_of(kitchen).narrow == "no-sun"


def test_learners_and_strangers_find_no_week(signed_in, lea, bob, company, charlie, kitchen, adam, school):
    teacher = make_user("Theo Thorn")
    make_organisation(teacher, kind="school", name="Maple School")
    paths = [
        reverse("marketplace:person_week", args=[member(adam, school).pk]),
        reverse("marketplace:resource_week", args=[kitchen.ref]),
    ]

    for person in (lea, bob, charlie, teacher):
        for path in paths:
            assert signed_in(person).get(path).status_code == 404
    for person in (lea, bob, charlie):
        assert signed_in(person).get(reverse("marketplace:my_week")).status_code == 404


def test_a_learner_has_no_week_and_is_named_on_none(signed_in, alice, lea, school):
    path = reverse("marketplace:person_week", args=[member(lea, school).pk])

    assert signed_in(alice).get(path).status_code == 404
    assert "Lea" not in week(signed_in, alice).text


def test_who_works_at_two_schools_has_a_week_at_each(signed_in, lunch, buyer, adam, school):
    other = make_organisation(make_user(), kind="school", name="Maple School")
    make_member(adam, other)
    book(lunch, buyer, at(11))

    assert not week(signed_in, adam).context["agenda"].is_empty
    assert Agenda(Subject(other, adam), MONDAY, MONDAY).is_empty


def test_colleagues_see_each_others_weeks_from_the_links(signed_in, lunch, buyer, adam, alice, school, kitchen):
    book(lunch, buyer, at(11))
    path = reverse("marketplace:person_week", args=[member(adam, school).pk])

    assert f'href="{path}?week=2026-W10"' in week(signed_in, alice).text
    assert len(on(week(signed_in, alice, "person_week", member(adam, school).pk)).entries) == 1
    assert reverse("marketplace:resource_week", args=[kitchen.ref]) in week(signed_in, alice).text


def test_the_week_that_is_shown_is_marked_among_the_others(signed_in, adam, kitchen):
    assert 'aria-current="page">Adam Aspen' in week(signed_in, adam).text
    assert f'aria-current="page">{kitchen.name}' in kitchens_week(signed_in, adam, kitchen).text


def test_the_week_is_in_the_menu_of_a_schools_staff_only(signed_in, adam, lea, bob, company):
    for person, is_there in ((adam, True), (lea, False), (bob, False)):
        page = signed_in(person).get(reverse("dashboard")).text
        assert (f'href="{reverse("marketplace:my_week")}"' in page) == is_there


def test_a_proposed_time_stands_beside_the_agreed_one_and_says_who_answers(signed_in, lunch, buyer, adam, kitchen):
    order = book(lunch, buyer, at(11))
    order.propose_time(by=member(adam, order.seller), starts_at=at(14, day=TUESDAY))

    for response in (week(signed_in, adam), kitchens_week(signed_in, adam, kitchen)):
        (agreed,), (proposed,) = on(response).entries, on(response, TUESDAY).entries
        assert (agreed.shares[0].state, agreed.times) == ("Firm", "11:00–12:00")
        assert (proposed.shares[0].state, proposed.times) == ("Proposed: waits for the client", "14:00–15:00")
        assert response.text.count(f'href="{order.get_absolute_url()}"') == 2
        assert "Proposed: waits for the client" in response.text
    assert agenda_of(kitchen).days[1].free == ["08:00–18:00"]
    order.refuse_time(by=buyer)
    assert on(week(signed_in, adam), TUESDAY).entries == []


def test_proposed_days_are_a_line_until_they_are_agreed(signed_in, school, offer, buyer, adam):
    group = make_resource(school, "3B", "class")
    offer.requirements.create().choices.set([group])
    order = make_order(offer, buyer, "requested")
    order.quote([LINE], by=member(adam, school), starts_on=date(2026, 3, 20))
    order.accept(1, by=buyer)
    order.propose_time(by=buyer, starts_on=TUESDAY, ends_on=TUESDAY + timedelta(days=1))

    for response in (week(signed_in, adam), kitchens_week(signed_in, adam, group)):
        lines = response.context["agenda"].lines
        assert [(each["line"].share.state, each["column"], each["columns"]) for each in lines] == [
            ("Proposed: waits for us", 2, 2)
        ]
    order.agree_time(by=member(adam, school))
    (line,) = week(signed_in, adam).context["agenda"].lines
    assert line["line"].share.state == "Firm"


def test_the_week_and_the_resource_lead_to_their_calendar_feed(signed_in, adam, alice, school, kitchen):
    feeds = reverse("marketplace:feed_list")
    page = signed_in(adam).get(feeds).text
    colleague = reverse("marketplace:person_week", args=[member(alice, school).pk])

    for path, row in (
        (reverse("marketplace:my_week"), "person"),
        (colleague, "organisation"),
        (reverse("marketplace:resource_week", args=[kitchen.ref]), kitchen.ref),
        (kitchen.get_absolute_url(), kitchen.ref),
        (reverse("marketplace:calendar_year", args=[2025]), "organisation"),
    ):
        assert f'href="{feeds}#{row}"' in signed_in(adam).get(path).text
        assert f'<li id="{row}">' in page


def test_it_takes_the_same_statements_for_1_and_30_bookings(signed_in, offer, buyer, adam, kitchen, adams_time):
    def statements(path):
        with CaptureQueriesContext(connection) as queries:
            assert signed_in(adam).get(path, {"week": "2026-W10"}).status_code == 200
        return len(queries)

    def fill(numbers):
        for number in numbers:
            start = at(8, day=MONDAY + timedelta(days=number % 5)) + timedelta(minutes=90 * (number // 5))
            order = make_order(offer, buyer, "scheduled")
            make_booking(order, [kitchen, adams_time], start, start + timedelta(minutes=60), 10, 10)
            order.new_times.create(is_from_buyer=False, starts_on=MONDAY, ends_on=MONDAY)
            Window.objects.create(offer=offer, starts_on=MONDAY, ends_on=MONDAY + timedelta(days=number), capacity=2)

    paths = [reverse("marketplace:my_week"), reverse("marketplace:resource_week", args=[kitchen.ref])]
    fill(range(1))
    for path in paths:
        statements(path)
    before = [statements(path) for path in paths]
    fill(range(1, 30))

    assert [statements(path) for path in paths] == before
    assert sum(len(day.entries) for day in agenda_of(kitchen).days) == 30
