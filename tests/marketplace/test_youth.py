"""Whether students under 18 may work at a time: each rule at its edge, and all against a count of minutes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from marketplace.models import YouthRule
from marketplace.models.youth import FRAME, LIMITS, Limits, rules_for, stricter
from marketplace.models.youth_checks import broken_rule, nearest_allowed
from tests.factories import PASSWORD

RIGA = "Europe/Riga"
TUESDAY = date(2027, 1, 12)
MINUTE = timedelta(minutes=1)


def at(words, day=TUESDAY, zone=RIGA):
    """`9:30`, or `+1 9:30` on the next day."""
    days, _space, clock = words.rpartition(" ")
    hours, minutes = map(int, clock.split(":"))
    return datetime.combine(day + timedelta(days=int(days or 0)), time(hours, minutes), ZoneInfo(zone))


def span(words):
    """`9:30-10:00`, or `+1 9:30-10:00`."""
    first, _dash, last = words.rpartition("-")
    days, space, _clock = first.rpartition(" ")
    return at(first), at(days + space + last)


def code(booking, others=(), limits=FRAME):
    broken = broken_rule(limits, RIGA, *span(booking), [span(other) for other in others])
    return broken and broken.code


@pytest.mark.parametrize(
    ("booking", "others", "expected"),
    [
        ("6:00-7:00", [], None),
        ("5:59-7:00", [], "early"),
        ("21:00-22:00", [], None),
        ("21:00-22:01", [], "late"),
        ("22:30-23:00", [], "late"),
        ("15:30-16:00", ["7:00-11:30", "12:00-15:00"], None),
        ("15:30-16:01", ["7:00-11:30", "12:00-15:00"], "day"),
        ("8:00-12:30", [], None),
        ("8:00-12:31", [], "break"),
        ("12:30-13:00", ["8:00-12:30"], "break"),
        ("13:00-13:30", ["8:00-12:30"], None),
        ("12:59-13:30", ["8:00-12:30"], "break"),
        ("8:00-9:00", ["-1 19:00-20:00"], None),
        ("8:00-9:00", ["-1 19:00-20:01"], "rest"),
        ("19:00-20:00", ["+1 8:00-9:00"], None),
        ("19:00-20:01", ["+1 8:00-9:00"], "rest"),
        ("19:00-20:01", ["+2 7:00-8:00"], None),
    ],
)
def test_each_rule_at_its_edge(booking, others, expected):
    assert code(booking, others) == expected


def days_full(*offsets):
    return [f"{offset:+} {hours}" for offset in offsets for hours in ("8:00-12:00", "13:00-17:00")]


def test_a_week_is_full_at_40_hours_and_begins_on_monday():
    full = days_full(-1, 1, 2, 3)  # Monday, Wednesday to Friday
    rest = ["8:00-12:00"]

    assert code("13:00-17:00", [*full, *rest]) is None
    assert code("13:00-17:00", [*full, *rest, "+4 10:00-10:01"]) == "week"
    assert code("13:00-17:00", [*full, *rest, "-2 10:00-14:00", "+6 10:00-14:00"]) is None


@pytest.mark.parametrize(
    ("changes", "booking", "words"),
    [
        ({"latest_end": time(20)}, "19:30-20:01", "Students under 18 may not work after 20:00 (rule for Latvia)."),
        ({"earliest_start": time(7)}, "6:59-8:00", "Students under 18 may not work before 07:00 (rule for Latvia)."),
        ({"minutes_a_day": 60}, "9:00-10:01", "Students under 18 work at most 1 h a day (rule for Latvia)."),
        ({"minutes_a_week": 90}, "9:00-10:31", "Students under 18 work at most 1:30 h a week (rule for Latvia)."),
        (
            {"break_after_minutes": 60}, "9:00-10:01",
            "Students under 18 have a break of 30 minutes after 1 h of work (rule for Latvia).",
        ),
    ],
)  # fmt: skip
def test_a_refusal_names_the_rule(changes, booking, words):
    limits = Limits(**changes, origin=dict.fromkeys(LIMITS, "LV"))

    assert str(broken_rule(limits, RIGA, *span(booking), [])) == words


def test_the_frame_is_named_too():
    broken = broken_rule(FRAME, RIGA, *span("8:00-9:00"), [span("-1 20:00-21:00")])

    assert broken.words == (
        "Students under 18 rest at least 12 h between two days of work (rule for the European Union)."
    )


def test_of_two_countries_the_stricter_limit_holds_and_is_named():
    latvia = Limits(latest_end=time(20), minutes_a_day=420, origin=dict.fromkeys(LIMITS, "LV"))
    portugal = Limits(earliest_start=time(7), break_minutes=60, rest_minutes=840, origin=dict.fromkeys(LIMITS, "PT"))

    both = stricter(latvia, portugal)

    assert (both.earliest_start, both.latest_end) == (time(7), time(20))
    assert (both.minutes_a_day, both.rest_minutes, both.break_minutes) == (420, 840, 60)
    assert (both.origin["latest_end"], both.origin["earliest_start"], both.origin["minutes_a_week"]) == (
        "LV", "PT", "LV",
    )  # fmt: skip
    assert {**vars(stricter(portugal, latvia)), "origin": 0} == {**vars(both), "origin": 0}


def test_the_wall_clock_of_the_place_of_work_counts():
    moment = datetime(2027, 1, 12, 20, 30, tzinfo=UTC)  # 21:30 in Warsaw, 22:30 in Riga

    assert broken_rule(FRAME, "Europe/Warsaw", moment, moment + 30 * MINUTE, []) is None
    assert broken_rule(FRAME, RIGA, moment, moment + 30 * MINUTE, []).code == "late"


@pytest.mark.parametrize(("day", "real_hours"), [(date(2026, 3, 29), 11), (date(2026, 10, 25), 13)])
def test_rest_over_the_night_of_a_clock_change_is_counted_in_real_hours(day, real_hours):
    evening, morning = at("-1 20:00", day), at("8:00", day)

    broken = broken_rule(FRAME, RIGA, morning, morning + 60 * MINUTE, [(evening - 60 * MINUTE, evening)])

    assert (morning - evening.astimezone(UTC)) == timedelta(hours=real_hours)
    assert (broken is None) == (real_hours >= 12)


def test_the_nearest_allowed_start_is_suggested():
    starts = [at(f"{hour}:{minute:02}") for hour in range(5, 23) for minute in (0, 30)]
    taken = [span("-1 20:00-21:00"), span("16:00-17:00")]

    assert nearest_allowed(FRAME, RIGA, at("8:00"), 60, taken, starts) == at("9:00")
    assert nearest_allowed(FRAME, RIGA, at("22:00"), 60, taken, starts) == at("21:00")
    assert nearest_allowed(FRAME, RIGA, at("12:15"), 60, taken, starts) == at("12:00")
    assert nearest_allowed(FRAME, RIGA, at("12:15"), 600, taken, starts) is None


ZONES = ["Europe/Riga", "Europe/Lisbon", "Atlantic/Azores"]
MONDAYS = [date(2026, 3, 23), date(2026, 10, 19), date(2027, 1, 11)]


@st.composite
def weeks(draw):
    """A booking in a week, and others from the day before that week to the day after it."""
    zone, monday = draw(st.sampled_from(ZONES)), draw(st.sampled_from(MONDAYS))
    zero = datetime.combine(monday, time(), ZoneInfo(zone)).astimezone(UTC)
    starts = st.integers(-24 * 12, 8 * 24 * 12).map(lambda n: zero + 5 * n * MINUTE)
    spans = st.tuples(starts, st.integers(1, 60)).map(lambda part: (part[0], part[0] + 5 * part[1] * MINUTE))
    hour, minutes = draw(st.integers(5, 22)), draw(st.sampled_from([5, 30, 55, 60, 120, 270, 275]))
    start = datetime.combine(monday + timedelta(days=draw(st.integers(0, 6))), time(hour), ZoneInfo(zone))
    booking = (start, start.astimezone(UTC) + minutes * MINUTE)
    pause = draw(st.sampled_from([n for n in ((15, 45) if minutes % 2 else (10, 30, 60)) if n < minutes] + [0]))
    return zone, booking, draw(st.lists(spans, max_size=12)), pause


def naive(limits, zone, booking, others, pause):
    """Looks at every minute by itself."""
    place = ZoneInfo(zone)

    def minutes(spans):
        found = set()
        for first, last in spans:
            moment = first.astimezone(UTC)
            while moment < last.astimezone(UTC):
                found.add(moment)
                moment += MINUTE
        return found

    mine = sorted(minutes([booking]))
    half_way = (len(mine) - pause) // 2
    work = sorted({*mine[:half_way], *mine[half_way + pause :]} | minutes(others))
    day = mine[0].astimezone(place).date()
    clocks = [(moment.astimezone(place).date(), moment.astimezone(place).time()) for moment in mine]
    if clocks[0][1] < limits.earliest_start:
        return "early"
    if any(on != day or clock >= limits.latest_end for on, clock in clocks):
        return "late"
    today = [moment for moment in work if moment.astimezone(place).date() == day]
    if len(today) > limits.minutes_a_day:
        return "day"
    if len([m for m in work if m.astimezone(place).isocalendar()[:2] == day.isocalendar()[:2]]) > limits.minutes_a_week:
        return "week"
    before = [moment for moment in work if moment.astimezone(place).date() < day]
    after = [moment for moment in work if moment.astimezone(place).date() > day]
    free = limits.rest_minutes * MINUTE
    if before and today[0] - before[-1] - MINUTE < free or after and after[0] - today[-1] - MINUTE < free:
        return "rest"
    worked, last = 0, None
    for moment in today:
        worked = 1 if last and moment - last - MINUTE >= limits.break_minutes * MINUTE else worked + 1
        if worked > limits.break_after_minutes:
            return "break"
        last = moment
    return None


STRICT = Limits(time(7), time(20), 180, 600, 840, 60, 120)


@settings(max_examples=150, deadline=None)
@given(weeks(), st.sampled_from([FRAME, STRICT]))
def test_it_says_what_a_count_of_minutes_says(week, limits):
    zone, booking, others, pause = week

    broken = broken_rule(limits, zone, *booking, others, pause)

    assert (broken and broken.code) == naive(limits, zone, booking, others, pause)


@pytest.mark.parametrize(("pause", "expected"), [(0, "break"), (29, "break"), (30, None), (60, None)])
def test_a_break_half_way_makes_a_long_day_possible(pause, expected):
    broken = broken_rule(FRAME, RIGA, *span("8:00-16:00"), [], pause)

    assert (broken and broken.code) == expected


def test_a_break_is_no_work():
    longest = span("7:00-15:30")
    assert broken_rule(FRAME, RIGA, *longest, [], 30) is None
    assert broken_rule(FRAME, RIGA, *longest, [], 29).code == "day"


def test_each_country_has_its_rule_and_the_rest_have_the_frame(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        rules = rules_for(["LV", "PL", "DE", "PT"])

    assert rules["DE"] == Limits(origin=dict.fromkeys(LIMITS, ""))
    assert (rules["LV"].minutes_a_day, rules["PL"].rest_minutes, rules["PT"].earliest_start) == (420, 840, time(7))
    assert rules["PL"].origin["rest_minutes"] == "PL"
    assert set(YouthRule.objects.values_list("country", flat=True)) == {"", "LV", "LT", "IT", "PL", "PT", "SE"}


def test_without_a_row_the_frame_still_holds(db):
    YouthRule.objects.all().delete()

    assert rules_for(["LV"]) == {"LV": FRAME}


@pytest.mark.parametrize(
    "laxer",
    [
        {"latest_end": time(22, 30)}, {"earliest_start": time(5)}, {"latest_end": time(6)}, {"minutes_a_day": 0},
        {"earliest_start": time(6, 30), "latest_end": time(23)}, {"minutes_a_day": 481}, {"minutes_a_week": 2401},
        {"rest_minutes": 719}, {"break_minutes": 29}, {"break_after_minutes": 271},
    ],
)  # fmt: skip
def test_no_country_is_laxer_than_the_frame(db, laxer):
    with pytest.raises(ValidationError):
        YouthRule(country="DE", **laxer).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        YouthRule.objects.create(country="DE", **laxer)


def test_later_hours_are_allowed_with_a_later_morning(db):
    YouthRule(country="DE", earliest_start=time(7), latest_end=time(23)).full_clean()


def test_country_names_are_in_the_readers_language():
    limits = Limits(origin=dict.fromkeys(LIMITS, "LV"))

    with translation.override("pl"):
        assert limits.country_of("latest_end") == "Łotwa"


@pytest.fixture
def boss(signed_in, db):
    return signed_in(User.objects.create_superuser("boss@platform.example", PASSWORD, name="Boss"))


def page(verb, *args):
    return reverse(f"admin:marketplace_youthrule_{verb}", args=args)


def form_of(rule, **typed):
    return {name: getattr(rule, name) for name in (*LIMITS, "note")} | typed


def test_moderators_change_a_rule_and_the_log_keeps_it(signed_in, mona):
    rule = YouthRule.objects.get(country="LV")

    response = signed_in(mona).post(page("change", rule.pk), form_of(rule, latest_end="20:00", country="EE"))

    rule.refresh_from_db()
    assert response.status_code == 302
    assert (rule.latest_end, rule.country.code) == (time(20), "LV")
    assert LogEntry.objects.get().user == mona


def test_a_laxer_value_is_refused_with_words(signed_in, mona):
    rule = YouthRule.objects.get(country="LV")

    response = signed_in(mona).post(page("change", rule.pk), form_of(rule, minutes_a_day=500))

    assert "A day has 30 to 480 minutes of work." in response.text
    assert YouthRule.objects.get(country="LV").minutes_a_day == 420


def test_the_frame_is_not_deleted(boss):
    frame, latvia = (YouthRule.objects.get(country=code) for code in ("", "LV"))

    assert boss.post(page("delete", frame.pk), {"post": "yes"}).status_code == 403
    assert boss.post(page("delete", latvia.pk), {"post": "yes"}).status_code == 302
    assert YouthRule.objects.filter(country="").exists()
    assert not YouthRule.objects.filter(country="LV").exists()


def test_an_operator_adds_a_country_once(boss):
    rule = YouthRule(country="DE")

    assert boss.post(page("add"), form_of(rule, country="DE")).status_code == 302
    assert boss.post(page("add"), form_of(rule, country="DE")).status_code == 200
    assert YouthRule.objects.filter(country="DE").count() == 1
