"""Booking, requesting and moving appointments in a browser's terms."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Notification
from marketplace.models import Booking, Order, Seat
from tests.factories import LINE, make_offer, make_order, make_organisation, make_plan, make_resource, make_user, member

RIGA = ZoneInfo("Europe/Riga")
MONDAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _thursday_before():
    with time_machine.travel(datetime(2026, 2, 26, 7, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def wash(school, adam):
    offer = make_offer(
        school, adam, title="Car wash inside", is_instant=True, lead_time_days=1, delivery_modes=["at_school"]
    )
    make_plan(offer, [make_resource(school, "Bay 1", "room")], step_minutes=60)
    return offer


@pytest.fixture
def buyer(bob, company, client):
    client.force_login(bob)
    return member(bob, company)


def at(hour, day=MONDAY):
    return datetime.combine(day, time(hour), RIGA)


def choose(client, offer, moment, **more):
    form = {"request_key": uuid.uuid4(), "starts_at": moment.astimezone(UTC).isoformat()} | more
    return client.post(reverse("marketplace:order_time", args=[offer.slug]), form)


def confirm(client, order, **more):
    form = {"place_mode": "at_school", "seen": "180.00"} | more
    return client.post(reverse("marketplace:order_confirm", args=[order.ref]), form)


def booked(client, offer, moment):
    choose(client, offer, moment)
    order = Order.objects.latest("pk")
    confirm(client, order)
    order.refresh_from_db()
    return order


def test_a_stranger_sees_the_first_free_week_and_is_asked_to_sign_in(client, wash):
    page = client.get(wash.get_absolute_url()).content.decode()

    assert "Riga time" in page
    assert 'value="2026-02-27T07:00:00+00:00"' in page
    answer = client.get(reverse("marketplace:order_time", args=[wash.slug]), {"starts_at": "2026-02-27T07:00:00+00:00"})
    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]
    assert "starts_at" in answer["Location"]


def test_a_time_is_held_and_booked_in_two_steps(client, wash, buyer, adam):
    chosen = choose(client, wash, at(11))
    order = Order.objects.get()
    assert chosen["Location"] == reverse("marketplace:order_confirm", args=[order.ref])
    page = client.get(chosen["Location"]).content.decode()
    assert "2 March 2026, 11:00–12:00 (Riga time)" in page
    assert "Kept for you until" in page

    answer = confirm(client, order)

    order.refresh_from_db()
    assert answer["Location"] == order.get_absolute_url()
    assert (order.status, order.starts_at, order.starts_on) == ("scheduled", at(11), MONDAY)
    assert Seat.objects.get().held_until is None
    assert Notification.objects.filter(recipient=adam, activity__verb="order.book").count() == 1
    assert "11:00–12:00" in client.get(order.get_absolute_url()).content.decode()


def test_double_clicks_do_nothing_twice(client, wash, buyer):
    key = uuid.uuid4()
    for _click in range(2):
        choose(client, wash, at(11), request_key=key)
    order = Order.objects.get()

    for _click in range(2):
        assert confirm(client, order).status_code == 302

    assert (Order.objects.count(), Seat.objects.live().count(), Booking.objects.live().count()) == (1, 1, 1)


def test_a_taken_time_is_refused_with_the_nearest_free_ones(client, wash, buyer):
    booked(client, wash, at(11))

    answer = choose(client, wash, at(11))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This time was just taken." in page
    assert all(words in page for words in ("Mon 2 Mar, 09:00", "Mon 2 Mar, 10:00", "Mon 2 Mar, 12:00"))
    assert Order.objects.count() == 1


def test_a_hold_that_somebody_took_over_is_told_on_the_page_of_times(client, wash, buyer):
    choose(client, wash, at(11))
    order = Order.objects.get()
    other = make_organisation(make_user("Cleo Cedar"))
    with time_machine.travel(datetime(2026, 2, 26, 7, 11, tzinfo=UTC), tick=False):
        theirs = Order.draft(wash, by=other.memberships.get(), place_mode="at_school")
        theirs.hold_time(at(11), by=other.memberships.get())

        answer = confirm(client, order)

    order.refresh_from_db()
    assert (answer.status_code, order.status) == (422, "draft")
    assert "The nearest free times:" in answer.content.decode()


@pytest.mark.parametrize(
    "typed", ["", "tomorrow", "2026-03-02T09:00:00", "2026-03-02T03:00:00+00:00", "9999-99-99T00:00:00+00:00", "0" * 90]
)
def test_what_is_no_free_time_is_refused_where_it_was_chosen(client, wash, buyer, typed):
    answer = client.post(reverse("marketplace:order_time", args=[wash.slug]), {"starts_at": typed})

    assert answer.status_code == 422
    assert not Order.objects.exists()


def test_a_changed_price_is_shown_before_it_is_booked(client, wash, buyer):
    choose(client, wash, at(11))
    order = Order.objects.get()

    answer = confirm(client, order, seen="100.00")

    order.refresh_from_db()
    assert "Your choice changes the price" in answer.content.decode()
    assert order.status == "draft"


def test_an_offer_on_request_sends_the_request_and_keeps_the_time(client, wash, buyer, adam, school):
    wash.is_instant = False
    wash.save()
    choose(client, wash, at(11))
    order = Order.objects.get()

    confirm(client, order, brief="Two vans.")

    order.refresh_from_db()
    assert order.status == "requested"
    client.force_login(adam)
    page = client.get(order.get_absolute_url()).content.decode()
    assert "Wished time" in page
    form = client.get(reverse("marketplace:order_quote", args=[order.ref])).content.decode()
    assert 'name="starts_on"' not in form


def test_an_unverified_company_notes_a_time_but_holds_none(client, wash, bob, company):
    company.status = "draft"
    company.save()
    client.force_login(bob)

    choose(client, wash, at(11))

    page = client.get(reverse("marketplace:order_confirm", args=[Order.objects.get().ref])).content.decode()
    assert not Seat.objects.exists()
    assert "Kept for you" not in page


def test_nobody_holds_more_than_three_times(client, wash, buyer):
    for hour in (9, 10, 11):
        assert choose(client, wash, at(hour)).status_code == 302

    answer = choose(client, wash, at(12))

    assert answer.status_code == 422
    assert "You hold 3 times already" in answer.content.decode()


def test_a_full_week_says_when_the_next_time_is(client, wash, school):
    bay = school.resources.get()
    bay.special_hours.create(starts_on=MONDAY, ends_on=MONDAY + timedelta(days=20))

    page = client.get(reverse("marketplace:offer_free_times", args=[wash.slug]), {"day": "2026-03-02"}).content.decode()

    assert "Nothing is free in these days." in page
    assert "Mon 23 Mar" in page
    assert "day=2026-03-23" in page


@pytest.mark.parametrize(
    "query", [{"day": "nonsense"}, {"day": "0001-01-01"}, {"day": "9999-12-31"}, {"quantity": "x"}]
)
def test_odd_addresses_show_times_all_the_same(client, wash, query):
    for name in ("offer_free_times", "offer_detail"):
        assert client.get(reverse(f"marketplace:{name}", args=[wash.slug]), query).status_code == 200


def test_moving_takes_the_other_sides_consent(client, wash, buyer, adam):
    order = booked(client, wash, at(11))
    move = reverse("marketplace:order_propose_time", args=[order.ref])
    assert "09:00" in client.get(move).content.decode()

    answer = client.post(move, {"starts_at": at(13).isoformat(), "reason": "The van comes later."})

    assert answer.status_code == 302
    order.refresh_from_db()
    assert order.starts_at == at(11)
    client.force_login(adam)
    page = client.get(order.get_absolute_url()).content.decode()
    assert "13:00–14:00" in page
    client.post(reverse("marketplace:order_agree_time", args=[order.ref]))
    order.refresh_from_db()
    assert (order.starts_at, order.times_moved) == (at(13), 1)
    assert Seat.objects.live().get().slot.starts_at == at(13)
    told = order.activities.get(verb="order.agree_time")
    assert "13:00" in told.line
    assert "Riga time" in told.line


def test_a_refused_move_changes_nothing_and_cannot_be_answered_twice(client, wash, buyer, adam, school):
    order = booked(client, wash, at(11))
    order.propose_time(by=buyer, starts_at=at(13))
    client.force_login(adam)

    client.post(reverse("marketplace:order_refuse_time", args=[order.ref]), {"reason": "The bay is ours then."})
    again = client.post(reverse("marketplace:order_agree_time", args=[order.ref]))

    order.refresh_from_db()
    assert again.status_code == 422
    assert order.starts_at == at(11)
    assert order.new_times.get().answer == "refused"


def test_nobody_consents_to_their_own_proposal(client, wash, buyer):
    order = booked(client, wash, at(11))
    order.propose_time(by=buyer, starts_at=at(13))

    answer = client.post(reverse("marketplace:order_agree_time", args=[order.ref]))

    order.refresh_from_db()
    assert answer.status_code == 422
    assert order.starts_at == at(11)


def test_a_proposed_time_that_was_taken_meanwhile_is_refused(client, wash, buyer, adam, school):
    order = booked(client, wash, at(11))
    order.propose_time(by=buyer, starts_at=at(13))
    booked(client, wash, at(13))
    client.force_login(adam)

    answer = client.post(reverse("marketplace:order_agree_time", args=[order.ref]))

    order.refresh_from_db()
    assert answer.status_code == 422
    assert order.starts_at == at(11)
    assert Seat.objects.live().count() == 2


def test_it_can_move_by_less_than_its_own_length(client, wash, buyer, adam, school):
    wash.plan.step_minutes = 30
    wash.plan.save()
    order = booked(client, wash, at(11))
    half_past = at(11) + timedelta(minutes=30)

    order.propose_time(by=buyer, starts_at=half_past)
    order.agree_time(by=member(adam, school))

    assert Booking.objects.live().get().period.lower == half_past


def test_the_free_limit_ends_moving_but_not_what_the_school_asked_for(client, wash, buyer, adam, school):
    order = booked(client, wash, at(11))
    with time_machine.travel(at(12, MONDAY - timedelta(days=1)), tick=False):
        assert not order.can("propose_time", by=buyer)
        order.ask_new_time(by=member(adam, school), reason="The bay is flooded.")
        assert order.can("propose_time", by=buyer)
        client.force_login(buyer.user)  # the session ended meanwhile
        page = client.get(order.get_absolute_url()).content.decode()

    assert "The school cannot do it at the agreed time." in page


def test_who_cancels_late_is_told_and_it_is_recorded(client, wash, buyer):
    early, late = booked(client, wash, at(11)), booked(client, wash, at(13))
    early.cancel(by=buyer, reason="Our plans changed.")
    with time_machine.travel(at(12, MONDAY - timedelta(days=1)) + timedelta(hours=3), tick=False):
        client.force_login(buyer.user)
        assert "It could be moved or cancelled freely until" in client.get(late.get_absolute_url()).content.decode()
        late.cancel(by=buyer, reason="The car was sold.")

    cancels = [order.activities.get(verb="order.cancel").details["is_late"] for order in (early, late)]
    assert cancels == [False, True]


def test_an_order_of_days_moves_to_other_days_and_leaves_its_window(client, buyer, adam, school):
    offer = make_offer(school, adam, delivery_modes=["at_school"])
    order = make_order(offer, buyer, "scheduled")
    order.starts_on = order.ends_on = MONDAY
    order.save()

    client.post(
        reverse("marketplace:order_propose_time", args=[order.ref]),
        {"starts_on": "2026-03-09", "ends_on": "2026-03-10"},
    )
    order.agree_time(by=member(adam, school))

    assert (order.starts_on, order.ends_on) == (date(2026, 3, 9), date(2026, 3, 10))
    assert order.timers.filter(verb="remind_start").exists()


def test_outsiders_meet_no_order(client, wash, buyer, charlie):
    order = booked(client, wash, at(11))
    client.force_login(charlie)

    for name in ("order_confirm", "order_propose_time"):
        assert client.get(reverse(f"marketplace:{name}", args=[order.ref])).status_code == 404


def test_the_offer_page_takes_the_same_statements_with_any_bookings(client, wash, buyer, django_assert_num_queries):
    path = wash.get_absolute_url()
    client.logout()
    client.get(path)
    with django_assert_num_queries(10):
        client.get(path)
    client.force_login(buyer.user)
    for hour in (9, 11, 13):
        booked(client, wash, at(hour))
    client.logout()

    with django_assert_num_queries(10):
        client.get(path)


def test_a_quoted_appointment_stays_at_its_time(client, wash, buyer, adam, school):
    order = make_order(wash, buyer, "draft")
    order.hold_time(at(11), by=buyer)
    order.request(by=buyer)
    order.quote([LINE], by=member(adam, school))
    order.counter("Could it be less?", by=buyer)
    order.quote([LINE], by=member(adam, school))

    order.accept(2, by=buyer)

    assert (order.starts_at, order.status) == (at(11), "scheduled")
    assert Seat.objects.get().held_until is None
