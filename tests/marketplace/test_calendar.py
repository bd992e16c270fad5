"""On which days a school works, and the clocks of orders that follow it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Organisation, Refusal
from marketplace.models import CalendarEntry, Order, SchoolCalendar
from marketplace.models.order_clocks import shifted
from tests.factories import LINE, make_order, member

RIGA = ZoneInfo("Europe/Riga")
MONDAY = date(2027, 3, 1)  # no public holiday of Latvia until Good Friday, 26 March


def noon(day, zone=RIGA):
    return datetime(day.year, day.month, day.day, 12, tzinfo=zone)


def at(day, hour=12):
    """Stops the clock at that hour of Riga."""
    return time_machine.travel(datetime(day.year, day.month, day.day, hour, tzinfo=RIGA), tick=False)


def enter(by, kind, first, last=None, name=""):
    return CalendarEntry.add(by=by, kind=kind, starts_on=first, ends_on=last or first, name=name)


def entry(kind, first, last=None, name=""):
    return CalendarEntry(kind=kind, starts_on=first, ends_on=last or first, name=name)


def calendar_of(country, *entries):
    return SchoolCalendar(Organisation(country=country, kind="school"), entries)


def later(calendar, day, count):
    zone = ZoneInfo(calendar.school.zone)
    moment = calendar.add_working_days(noon(day, zone), count)
    assert moment.astimezone(zone).hour == 12
    return moment.astimezone(zone).date()


@pytest.mark.parametrize(
    ("country", "day", "days", "lands"),
    [
        ("LV", date(2026, 12, 22), 2, date(2026, 12, 28)),  # 24 to 26 December; then a weekend
        ("LV", date(2026, 12, 30), 2, date(2027, 1, 5)),  # 31 December is free too, and 1 January
        ("LV", date(2027, 3, 25), 1, date(2027, 3, 30)),  # Good Friday to Easter Monday
        ("LT", date(2027, 3, 10), 1, date(2027, 3, 12)),
        ("IT", date(2027, 1, 5), 1, date(2027, 1, 7)),  # Epiphany
        ("PL", date(2027, 5, 26), 1, date(2027, 5, 28)),  # Corpus Christi
        ("PT", date(2027, 6, 9), 1, date(2027, 6, 11)),
        ("SE", date(2027, 5, 5), 1, date(2027, 5, 7)),  # Ascension
        ("DE", date(2026, 12, 31), 1, date(2027, 1, 4)),
    ],
)
def test_public_holidays_of_the_country_do_not_count(country, day, days, lands):
    assert later(calendar_of(country), day, days) == lands


def test_an_unknown_country_has_its_weekends():
    calendar = calendar_of("ZZ")

    assert calendar.is_open(date(2027, 1, 1))
    assert later(calendar, date(2026, 12, 31), 2) == date(2027, 1, 4)


def test_holidays_exams_and_closures_do_not_count_and_say_why():
    calendar = calendar_of(
        "LV",
        entry("holidays", date(2027, 3, 8), date(2027, 3, 12), "Spring break"),
        entry("exams", date(2027, 3, 15), date(2027, 3, 16)),
        entry("closure", date(2027, 3, 17), name="Staff training"),
    )

    assert later(calendar, date(2027, 3, 5), 1) == date(2027, 3, 18)
    assert calendar.why_closed(date(2027, 3, 14)) == "Weekend"
    assert calendar.closures(date(2027, 3, 12), date(2027, 3, 18)) == {
        date(2027, 3, 12): "Spring break",
        date(2027, 3, 13): "Weekend",
        date(2027, 3, 14): "Weekend",
        date(2027, 3, 15): "Exams",
        date(2027, 3, 16): "Exams",
        date(2027, 3, 17): "Staff training",
    }


def test_public_holidays_have_their_name_in_the_readers_language():
    calendar = calendar_of("LV")

    assert calendar.why_closed(date(2027, 3, 26)) == "Good Friday"
    with override("lv"):
        assert calendar.why_closed(date(2027, 3, 26)) == "Lielā Piektdiena"
    with override("pl"):
        assert calendar.why_closed(date(2027, 3, 26)) == "Good Friday"
        assert calendar_of("PL").why_closed(date(2027, 5, 27)) == "Dzień Bożego Ciała"
    with override("pt"):
        assert calendar_of("PT").why_closed(date(2027, 12, 25)) == "Dia de Natal"


def test_a_school_may_work_on_a_saturday_and_on_a_public_holiday():
    saturday, good_friday = date(2027, 3, 6), date(2027, 3, 26)
    calendar = calendar_of("LV", entry("open", saturday), entry("open", good_friday))

    assert later(calendar, date(2027, 3, 5), 1) == saturday
    assert (calendar.is_open(good_friday), calendar.why_closed(good_friday)) == (True, "")
    assert calendar.public_holiday(good_friday) == "Good Friday"


def test_days_between_terms_are_closed_those_outside_all_terms_are_ordinary():
    calendar = calendar_of(
        "LV",
        entry("term", date(2026, 9, 1), date(2026, 12, 18)),
        entry("term", date(2027, 1, 11), date(2027, 5, 28)),
    )

    assert calendar.why_closed(date(2026, 12, 21)) == "Between terms"
    assert later(calendar, date(2026, 12, 18), 1) == date(2027, 1, 11)
    assert calendar.is_open(date(2026, 8, 31))
    assert calendar.is_open(date(2027, 6, 1))
    assert not calendar.is_school_day(date(2027, 6, 1))
    assert calendar.school_days(date(2026, 8, 24), date(2026, 9, 6)) == 4


def test_a_school_that_is_closed_for_years_gets_a_day_two_years_on():
    calendar = calendar_of("LV", entry("closure", MONDAY, MONDAY + timedelta(days=4000)))

    assert later(calendar, MONDAY, 5) == MONDAY + timedelta(days=730)


@pytest.mark.parametrize(
    ("start", "lands"),
    [
        ((2027, 3, 26, 2, 30), "2027-03-29T02:30:00+02:00"),  # over the night of the 28th
        ((2027, 3, 26, 23, 30), "2027-03-29T23:30:00+02:00"),
        ((2027, 10, 29, 2, 30), "2027-11-01T02:30:00+01:00"),  # and back on the 31st
    ],
)
def test_the_wall_clock_stays_over_the_nights_when_the_clock_changes(start, lands):
    berlin = ZoneInfo("Europe/Berlin")
    opened = [entry("open", date(2027, 3, 26)), entry("open", date(2027, 3, 29))]

    moment = calendar_of("DE", *opened).add_working_days(datetime(*start, tzinfo=berlin), 1)

    assert moment.isoformat() == lands


@pytest.mark.parametrize(
    ("start", "lands"),
    [
        ((2027, 3, 27, 2, 30), "2027-03-28T03:30:00+02:00"),  # there is no half past two that night
        ((2027, 10, 30, 2, 30), "2027-10-31T02:30:00+02:00"),  # there are two: the first
    ],
)
def test_a_clock_that_ends_in_such_a_night(start, lands):
    opened = [entry("open", date(2027, 3, 28)), entry("open", date(2027, 10, 31))]

    moment = calendar_of("DE", *opened).add_working_days(datetime(*start, tzinfo=ZoneInfo("Europe/Berlin")), 1)

    assert moment.isoformat() == lands


kinds = st.sampled_from(["term", "holidays", "exams", "closure", "open"])
entries = st.builds(
    lambda kind, start, length: entry(kind, MONDAY + timedelta(days=start), MONDAY + timedelta(days=start + length)),
    kinds, st.integers(-60, 120), st.integers(0, 60),
)  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(entries, max_size=6), st.sampled_from(["LV", "LT", "IT", "PL", "PT", "SE"]),
    st.integers(-40, 140), st.integers(0, 23), st.integers(1, 40),
)  # fmt: skip
def test_working_days_count_as_a_plain_model_does(rows, country, start, hour, count):
    calendar = calendar_of(country, *rows)
    zone = ZoneInfo(calendar.school.zone)
    moment = datetime.combine(MONDAY + timedelta(days=start), datetime.min.time(), zone).replace(hour=hour)

    lands = calendar.add_working_days(moment, count).astimezone(zone)

    passed = [moment.date() + timedelta(days=n) for n in range(1, (lands.date() - moment.date()).days + 1)]
    assert is_open(rows, country, lands.date())
    assert [is_open(rows, country, day) for day in passed].count(True) == count


def is_open(rows, country, day):
    from holidays import country_holidays  # noqa: PLC0415

    on = {row.kind for row in rows if row.starts_on <= day <= row.ends_on}
    terms = [row for row in rows if row.kind == "term"]
    if "open" in on:
        return True
    if on & {"holidays", "exams", "closure"} or day.weekday() > 4 or day in country_holidays(country, years=day.year):
        return False
    is_within = terms and min(t.starts_on for t in terms) <= day <= max(t.ends_on for t in terms)
    return "term" in on or not is_within


@settings(deadline=None)
@given(
    st.lists(entries, max_size=4), st.lists(entries, max_size=4), st.integers(0, 30), st.integers(0, 23),
    st.integers(1, 15), st.floats(0, 0.99),
)  # fmt: skip
def test_a_moved_clock_has_as_many_working_days_left(before, after, start, hour, count, elapsed):
    old, new = calendar_of("LV", *before), calendar_of("LV", *after)
    begun = datetime.combine(MONDAY + timedelta(days=start), datetime.min.time(), RIGA).replace(hour=hour)
    due = old.add_working_days(begun, count)
    now = (begun + (due - begun) * elapsed).astimezone(RIGA)

    moved = shifted(due, now, old, new).astimezone(RIGA)

    def left(rows, end):
        """Open days on which the clock's hour is still to come."""
        all_days = [now.date() + timedelta(days=n) for n in range((end.date() - now.date()).days + 1)]
        return sum(is_open(rows, "LV", day) for day in all_days if datetime.combine(day, begun.time(), RIGA) > now)

    assert moved > now
    assert moved.time() == begun.time()
    assert left(after, moved) == left(before, due.astimezone(RIGA))
    assert is_open(after, "LV", moved.date())
    assert shifted(due, now, old, old) == due


