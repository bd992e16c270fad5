"""Calendars that programs read with a secret address."""

import logging
import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import handover
from accounts.models import Activity
from marketplace.models import CalendarEntry, Feed, Order
from tests.factories import (
    LINE,
    PASSWORD,
    make_offer,
    make_order,
    make_organisation,
    make_plan,
    make_resource,
    make_window,
    member,
)
from tests.ical import read
from vet2b.lib.logs import WithoutTokens, event_without_tokens

RIGA = ZoneInfo("Europe/Riga")
MONDAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _thursday_before():
    with time_machine.travel(datetime(2026, 2, 26, 7, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def bay(school):
    return make_resource(school, "Bay 1", "room")


@pytest.fixture
def wash(school, adam, bay):
    offer = make_offer(
        school, adam, title="Car wash inside", is_instant=True, lead_time_days=1, delivery_modes=["at_school"]
    )
    make_plan(offer, [bay], step_minutes=60)
    return offer


def at(hour, day=MONDAY):
    return datetime.combine(day, time(hour), RIGA)


def booked(offer, buyer, moment):
    order = Order.draft(offer, by=buyer, place_mode="at_school")
    order.hold_time(moment, by=buyer)
    order.book(by=buyer)
    return order


def dated(offer, buyer, seller, day):
    order = make_order(offer, buyer, "requested", brief="A secret recipe.")
    order.quote([LINE], by=seller, starts_on=day, ends_on=day + timedelta(days=2))
    order.accept(1, by=buyer)
    return order


def address(token):
    return reverse("marketplace:feed", args=[token])


def fetch(token, **headers):
    return Client().get(address(token), headers=headers)


def events(token):
    answer = fetch(token)
    assert answer.status_code == 200
    return read(answer.content)


def queries_of(call):
    """How many, without those that count how often somebody asks."""
    with CaptureQueriesContext(connection) as queries:
        call()
    return len([one for one in queries if "django_cache" not in one["sql"]])


def test_a_person_reads_their_own_orders_and_no_others(offer, wash, buyer, seller, sara, school):
    order = dated(offer, buyer, seller, MONDAY)
    appointment = booked(wash, buyer, at(11))
    theirs = make_offer(school, sara, title="Website for a club")
    dated(theirs, buyer, member(sara, school), MONDAY)

    mine = events(Feed.make("person", by=seller))

    assert [(event["SUMMARY"], event["DTSTART"], event["DTEND"]) for event in mine] == [
        ("Website for a small business · Birch Bakery", MONDAY, MONDAY + timedelta(days=3)),
        ("Car wash inside · Birch Bakery", at(11), at(12)),
    ]
    assert mine[0]["UID"] == f"order-{order.ref}@127.0.0.1"
    assert order.get_absolute_url() in mine[0]["URL"]
    assert (mine[1]["STATUS"], mine[1]["SEQUENCE"]) == ("CONFIRMED", 0)
    assert mine[1]["LOCATION"].startswith("Linden Vocational School, Ozolu iela 1")
    bought = events(Feed.make("person", by=buyer))
    assert {event["SUMMARY"].split(" · ")[1] for event in bought} == {"Linden Vocational School"}
    assert len(bought) == 3
    assert bought[1]["UID"].startswith(f"order-{appointment.ref}@")


def test_a_substitute_reads_it_too_and_an_uninvolved_colleague_does_not(offer, buyer, seller, sara, alice, school):
    dated(offer, buyer, seller, MONDAY)

    assert len(events(Feed.make("person", by=member(sara, school)))) == 1
    assert events(Feed.make("person", by=member(alice, school))) == []


def test_somebody_in_two_organisations_reads_only_those_of_one(offer, buyer, seller, adam):
    dated(offer, buyer, seller, MONDAY)
    side_job = make_organisation(adam, name="Aspen Design")

    assert events(Feed.make("person", by=member(adam, side_job))) == []


def test_a_resource_is_taken_while_it_is_prepared_and_cleared_up_too(wash, bay, buyer, seller):
    plan = wash.plan
    plan.before_minutes, plan.after_minutes = 30, 15
    plan.save()
    wash.refresh_from_db()
    booked(wash, buyer, at(11))

    (of_bay,) = events(Feed.make("resource", by=seller, resource=bay))
    (of_buyer,) = events(Feed.make("person", by=buyer))

    half, quarter = timedelta(minutes=30), timedelta(minutes=15)
    assert (of_bay["DTSTART"], of_bay["DTEND"]) == (at(11) - half, at(12) + quarter)
    assert (of_buyer["DTSTART"], of_buyer["DTEND"]) == (at(11), at(12))


def test_a_resource_shows_what_takes_it_held_requests_as_tentative(wash, bay, school, buyer, seller):
    firm = booked(wash, buyer, at(11))
    request = Order.draft(wash, by=buyer, place_mode="at_school")
    request.hold_time(at(13), by=buyer)
    request.request(by=buyer)
    draft = Order.draft(wash, by=buyer, place_mode="at_school")
    draft.hold_time(at(14), by=buyer)
    other = make_resource(school, "Bay 2", "room")

    found = events(Feed.make("resource", by=seller, resource=bay))

    assert [(event["UID"].split("@")[0], event["STATUS"]) for event in found] == [
        (f"order-{firm.ref}", "CONFIRMED"), (f"order-{request.ref}", "TENTATIVE"),
    ]  # fmt: skip
    assert events(Feed.make("resource", by=seller, resource=other)) == []


def test_an_organisation_reads_all_orders_windows_and_closed_days(offer, wash, buyer, seller, school):
    dated(offer, buyer, seller, MONDAY)
    booked(wash, buyer, at(11))
    window = make_window(offer, capacity=3)
    CalendarEntry.objects.create(
        school=school, kind="holidays", name="Spring break", starts_on=date(2026, 3, 16), ends_on=date(2026, 3, 20)
    )

    found = {event["SUMMARY"]: event for event in events(Feed.make("organisation", by=seller))}

    shown = found["Website for a small business · 0 of 3 places taken"]
    assert (shown["DTSTART"], shown["DTEND"]) == (window.starts_on, window.ends_on + timedelta(days=1))
    spring = found["Spring break"]
    assert (spring["DTSTART"], spring["DTEND"]) == (date(2026, 3, 16), date(2026, 3, 21))
    assert found["Easter Monday"]["DTSTART"] == date(2026, 4, 6)
    assert "Weekend" not in found
    assert {"Car wash inside · Birch Bakery", "Website for a small business · Birch Bakery"} <= set(found)


def test_a_company_reads_what_it_ordered_and_no_closed_days(offer, buyer, seller):
    dated(offer, buyer, seller, MONDAY)

    assert [event["DTSTART"] for event in events(Feed.make("organisation", by=buyer))] == [MONDAY]


def test_no_brief_no_message_no_learner_and_no_line_of_ones_own(offer, buyer, seller, lea, school):
    order = make_order(offer, buyer, "requested", brief="A secret recipe.", place_mode="remote")
    Order.objects.filter(pk=order.pk).update(
        title="Cakes\r\nATTENDEE:mailto:x@x.example", place="Hall\r\nEND:VEVENT; 2, Oak st \\n"
    )
    order.refresh_from_db()
    order.quote([LINE], by=seller, starts_on=MONDAY, message="A secret price.")
    order.accept(1, by=buyer)
    order.write("A secret message", by=buyer)

    content = fetch(Feed.make("organisation", by=seller)).content

    [event] = [event for event in read(content) if event["UID"].startswith("order-")]
    assert "ATTENDEE" not in event
    assert event["SUMMARY"].startswith("Cakes ATTENDEE:mailto")
    assert event["LOCATION"] == "Hall END:VEVENT; 2, Oak st \\n"
    assert b"ecret" not in content
    assert b"Lea" not in content


def test_the_number_grows_when_it_is_moved_and_a_cancelled_one_stays_for_30_days(wash, buyer, seller, bay):
    order = booked(wash, buyer, at(11))
    token, of_bay = Feed.make("person", by=buyer), Feed.make("resource", by=seller, resource=bay)
    [before] = events(token)
    order.propose_time(by=buyer, starts_at=at(14))
    order.agree_time(by=seller)

    [moved] = events(token)
    assert (moved["UID"], moved["SEQUENCE"], moved["DTSTART"]) == (before["UID"], 1, at(14))
    assert [event["DTSTART"] for event in events(of_bay)] == [at(14)]

    order.cancel(by=buyer, reason="Our plans changed.")
    for feed in (token, of_bay):
        [gone] = events(feed)
        assert (gone["UID"], gone["SEQUENCE"], gone["STATUS"]) == (before["UID"], 2, "CANCELLED")
    with time_machine.travel(datetime(2026, 3, 28, 6, tzinfo=UTC), tick=False):
        assert len(events(token)) == 1
    with time_machine.travel(datetime(2026, 3, 29, 8, tzinfo=UTC), tick=False):
        assert events(token) == []


def test_a_time_in_the_night_of_changed_clocks_is_that_of_the_school(school, adam, bay, buyer):
    offer = make_offer(school, adam, title="Bread", is_instant=True, lead_time_days=1, delivery_modes=["at_school"])
    make_plan(offer, [make_resource(school, hours=("00:00", "23:00"), days=range(7))], hours=("00:00", "08:00"),
              days=range(7), step_minutes=60, furthest_days=366)  # fmt: skip
    sunday = date(2026, 3, 29)
    for hour in (2, 4):
        booked(offer, buyer, at(hour, sunday))

    content = fetch(Feed.make("person", by=buyer)).content

    assert b"DTSTART;TZID=Europe/Riga:20260329T020000\r\n" in content
    assert b"DTEND;TZID=Europe/Riga:20260329T040000\r\n" in content  # an hour later: there is no 03:00
    starts = [event["DTSTART"].astimezone(UTC) for event in read(content)]
    assert starts == [datetime(2026, 3, 29, hour, tzinfo=UTC) for hour in (0, 1)]


def test_what_is_more_than_a_year_past_is_left_out(wash, buyer):
    booked(wash, buyer, at(11))
    token = Feed.make("person", by=buyer)

    with time_machine.travel(datetime(2027, 3, 5, tzinfo=UTC), tick=False):
        assert events(token) == []


# Who may read, and for how long


def leave(feeds):
    handover.remove_member(feeds.staff, successor=feeds.owner.user, by=feeds.owner)


def deactivate(feeds):
    feeds.staff.user.is_active = False
    feeds.staff.user.save()


def lose_role(feeds):
    feeds.staff.role = "learner"
    feeds.staff.save()


def suspend(feeds):
    feeds.staff.organisation.suspend(by=feeds.moderator, reason="Forged papers.")


def stop(feeds):
    Feed.objects.filter(membership=feeds.staff)[0].stop(by=feeds.staff)


def replace(feeds):
    Feed.make("person", by=feeds.staff)


@pytest.fixture
def feeds(adam, alice, school, mona):
    class Cast:
        staff, owner, moderator = member(adam, school), member(alice, school), mona

    return Cast


@pytest.mark.parametrize("end", [leave, deactivate, lose_role, suspend, stop, replace])
def test_an_address_is_dead_at_the_next_request(feeds, end):
    token = Feed.make("person", by=feeds.staff)
    assert fetch(token).status_code == 200

    end(feeds)

    assert fetch(token).status_code == 404


def test_a_suspension_that_ends_wakes_the_address(feeds):
    token = Feed.make("person", by=feeds.staff)
    suspend(feeds)
    feeds.staff.organisation.reinstate(by=feeds.moderator, reason="Cleared.")

    assert fetch(token).status_code == 200


def test_only_the_hash_is_kept_and_the_secret_is_long(seller):
    token = Feed.make("person", by=seller)

    assert len(token) >= 43  # 256 bits
    assert token not in str(Feed.objects.values_list())
    assert token not in str(Activity.objects.values_list())
    assert fetch(Feed.objects.get().token_hash).status_code == 404


def test_one_address_a_calendar(seller):
    Feed.make("person", by=seller)
    Feed.make("person", by=seller)
    feed = Feed.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Feed.objects.create(membership=seller, kind="person", token_hash="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Feed.objects.filter(pk=feed.pk).update(kind="resource")
    assert [row.verb for row in Activity.objects.filter(verb__endswith="_feed")] == ["organisation.make_feed"] * 2
    feed.stop(by=seller)
    feed.stop(by=seller)
    assert Activity.objects.latest("pk").line == "Adam Aspen stopped a calendar address: My orders "


def test_an_answer_is_private_and_not_sent_twice(wash, buyer):
    token = Feed.make("person", by=buyer)
    first = fetch(token)

    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert (first["Cache-Control"], first["X-Robots-Tag"]) == ("private, no-cache", "noindex")
    assert not first.cookies
    same = fetch(token, if_none_match=first["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    booked(wash, buyer, at(11))
    assert fetch(token, if_none_match=first["ETag"]).status_code == 200


def test_too_many_questions_are_refused(buyer, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"feed": "2/h/key", "feed_missed": "2/m/ip"}
    token = Feed.make("person", by=buyer)

    assert [fetch(token).status_code for _ in range(3)] == [200, 200, 429]
    assert [fetch("guessed").status_code for _ in range(3)] == [404, 404, 429]
    cache.clear()
    assert fetch(Feed.make("organisation", by=buyer)).status_code == 200


def test_it_speaks_the_language_of_its_person_(offer, buyer, seller):
    seller.user.language = "lv"
    seller.user.save()
    dated(offer, buyer, seller, MONDAY)
    token = Feed.make("organisation", by=seller)

    [event, *_closed] = events(token)

    assert "/lv/orders/" in event["URL"]


@pytest.mark.parametrize("kind", ["person", "organisation", "resource"])
def test_the_number_of_questions_to_the_database_does_not_grow(kind, wash, bay, buyer, seller):
    token = Feed.make(kind, by=seller, resource=bay if kind == "resource" else None)

    booked(wash, buyer, at(9))
    make_window(wash)
    one = queries_of(lambda: fetch(token))
    booked(wash, buyer, at(10))
    booked(wash, buyer, at(12))
    make_window(wash, in_days=60)

    assert queries_of(lambda: fetch(token)) == one


# The page


def signed_in_by_password(user):
    client = Client()
    client.force_login(user)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def make_by_form(client, **form):
    return client.post(reverse("marketplace:feed_make"), form)


def test_an_address_is_shown_once_after_the_password(adam, school, bay):
    client = Client()
    client.force_login(adam)
    asked = make_by_form(client, kind="person")
    assert asked["Location"].startswith("/account/reauthenticate/")
    assert not Feed.objects.exists()

    page = client.post(asked["Location"], {"password": PASSWORD}, follow=True)

    [url] = re.findall(r'value="(http[^"]+\.ics)"', page.content.decode())
    assert Client().get(url.removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert "no-store" in page["Cache-Control"]
    again = client.get(reverse("marketplace:feed_list")).content.decode()
    assert ".ics" not in again
    assert "Replace the address" in again


def test_a_resource_gets_one_and_it_can_be_stopped(adam, school, bay):
    client = signed_in_by_password(adam)
    page = make_by_form(client, kind="resource", ref=bay.ref).content.decode()
    assert "The address of “Bay 1”" in page

    stopped = client.post(reverse("marketplace:feed_stop", args=[Feed.objects.get().pk]))

    assert stopped["Location"] == reverse("marketplace:feed_list")
    assert not Feed.objects.exists()


def test_the_address_of_a_retired_resource_can_still_be_stopped(adam, school, bay, signed_in):
    make_resource(school, "Bay 2", "room", is_retired=True)
    Feed.make("resource", by=member(adam, school), resource=bay)
    bay.retire(by=member(adam, school))

    page = signed_in(adam).get(reverse("marketplace:feed_list")).content.decode()

    assert reverse("marketplace:feed_stop", args=[Feed.objects.get().pk]) in page
    assert "Bay 2" not in page


def test_nobody_makes_or_stops_what_is_not_theirs(adam, bob, lea, charlie, company, school, bay):
    Feed.make("person", by=member(adam, school))
    feed = Feed.objects.get()

    assert make_by_form(signed_in_by_password(bob), kind="resource", ref=bay.ref).status_code == 404
    assert make_by_form(signed_in_by_password(adam), kind="everything").status_code == 404
    for user in (bob, lea, charlie):
        assert signed_in_by_password(user).post(
            reverse("marketplace:feed_stop", args=[feed.pk])
        ).status_code == 404  # fmt: skip
    assert make_by_form(signed_in_by_password(lea), kind="person").status_code == 404
    assert Client().get(reverse("marketplace:feed_list")).status_code == 302
    assert Feed.objects.count() == 1


def test_the_verbs_refuse_learners_and_foreign_resources(lea, buyer, school, bay):
    for arguments in ({"by": member(lea, school)}, {"by": buyer, "resource": bay}):
        with pytest.raises(PermissionDenied):
            Feed.make("resource" if "resource" in arguments else "person", **arguments)
    assert not Feed.objects.exists()


def test_the_page_costs_the_same_for_any_number_of_resources(adam, school, bay):
    client = signed_in_by_password(adam)

    one = queries_of(lambda: client.get(reverse("marketplace:feed_list")))
    for number in (2, 3):
        Feed.make("resource", by=member(adam, school), resource=make_resource(school, f"Bay {number}", "room"))

    assert queries_of(lambda: client.get(reverse("marketplace:feed_list"))) == one


def test_no_log_and_no_report_of_an_error_holds_the_secret(caplog, seller):
    token = Feed.make("person", by=seller)
    Feed.objects.all().delete()
    with caplog.at_level(logging.WARNING):
        fetch(token)

    written = [WithoutTokens("%(message)s").format(record) for record in caplog.records]
    assert "Not Found: /calendar/…" in written
    assert token not in "".join(written)
    event = {"request": {"url": f"https://x.example/lv/calendar/{token}.ics"}, "breadcrumbs": [{"message": token[:0]}]}
    assert token not in str(event_without_tokens(event))


def test_the_web_server_in_front_writes_no_secret_either():
    rules = re.findall(r'request>uri regexp "(.+?)" "(.+?)"', (settings.BASE_DIR / "deploy" / "Caddyfile").read_text())

    assert len(rules) == 2  # of the site's own log, and of the errors
    for pattern, replacement in rules:
        written = re.sub(pattern, replacement.replace("$1", r"\1"), "/lv/calendar/Abc-_123456789012345.ics?x=1")
        assert written == "/lv/calendar/-?x=1"


# One order


def test_both_sides_take_the_date_of_an_order_into_their_calendar(wash, buyer, bob, adam, signed_in):
    order = booked(wash, buyer, at(11))
    url = reverse("marketplace:order_calendar", args=[order.ref])

    for user, other in ((bob, "Linden Vocational School"), (adam, "Birch Bakery")):
        client = signed_in(user)
        assert url in client.get(order.get_absolute_url()).content.decode()
        answer = client.get(url)
        [event] = read(answer.content)
        assert (event["SUMMARY"], event["DTSTART"]) == (f"Car wash inside · {other}", at(11))
        assert answer["Content-Disposition"] == f'attachment; filename="{order.ref}.ics"'


def test_strangers_and_orders_without_a_date_have_no_such_file(offer, wash, buyer, bob, charlie, signed_in):
    undated, order = make_order(offer, buyer, "requested"), booked(wash, buyer, at(11))

    assert signed_in(charlie).get(reverse("marketplace:order_calendar", args=[order.ref])).status_code == 404
    client = signed_in(bob)
    url = reverse("marketplace:order_calendar", args=[undated.ref])
    assert client.get(url).status_code == 404
    assert url not in client.get(undated.get_absolute_url()).content.decode()
