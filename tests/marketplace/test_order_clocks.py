"""What an order does by itself as days pass: reminders of its start, the dispute about a missed one."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.models import ring_due_timers
from accounts.notifications import send_due
from marketplace.models import Order
from tests.factories import LINE, make_member, make_order
from vet2b.lib.formats import day

RIGA = ZoneInfo("Europe/Riga")
TUESDAY = 1


@pytest.fixture(autouse=True)
def _weeks_without_public_holidays():
    with time_machine.travel(datetime(2027, 1, 11, 12, tzinfo=RIGA)):
        yield


@pytest.fixture
def start():
    """A Tuesday about a month away."""
    day = timezone.localdate() + timedelta(days=30)
    return day + timedelta(days=(TUESDAY - day.weekday()) % 7)


@pytest.fixture
def agreed(offer, buyer, seller, start):
    order = make_order(offer, buyer, "requested")
    order.quote([LINE], by=seller, starts_on=start)
    order.accept(1, by=buyer)
    return order


def noon(day):
    return datetime.combine(day, time(12), RIGA)


def live_through(first, last):
    """Rings what is due at noon of each day."""
    for number in range((last - first).days + 1):
        with time_machine.travel(noon(first + timedelta(days=number)), tick=False):
            ring_due_timers()


def told(order):
    """What the system did: verb, by the school's clock, and how many were told."""
    rows = order.activities.filter(actor=None).order_by("created_at")
    return [
        (row.verb.removeprefix("order."), row.created_at.astimezone(RIGA).date(), row.notifications.count())
        for row in rows
    ]


def test_a_missed_start_is_announced_asked_for_and_disputed(agreed, start, mona):
    live_through(timezone.localdate() + timedelta(days=1), start + timedelta(days=20))

    assert told(agreed) == [
        ("remind_start", start - timedelta(days=7), 3),
        ("remind_start", start - timedelta(days=2), 3),
        ("remind_start", start, 3),
        ("chase_start", start + timedelta(days=1), 3),  # Wednesday
        ("miss_start", start + timedelta(days=3), 3),  # Friday
        ("urge", start + timedelta(days=7), 1),  # Tuesday
        ("urge", start + timedelta(days=17), 1),
    ]
    agreed.refresh_from_db()
    assert (agreed.status, agreed.party_to_act) == ("disputed", "moderator")
    assert not agreed.timers.exists()


def test_the_mails_of_a_missed_start_say_what_follows(agreed, start, bob, adam, sara, mona):
    live_through(start, start + timedelta(days=7))
    send_due()

    def about(words):
        return sorted((mail_.to[0], mail_.body) for mail_ in mail.outbox if mail_.subject.startswith(words))

    everybody = sorted(user.email for user in (bob, adam, sara))
    assert [to for to, _body in about(f"Starts on {day(start)}: ")] == everybody
    assert [to for to, _body in about("Has the work begun? ")] == everybody
    assert "In 2 working days a dispute opens" in about("Has the work begun? ")[0][1]
    disputed = about("A dispute was opened: ")
    assert [to for to, _body in disputed] == everybody
    assert "A moderator looks at it within 2 working days" in disputed[0][1]
    assert agreed.get_absolute_url() in disputed[0][1]
    [(to, body)] = about("A dispute waits for a decision: ")
    assert to == mona.email
    assert f"/admin/marketplace/order/ref/{agreed.ref}/" in body


@pytest.mark.parametrize("verb", ["start", "cancel"])
def test_a_start_or_a_cancellation_stops_these_clocks(verb, agreed, start, seller):
    {"start": agreed.start, "cancel": lambda by: agreed.cancel(by=by, reason="No class.")}[verb](by=seller)

    live_through(timezone.localdate() + timedelta(days=1), start + timedelta(days=20))

    assert told(agreed) == []
    assert not agreed.timers.exists()


def test_a_start_after_the_question_opens_no_dispute(agreed, start, seller):
    live_through(start, start + timedelta(days=1))
    with time_machine.travel(noon(start + timedelta(days=2))):
        Order.objects.get(pk=agreed.pk).start(by=seller)

    live_through(start + timedelta(days=2), start + timedelta(days=20))

    agreed.refresh_from_db()
    assert agreed.status == "in_progress"
    assert told(agreed)[-1][0] == "chase_start"


def test_after_an_outage_over_the_start_nobody_is_reminded_of_it_but_both_are_asked(agreed, start):
    live_through(start + timedelta(days=6), start + timedelta(days=9))  # from Monday

    assert told(agreed) == [("chase_start", start + timedelta(days=6), 3), ("miss_start", start + timedelta(days=8), 3)]


def test_a_near_start_is_announced_by_what_is_left(offer, buyer, seller):
    soon = timezone.localdate(timezone=RIGA) + timedelta(days=4)
    order = make_order(offer, buyer, "requested")
    order.quote([LINE], by=seller, starts_on=soon)
    order.accept(1, by=buyer)

    assert order.timers.get(verb="remind_start").due_at == datetime.combine(soon - timedelta(days=2), time(8), RIGA)


def test_without_an_agreed_day_nothing_rings(offer, buyer):
    assert not make_order(offer, buyer, "scheduled").timers.exists()


def test_both_sides_see_when_the_dispute_opens(agreed, start, bob, adam, signed_in):
    live_through(start, start + timedelta(days=1))

    for user in (bob, adam):
        assert "Without a start a dispute opens on" in signed_in(user).get(agreed.get_absolute_url()).text


def test_moderators_of_a_side_are_not_asked_and_a_decision_stops_the_asking(agreed, start, mona, company):
    make_member(mona, company)
    live_through(start, start + timedelta(days=7))

    assert told(agreed)[-1] == ("urge", start + timedelta(days=7), 0)

    mona.memberships.all().delete()
    Order.objects.get(pk=agreed.pk).resolve("cancel", by=mona, reason="Nobody came.")
    assert not agreed.timers.exists()


def test_the_mail_to_moderators_leads_to_the_dispute(agreed, start, mona, bob, signed_in):
    live_through(start, start + timedelta(days=7))
    url = agreed.activities.get(verb="order.urge")
    url = url.notice.url(url)

    page = signed_in(mona).get(url, follow=True)

    assert page.redirect_chain[-1][0] == f"/admin/marketplace/order/{agreed.pk}/change/"
    assert page.context["obj"] == agreed
    assert signed_in(bob).get(url).status_code == 404
    assert agreed.title in signed_in(mona).get("/admin/marketplace/order/queue/").text


@pytest.mark.parametrize("comes_from", ["the buyer", "a decision"])
def test_both_sides_are_asked_about_changes_that_nobody_takes_up(comes_from, offer, buyer, mona):
    today = timezone.localdate(timezone=RIGA)
    monday = today + timedelta(days=7 - today.weekday())
    with time_machine.travel(noon(monday), tick=False):
        order = make_order(offer, buyer, "changes_requested" if comes_from == "the buyer" else "disputed")
        if comes_from == "a decision":
            order.resolve("rework", by=mona, reason="The logo is missing.")

    live_through(monday, monday + timedelta(days=30))

    assert told(order) == [("chase_changes", monday + timedelta(days=14), 3)]
    assert order.can("dispute", by=buyer)


def test_changes_that_are_taken_up_in_time_are_not_asked_about(offer, buyer, seller):
    order = make_order(offer, buyer, "changes_requested")

    order.resume(by=seller)

    assert not order.timers.exists()
