"""Free times, and the seats that orders take of them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import Refusal
from marketplace.models import Booking, Order, Seat, Slot, YouthRule
from marketplace.models.order_moves import Taken
from marketplace.models.slots import Times
from tests.factories import LINE, make_offer, make_order, make_plan, make_resource, member

RIGA = ZoneInfo("Europe/Riga")
MONDAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _thursday_before():
    with time_machine.travel(datetime(2026, 2, 26, 7, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def kitchen(school):
    return make_resource(school)


@pytest.fixture
def lunch(school, adam):
    return make_offer(school, adam, title="Business lunch", is_instant=True, lead_time_days=1)


@pytest.fixture
def buyer(bob, company):
    return member(bob, company)


def at(hour, minute=0, day=MONDAY):
    return datetime.combine(day, time(hour, minute), RIGA)


def walls(times):
    return [f"{free.starts_at.astimezone(RIGA):%H:%M}" for free in times]


def hold(offer, by, moment, **fields):
    order = Order.draft(offer, by=by, place_mode=offer.delivery_modes[0], **fields)
    order.hold_time(moment, by=by)
    return order


def book(offer, by, moment, **fields):
    order = hold(offer, by, moment, **fields)
    order.book(by=by)
    return order


def times_of(offer, day=MONDAY, **kwargs):
    offer = type(offer).objects.get(pk=offer.pk)
    return Times(offer, day, day, **kwargs)


def test_free_times_are_the_plans_hours_in_steps(lunch, kitchen):
    make_plan(lunch, [kitchen], hours=("11:00", "13:00"), minutes=60, step_minutes=30)

    assert walls(times_of(lunch)) == ["11:00", "11:30", "12:00"]


def test_without_a_resource_nothing_is_free(lunch):
    make_plan(lunch)

    assert walls(times_of(lunch)) == []


def test_preparing_must_fit_into_the_resources_hours(lunch, school):
    kitchen = make_resource(school, hours=("11:00", "14:00"))
    make_plan(lunch, [kitchen], hours=("11:00", "14:00"), before_minutes=30, after_minutes=30, step_minutes=60)

    assert walls(times_of(lunch)) == ["12:00"]


def test_special_hours_stand_in_place_of_the_week(lunch, kitchen):
    make_plan(lunch, [kitchen], step_minutes=60)
    kitchen.special_hours.create(starts_on=MONDAY, ends_on=MONDAY, opens_at="10:00", closes_at="12:00")
    kitchen.special_hours.create(starts_on=MONDAY + timedelta(days=1), ends_on=MONDAY + timedelta(days=1))

    assert walls(times_of(lunch)) == ["10:00", "11:00"]
    assert walls(times_of(lunch, MONDAY + timedelta(days=1))) == []


def test_lead_time_notice_and_furthest_day_bound_the_choice(lunch, kitchen):
    make_plan(lunch, [kitchen], days=range(7), step_minutes=60, furthest_days=4)
    kitchen.openings.create(weekday=5, opens_at="08:00", closes_at="18:00")
    days = {free.starts_at.astimezone(RIGA).date() for free in Times(lunch, date(2026, 1, 1), date(2026, 12, 31))}

    assert days == {date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 2)}


def test_notice_hours_count_from_now(lunch, kitchen):
    lunch.lead_time_days = 0
    lunch.save()
    make_plan(lunch, [kitchen], step_minutes=60, notice_hours=3)  # it is 9:00 in Rīga

    assert walls(times_of(lunch, date(2026, 2, 26))) == ["12:00", "13:00", "14:00"]


def test_two_different_offers_on_one_kitchen_collide(lunch, school, adam, kitchen, buyer):
    aperitif = make_offer(school, adam, title="Aperitif", is_instant=True, lead_time_days=1)
    make_plan(lunch, [kitchen], step_minutes=60)
    make_plan(aperitif, [kitchen], step_minutes=30)

    book(lunch, buyer, at(11))

    assert walls(times_of(aperitif)) == [
        "09:00", "09:30", "10:00", "12:00", "12:30", "13:00", "13:30", "14:00",
    ]  # fmt: skip
    with pytest.raises(Taken) as taken:
        hold(aperitif, buyer, at(11, 30))
    assert walls(taken.value.nearest) == ["10:00", "12:00", "12:30"]


def test_end_to_start_does_not_collide_but_clearing_up_does(lunch, kitchen, buyer):
    plan = make_plan(lunch, [kitchen], step_minutes=60)
    book(lunch, buyer, at(11))
    assert walls(times_of(lunch)) == ["09:00", "10:00", "12:00", "13:00", "14:00"]

    plan.after_minutes = 15
    plan.save()

    assert walls(times_of(lunch)) == ["09:00", "12:00", "13:00", "14:00"]


def test_one_of_two_kitchens_is_enough_and_both_are_used(lunch, school, kitchen, buyer):
    other = make_resource(school, "Second kitchen")
    team = make_resource(school, "3B", "class")
    make_plan(lunch, [kitchen, other], step_minutes=60, hours=("11:00", "12:00"))

    first, second = book(lunch, buyer, at(11)), book(lunch, buyer, at(11))

    used = [set(order.seats.get().slot.bookings.values_list("resource__name", flat=True)) for order in (first, second)]
    assert sorted(map(list, used)) == [["Second kitchen"], ["Training kitchen"]]
    assert walls(times_of(lunch)) == []
    assert not team.bookings.exists()


def test_all_requirements_must_be_met_by_different_resources(lunch, school, kitchen):
    make_plan(lunch, [kitchen], [kitchen], step_minutes=60)
    assert walls(times_of(lunch)) == []

    lunch.requirements.last().choices.add(make_resource(school, "3B", "class", hours=("12:00", "14:00")))

    assert walls(times_of(lunch)) == ["12:00", "13:00"]


def test_guests_share_a_time_up_to_its_seats(school, adam, kitchen, buyer):
    menu = make_offer(
        school, adam, price_model="PP", price=10, unit="guest", min_quantity=2, max_quantity=10,
        is_instant=True, lead_time_days=1,
    )  # fmt: skip
    make_plan(menu, [kitchen], hours=("12:00", "13:00"), seats=10, is_by_quantity=True)

    book(menu, buyer, at(12), quantity=6)

    assert [free.places for free in times_of(menu, quantity=4)] == [4]
    assert walls(times_of(menu, quantity=5)) == []
    book(menu, buyer, at(12), quantity=4)
    assert Slot.objects.count() == 1
    assert walls(times_of(menu, quantity=2)) == []


def test_ten_covers_a_day_hold_over_all_times(school, adam, kitchen, buyer):
    menu = make_offer(
        school, adam, price_model="PP", price=10, unit="guest", min_quantity=2, max_quantity=10,
        is_instant=True, lead_time_days=1,
    )  # fmt: skip
    make_plan(menu, [kitchen], step_minutes=60, seats=10, is_by_quantity=True, seats_a_day=10)

    book(menu, buyer, at(12), quantity=7)

    assert {free.places for free in times_of(menu, quantity=3)} == {3}
    assert walls(times_of(menu, quantity=4)) == []


def test_a_hold_ends_by_itself(lunch, kitchen, buyer):
    make_plan(lunch, [kitchen], step_minutes=60, hours=("11:00", "12:00"))
    order = hold(lunch, buyer, at(11))
    assert walls(times_of(lunch)) == []

    with time_machine.travel(datetime(2026, 2, 26, 7, 11, tzinfo=UTC), tick=False):
        assert walls(times_of(lunch)) == ["11:00"]
        other = book(lunch, buyer, at(11))

        with pytest.raises(Taken):
            order.book(by=buyer)

    order.refresh_from_db()
    assert order.status == "draft"
    assert other.seats.get().held_until is None
    assert Booking.objects.live().count() == 1


def test_a_hold_that_ended_is_taken_again_where_nobody_came(lunch, kitchen, buyer):
    make_plan(lunch, [kitchen], step_minutes=60, hours=("11:00", "12:00"))
    order = hold(lunch, buyer, at(11))

    with time_machine.travel(datetime(2026, 2, 26, 8, tzinfo=UTC), tick=False):
        order.book(by=buyer)

    assert order.status == "scheduled"
    assert (order.starts_at, order.starts_on) == (at(11), MONDAY)
    assert Booking.objects.live().count() == 1


def test_a_second_choice_frees_the_first(lunch, kitchen, buyer):
    make_plan(lunch, [kitchen], step_minutes=60)
    order = hold(lunch, buyer, at(11))

    order.hold_time(at(13), by=buyer)

    assert "11:00" in walls(times_of(lunch))
    assert "13:00" not in walls(times_of(lunch))


def test_a_refused_choice_keeps_the_one_before(lunch, kitchen, buyer):
    make_plan(lunch, [kitchen], step_minutes=60)
    book(lunch, buyer, at(13))
    order = hold(lunch, buyer, at(11))

    with pytest.raises(Taken):
        order.hold_time(at(13), by=buyer)

    assert order.seats.live().get().slot.starts_at == at(11)


def test_a_request_holds_its_time_until_it_is_decided(lunch, kitchen, buyer, adam, school):
    make_plan(lunch, [kitchen], step_minutes=60)
    order = hold(lunch, buyer, at(11), brief="Lunch for two.")
    order.request(by=buyer)
    timer = order.timers.get(verb="expire")
    assert order.held_until == timer.due_at + timedelta(hours=1)

    order.decline(by=member(adam, school), reason="No class is free.")

    assert "11:00" in walls(times_of(lunch))
    assert not Booking.objects.live().exists()


def test_an_accepted_quote_makes_the_time_firm(lunch, kitchen, buyer, adam, school):
    make_plan(lunch, [kitchen], step_minutes=60)
    order = make_order(lunch, buyer, "draft")
    order.hold_time(at(11), by=buyer)
    order.request(by=buyer)
    trainer = member(adam, school)
    order.quote([LINE], by=trainer)

    order.accept(1, by=buyer)

    assert order.seats.get().held_until is None
    assert (order.starts_on, order.ends_on, order.starts_at) == (MONDAY, MONDAY, at(11))
    order.cancel(by=buyer, reason="Our plans changed.")
    assert "11:00" in walls(times_of(lunch))


def test_an_offer_by_time_cannot_be_booked_or_requested_without_one(lunch, kitchen, buyer):
    make_plan(lunch, [kitchen])
    order = Order.draft(lunch, by=buyer, place_mode="remote")

    for verb in (order.book, order.request):
        with pytest.raises(Refusal) as refused:
            verb(by=buyer)
        assert refused.value.field == "starts_at"


def test_the_database_itself_refuses_a_second_booking(lunch, kitchen):
    slot = Slot.objects.create(offer=lunch, starts_at=at(11), ends_at=at(12))
    Booking.objects.create(resource=kitchen, slot=slot, period=DateTimeTZRange(at(11), at(12)))

    with pytest.raises(IntegrityError, match="booking_never_twice"), transaction.atomic():
        Booking.objects.create(resource=kitchen, slot=slot, period=DateTimeTZRange(at(11, 59), at(13)))
    Booking.objects.create(resource=kitchen, slot=slot, period=DateTimeTZRange(at(12), at(13)))


@pytest.mark.parametrize(
    ("night", "starts"),
    [
        (date(2026, 3, 29), ["02:00", "04:00"]),  # 3:00 to 4:00 is skipped in Rīga
        (date(2026, 10, 25), ["02:00", "03:00", "04:00"]),  # 3:00 to 4:00 comes twice, the first is taken
    ],
)
def test_nights_of_changed_clocks(night, starts, lunch, school):
    bakery = make_resource(school, "Bakery", days=range(7), hours=("00:00", "23:00"))
    make_plan(lunch, [bakery], days=range(7), hours=("02:00", "05:00"), step_minutes=60, furthest_days=366)

    found = list(times_of(lunch, night))

    assert walls(found) == starts
    assert all(free.ends_at - free.starts_at == timedelta(hours=1) for free in found)


def test_reading_free_times_takes_the_same_statements_however_long(lunch, kitchen, buyer, django_assert_num_queries):
    make_plan(lunch, [kitchen], step_minutes=60)
    for hour in (9, 11, 13):
        book(lunch, buyer, at(hour))
    offer = type(lunch).objects.select_related("plan", "school").get(pk=lunch.pk)

    for days in (1, 60):
        with django_assert_num_queries(8):
            list(Times(offer, MONDAY, MONDAY + timedelta(days=days)))


def test_closed_days_have_no_times(lunch, school, kitchen):
    make_plan(lunch, [kitchen], step_minutes=60)
    assert walls(times_of(lunch))

    school.calendar_entries.create(kind="exams", name="Exams", starts_on=MONDAY, ends_on=MONDAY)

    assert walls(times_of(lunch)) == []


def test_public_holidays_have_none_but_a_kept_saturday_has(lunch, school):
    kitchen = make_resource(school, days=range(7))
    make_plan(lunch, [kitchen], days=range(7), step_minutes=60, furthest_days=366)

    assert walls(times_of(lunch, date(2026, 5, 1))) == []
    assert walls(times_of(lunch, date(2026, 5, 2))) != []


@pytest.fixture
def young_class(school):
    return make_resource(school, "1K", "class", hours=("00:00", "23:59"), days=range(7), has_minors=True)


def test_young_classes_work_neither_early_nor_late(lunch, school, young_class):
    YouthRule.objects.update_or_create(country="LV", defaults={"earliest_start": time(7), "latest_end": time(20)})
    make_plan(lunch, [young_class], hours=("05:00", "23:00"), minutes=120, step_minutes=60, after_minutes=30)

    found = walls(times_of(lunch))

    assert (found[0], found[-1]) == ("07:00", "17:00")


def test_preparing_counts_into_the_eight_hours_of_a_day(lunch, buyer, young_class):
    YouthRule.objects.update_or_create(country="LV", defaults={"minutes_a_day": 8 * 60})
    make_plan(lunch, [young_class], hours=("07:00", "20:00"), minutes=180, step_minutes=60, before_minutes=60)
    book(lunch, buyer, at(8))

    assert walls(times_of(lunch))[-1] == "17:00"
    book(lunch, buyer, at(13))

    assert walls(times_of(lunch)) == []
    with pytest.raises(Taken, match="at most 8 h a day") as refused:
        hold(lunch, buyer, at(17))
    assert refused.value.nearest


def test_a_long_day_of_a_young_class_needs_a_break(lunch, buyer, young_class):
    YouthRule.objects.update_or_create(country="LV", defaults={"minutes_a_day": 8 * 60})
    plan = make_plan(lunch, [young_class], hours=("07:00", "20:00"), minutes=360, step_minutes=60)
    assert walls(times_of(lunch)) == []
    with pytest.raises(Taken, match="a break of 30 minutes"):
        hold(lunch, buyer, at(8))

    plan.break_minutes = 30
    plan.save()

    lunch.refresh_from_db()
    assert walls(times_of(lunch))[0] == "07:00"
    book(lunch, buyer, at(7))
    assert Booking.objects.get().break_minutes == 30
    plan.minutes, plan.break_minutes, plan.step_minutes = 150, 0, 30
    plan.save()
    lunch.refresh_from_db()
    # 5.5 hours are worked, so 2.5 are left of the day; without the break it would be 2
    assert walls(times_of(lunch))[0] == "13:30"


def test_at_the_client_the_stricter_country_holds(school, adam, buyer, company, young_class):
    visit = make_offer(school, adam, is_instant=True, lead_time_days=1, delivery_modes=["at_client"])
    make_plan(visit, [young_class], hours=("15:00", "22:00"), minutes=60, step_minutes=60)
    for country, latest in (("LV", time(20)), ("IT", time(18))):
        YouthRule.objects.update_or_create(country=country, defaults={"latest_end": latest, "earliest_start": time(7)})
    company.country = "IT"
    company.save()
    order = Order.draft(visit, by=member(buyer.user, company), place_mode="at_client", place="Via Roma 1")

    found = walls(times_of(visit, order=order))

    assert found[-1] == "18:00"  # it is 17:00 to 18:00 at the client's
    assert walls(times_of(visit))[-1] == "19:00"


def test_seats_of_an_order_are_one_at_a_time(lunch, kitchen, buyer):
    make_plan(lunch, [kitchen])
    order = hold(lunch, buyer, at(11))

    with pytest.raises(IntegrityError, match="seat_one_an_order"), transaction.atomic():
        Seat.objects.create(order=order, slot=order.seats.get().slot)
