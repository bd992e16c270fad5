"""The calendar against a plain model of it: whatever companies do in whatever order, no resource is taken twice, and
what is shown as free is exactly what can be booked."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
import time_machine
from django.db import transaction
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from marketplace.models import Booking, Order, Seat
from marketplace.models.order_moves import Taken
from marketplace.models.slots import Times
from tests.factories import make_offer, make_organisation, make_plan, make_resource, make_user, member

RIGA = ZoneInfo("Europe/Riga")
NOW = datetime(2026, 2, 26, 7, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
HOURS = st.integers(8, 16)
HALVES = st.sampled_from([0, 30])
pytestmark = pytest.mark.django_db


class Calendar(RuleBasedStateMachine):
    """One school with two kitchens and a class. Lunch needs a kitchen and the class, cakes a kitchen, a course the
    first kitchen with places for three."""

    @initialize()
    def open_school(self):
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.clock = time_machine.travel(NOW, tick=False)
        self.traveller = self.clock.start()
        school = make_organisation(make_user(), kind="school")
        trainer = make_user()
        school.memberships.create(user=trainer, role="staff")
        self.trainer = member(trainer, school)
        self.buyer = make_organisation(make_user()).memberships.get()
        first, second = (make_resource(school, name) for name in ("Kitchen 1", "Kitchen 2"))
        team = make_resource(school, "3B", "class", hours=("09:00", "14:00"))
        self.hours = {first.pk: (8, 18), second.pk: (8, 18), team.pk: (9, 14)}
        self.needs, self.plans, self.orders, self.held = [], [], {}, {}
        for needs, plan in (
            ([[first, second], [team]], {"minutes": 60, "step_minutes": 30, "before_minutes": 30}),
            ([[first, second]], {"minutes": 90, "step_minutes": 30, "after_minutes": 30}),
            ([[first]], {"minutes": 60, "step_minutes": 60, "seats": 3}),
        ):
            offer = make_offer(school, trainer, is_instant=True, lead_time_days=1, delivery_modes=["at_school"])
            plan = make_plan(offer, *needs, hours=("08:00", "18:00"), **plan)
            self.needs.append([[resource.pk for resource in need] for need in needs])
            self.plans.append((offer, plan))

    def teardown(self):
        self.clock.stop()
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def start(self, hour, half):
        return datetime.combine(MONDAY, time(hour, half), RIGA)

    def period(self, number, starts_at):
        _offer, plan = self.plans[number]
        return (
            starts_at - timedelta(minutes=plan.before_minutes),
            starts_at + timedelta(minutes=plan.minutes + plan.after_minutes),
        )

    def live(self, leaving=None):
        """(offer, start, resources) of each taken time, and how many orders share it."""
        found = {}
        for order, (number, starts_at, slot, team) in self.orders.items():
            ends = self.held.get(order)
            if order != leaving and (ends is None or ends > self.now()):
                found.setdefault(slot, [number, starts_at, team, 0])[3] += 1
        return found.values()

    def now(self):
        return datetime.now(UTC)

    def can_take(self, number, starts_at, leaving=None):
        _offer, plan = self.plans[number]
        local = starts_at.astimezone(RIGA)
        minutes = local.hour * 60 + local.minute
        if minutes % plan.step_minutes or minutes < 8 * 60 or minutes + plan.minutes > 18 * 60:
            return False
        live = list(self.live(leaving))
        if any(n == number and s == starts_at and taken < plan.seats for n, s, _team, taken in live):
            return True
        begin, end = self.period(number, starts_at)

        def is_free(resource):
            opens, closes = (datetime.combine(MONDAY, time(hour), RIGA) for hour in self.hours[resource])
            taken = [self.period(n, s) for n, s, team, _taken in live if resource in team]
            return opens <= begin and end <= closes and all(end <= b or e <= begin for b, e in taken)

        return all(any(is_free(resource) for resource in need) for need in self.needs[number])

    def remember(self, order, number):
        seat = Seat.objects.live().get(order=order)
        team = set(Booking.objects.live().filter(slot=seat.slot).values_list("resource", flat=True))
        self.orders[order] = (number, seat.slot.starts_at, seat.slot_id, team)

    def fresh(self, number):
        offer = type(self.plans[number][0]).objects.get(pk=self.plans[number][0].pk)
        return Times(offer, MONDAY, MONDAY)

    @rule(number=st.integers(0, 2), hour=HOURS, half=HALVES, is_booked=st.booleans())
    def choose(self, number, hour, half, is_booked):
        starts_at = self.start(hour, half)
        expected = self.can_take(number, starts_at)
        try:
            with transaction.atomic():
                order = Order.draft(self.plans[number][0], by=self.buyer, place_mode="at_school")
                order.refuse_many_holds = lambda: None
                order.hold_time(starts_at, by=self.buyer)
                if is_booked:
                    order.book(by=self.buyer)
        except Taken:
            assert not expected
        else:
            assert expected
            self.remember(order, number)
            if not is_booked:
                self.held[order] = self.now() + timedelta(minutes=10)

    @precondition(lambda self: any(order not in self.held for order in self.orders))
    @rule(data=st.data())
    def cancel(self, data):
        firm = [order for order in self.orders if order not in self.held]
        order = data.draw(st.sampled_from(sorted(firm, key=lambda order: order.pk)))
        order.cancel(by=self.buyer, reason="Our plans changed.")
        del self.orders[order]

    @precondition(lambda self: any(order not in self.held for order in self.orders))
    @rule(data=st.data(), hour=HOURS, half=HALVES)
    def move(self, data, hour, half):
        firm = [order for order in self.orders if order not in self.held]
        order = data.draw(st.sampled_from(sorted(firm, key=lambda order: order.pk)))
        number, starts_at = self.orders[order][0], self.start(hour, half)
        expected = self.can_take(number, starts_at, leaving=order)
        try:
            with transaction.atomic():
                order.propose_time(by=self.buyer, starts_at=starts_at)
                order.agree_time(by=self.trainer)
        except Taken:
            assert not expected
        else:
            assert expected
            self.remember(order, number)

    @rule()
    def wait(self):
        self.traveller.shift(timedelta(minutes=6))

    @invariant()
    def no_resource_is_taken_twice(self):
        taken = {}
        for number, starts_at, team, _taken in self.live():
            for resource in team:
                taken.setdefault(resource, []).append(self.period(number, starts_at))
        for periods in taken.values():
            periods.sort()
            assert all(before[1] <= after[0] for before, after in zip(periods, periods[1:], strict=False))

    @invariant()
    def shown_is_what_can_be_booked(self):
        for number in range(3):
            shown = {free.starts_at for free in self.fresh(number)}
            starts = (self.start(hour, half) for hour in range(24) for half in (0, 30))
            assert shown == {starts_at for starts_at in starts if self.can_take(number, starts_at)}


def test_the_calendar_agrees_with_a_plain_model():
    run_state_machine_as_test(
        Calendar, settings=settings(max_examples=12, stateful_step_count=14, deadline=None, database=None)
    )