# --- what is entered


def test_a_calendar_is_loaded_in_one_query(seller, school, django_assert_num_queries):
    for count in (1, 3):
        for number in range(count):
            enter(seller, "closure", MONDAY + timedelta(days=7 * number + count))
        with django_assert_num_queries(1):
            calendar = SchoolCalendar.of(school, MONDAY, MONDAY + timedelta(days=60))
            calendar.closures(MONDAY, MONDAY + timedelta(days=60))


def test_a_span_knows_the_terms_around_it(seller, school):
    enter(seller, "term", date(2026, 9, 1), date(2026, 12, 18))
    enter(seller, "term", date(2027, 1, 11), date(2027, 5, 28))
    enter(seller, "closure", date(2027, 5, 3))

    calendar = SchoolCalendar.of(school, date(2026, 12, 21), date(2026, 12, 22))

    assert calendar.why_closed(date(2026, 12, 21)) == "Between terms"
    assert len(calendar.entries) == 2


def test_owners_and_staff_change_the_calendar_of_their_own_school(seller, alice, lea, school, outsider, offer):
    row = enter(member(alice, school), "closure", MONDAY, name="Roof works")
    row.change(by=seller, ends_on=MONDAY + timedelta(days=1))
    for stranger in (member(lea, school), outsider):
        with pytest.raises(PermissionDenied):
            row.change(by=stranger, name="Mine")
        with pytest.raises(PermissionDenied):
            row.remove(by=stranger)
    with pytest.raises(PermissionDenied):
        enter(outsider, "closure", MONDAY)
    row.remove(by=seller)

    assert not CalendarEntry.objects.exists()
    told = [(a.verb, a.line) for a in school.activities.filter(verb__contains="_days").order_by("pk")]
    assert told == [
        ("organisation.add_days", "Closed was added to the calendar: 1 March 2027 to 1 March 2027. Roof works"),
        ("organisation.change_days", "Closed was changed in the calendar: 1 March 2027 to 2 March 2027. Roof works"),
        ("organisation.remove_days", "Closed was removed from the calendar: 1 March 2027 to 2 March 2027. Roof works"),
    ]


def test_what_is_there_already_or_no_longer_is_refused(seller):
    row = enter(seller, "closure", MONDAY)
    with pytest.raises(Refusal, match="already"):
        enter(seller, "closure", MONDAY)
    gone = CalendarEntry.objects.get(pk=row.pk)
    row.remove(by=seller)
    for verb in (gone.change, gone.remove):
        with pytest.raises(Refusal, match="no longer"):
            verb(by=seller)


def test_terms_do_not_overlap(seller, school):
    first = enter(seller, "term", MONDAY, MONDAY + timedelta(days=60), "Spring")
    with pytest.raises(Refusal, match="Spring"):
        enter(seller, "term", MONDAY + timedelta(days=60), MONDAY + timedelta(days=90))
    first.change(by=seller, ends_on=MONDAY + timedelta(days=61))

    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarEntry.objects.create(school=school, kind="term", starts_on=MONDAY, ends_on=MONDAY + timedelta(days=1))


@pytest.mark.parametrize(
    "fields", [{"kind": "party"}, {"ends_on": MONDAY - timedelta(days=1)}], ids=["kind", "order of days"]
)
def test_the_database_refuses(fields, school):
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarEntry.objects.create(
            **({"school": school, "kind": "closure", "starts_on": MONDAY, "ends_on": MONDAY} | fields)
        )


# --- clocks that run


def due(order, verb):
    return order.timers.get(verb=verb).due_at.astimezone(RIGA)


@pytest.fixture
def delivered(offer, buyer):
    with at(MONDAY):
        order = make_order(offer, buyer, "delivered")
    assert due(order, "auto_accept") == noon(date(2027, 3, 15))
    return order


def test_new_clocks_pause_on_closed_days(offer, buyer, seller):
    enter(seller, "holidays", date(2027, 3, 3), date(2027, 3, 9))
    with at(MONDAY):
        order = make_order(offer, buyer, "requested")

    assert due(order, "remind") == noon(date(2027, 3, 10))
    assert due(order, "expire") == noon(date(2027, 3, 15))


def test_a_running_clock_moves_with_what_is_added_widened_and_removed(delivered, seller):
    with at(date(2027, 3, 4)):
        row = enter(seller, "closure", date(2027, 3, 10))
        assert due(delivered, "auto_accept") == noon(date(2027, 3, 16))
        assert due(delivered, "warn_last") == noon(date(2027, 3, 15))
        assert due(delivered, "warn_first") == noon(date(2027, 3, 8))
        row.change(by=seller, ends_on=date(2027, 3, 12))
        assert due(delivered, "auto_accept") == noon(date(2027, 3, 18))
        row.change(by=seller, starts_on=date(2027, 3, 12))
        assert due(delivered, "auto_accept") == noon(date(2027, 3, 16))
        row.remove(by=seller)

    assert due(delivered, "auto_accept") == noon(date(2027, 3, 15))


def test_what_is_past_stays(delivered, seller):
    with at(date(2027, 3, 9), hour=15):
        enter(seller, "closure", date(2027, 3, 2), date(2027, 3, 9))

    assert due(delivered, "auto_accept") == noon(date(2027, 3, 15))


def test_today_counts_until_the_hour_of_the_clock(delivered, seller):
    with at(date(2027, 3, 15), hour=9):
        enter(seller, "closure", date(2027, 3, 15))

    assert due(delivered, "auto_accept") == noon(date(2027, 3, 16))


def test_a_new_second_term_closes_the_days_before_it(delivered, seller):
    with at(MONDAY, hour=15):
        enter(seller, "term", date(2027, 1, 4), date(2027, 3, 5))
        enter(seller, "term", date(2027, 3, 15), date(2027, 5, 28))

    assert due(delivered, "auto_accept") == noon(date(2027, 3, 22))


def test_clocks_of_other_schools_and_of_ended_orders_stay(delivered, outsider, buyer, seller, offer):
    with at(MONDAY):
        ended = make_order(offer, buyer, "delivered")
        ended.accept_delivery(by=buyer)
        before = due(ended, "close")
    other = Organisation.objects.get(pk=outsider.organisation_id)
    Organisation.objects.filter(pk=other.pk).update(kind="school")
    with at(date(2027, 3, 4)):
        enter(member(outsider.user, other), "closure", date(2027, 3, 10))

    assert due(delivered, "auto_accept") == noon(date(2027, 3, 15))
    assert due(ended, "close") == before


def test_a_clock_that_is_already_due_stays(delivered, seller):
    with at(date(2027, 3, 16)):
        enter(seller, "closure", date(2027, 3, 16), date(2027, 3, 19))

    assert due(delivered, "auto_accept") == noon(date(2027, 3, 15))


def test_the_last_day_of_a_quote_stays(offer, buyer, seller):
    with at(MONDAY):
        order = make_order(offer, buyer, "quoted")
        before = due(order, "expire")
        assert due(order, "remind") == noon(date(2027, 3, 3))
        enter(seller, "closure", date(2027, 3, 2), date(2027, 3, 5))

    assert due(order, "expire") == before
    assert due(order, "remind") == noon(date(2027, 3, 9))


def test_a_request_is_answered_before_the_lead_time_begins(offer, buyer, seller):
    last = datetime(2027, 3, 9, 18, tzinfo=RIGA)
    with at(MONDAY):
        order = make_order(offer, buyer, "requested", wished_on=date(2027, 3, 14))  # lead time 5 days
        assert due(order, "expire") == noon(date(2027, 3, 8))
        row = enter(seller, "closure", date(2027, 3, 2), date(2027, 3, 5))
        assert due(order, "expire") == last
        row.change(by=seller, starts_on=date(2027, 3, 5))
        assert due(order, "expire") == noon(date(2027, 3, 9))
        row.remove(by=seller)

    assert due(order, "expire") == noon(date(2027, 3, 8))


def test_a_question_gives_the_buyer_its_working_days(offer, buyer, seller):
    with at(MONDAY):
        order = make_order(offer, buyer, "requested", wished_on=date(2027, 3, 14))
        order.ask("How many pages?", by=seller)
        enter(seller, "closure", date(2027, 3, 2), date(2027, 3, 5))

    assert due(order, "expire") == noon(date(2027, 3, 12))


def test_the_question_about_a_start_hangs_on_its_day(offer, buyer, seller):
    with at(MONDAY):
        order = make_order(offer, buyer, "requested")
        order.quote([LINE], by=seller, starts_on=date(2027, 3, 16))
        order.accept(1, by=buyer)
        enter(seller, "closure", date(2027, 3, 3), date(2027, 3, 5))
        assert due(order, "chase_start") == datetime(2027, 3, 17, 9, tzinfo=RIGA)
        enter(seller, "closure", date(2027, 3, 17))

    assert due(order, "chase_start") == datetime(2027, 3, 18, 9, tzinfo=RIGA)


def test_nothing_moves_where_the_change_fails(delivered, seller):
    enter(seller, "closure", date(2027, 3, 10))
    before = due(delivered, "auto_accept")
    with pytest.raises(Refusal):
        enter(seller, "closure", date(2027, 3, 10))

    assert due(delivered, "auto_accept") == before


def test_moving_takes_the_same_queries_for_any_number_of_orders(
    offer, buyer, seller, django_assert_num_queries, django_assert_max_num_queries
):
    queries = []
    for count in (1, 2):
        with at(MONDAY):
            for _number in range(count):
                make_order(offer, buyer, "delivered")
            with django_assert_max_num_queries(40) as counted:
                enter(seller, "closure", date(2027, 3, 9 + count))
        queries.append(len(counted.captured_queries))

    assert queries[0] == queries[1]
    assert Order.objects.count() == 3
    assert {due(order, "auto_accept") for order in Order.objects.all()} == {noon(date(2027, 3, 17))}
