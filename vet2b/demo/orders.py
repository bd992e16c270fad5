"""The orders of the demo world. Each is brought to its state by the verbs, and each step is then dated back."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils import timezone

from accounts.models import Activity, Membership, Notification, User
from accounts.records import rewriting
from marketplace.models import Offer, Order, Window
from vet2b.demo.agreements import date_agreement_back, sign_agreement
from vet2b.demo.readiness import make_ready
from vet2b.demo.reviews import date_reviews_back, steps_of

Step = Callable[[], Any]
BEFORE_ACCEPT = {"requested", "quoted", "countered", "declined", "withdrawn", "rejected", "expired"}
AFTER_START = {"in_progress", "delivered", "changes_requested", "completed", "disputed"}


class Story:
    """One order of the demo and the steps that tell it."""

    def __init__(self, entry: dict[str, Any], offer: Offer, buyer: Membership, moderator: User):
        self.entry, self.offer, self.buyer, self.moderator = entry, offer, buyer, moderator
        self.seller = Membership.objects.of(offer.trainer).get(organisation=offer.school)
        self.order: Order
        self.start_day: date | None = None

    def tell(self, rnd: random.Random) -> Order:
        self.order = self.draft()
        steps = self.steps()
        told = list(zip(steps, self.moments(len(steps), rnd), strict=True))
        self.start_day = next((moment.date() for step, moment in told if step == self.start), None)
        for step, moment in told:
            self.at(moment, step)
        self.settle_dates()
        return self.order

    def draft(self) -> Order:
        entry, offer = self.entry, self.offer
        wished = entry["wished_in_days"]
        return Order.draft(
            offer,
            by=self.buyer,
            quantity=entry["quantity"],
            package=offer.packages.filter(code=entry["package"]).first(),
            window=self.window() if entry["is_instant"] else None,
            wished_on=timezone.localdate() + timedelta(days=max(wished, (offer.lead_time_days or 0) + 1))
            if wished is not None
            else None,
            place_mode=entry["place_mode"],
            place=entry["place"],
            brief=entry["brief"],
        )

    def window(self) -> Window | None:
        """A window of its own for a job that is over, so that it can be dated back; else the offer's next one."""
        if self.entry["state"] in {"scheduled", "in_progress"}:
            return self.offer.windows.open().order_by("starts_on").first()
        start = timezone.localdate() + timedelta(days=200 + self.offer.windows.count())
        return self.offer.windows.create(starts_on=start, ends_on=start + timedelta(days=4), capacity=2)

    def steps(self) -> list[Step]:
        entry, order, state = self.entry, self.order, self.entry["state"]
        if entry["is_instant"]:
            steps: list[Step] = [self.book, *self.chatter("requested")]
        else:
            steps = [lambda: order.request(by=self.buyer), *self.questions(), *self.chatter("requested")]
            steps += self.negotiation()
        return steps if state in BEFORE_ACCEPT else steps + self.chatter("accepted") + self.work()

    def questions(self) -> list[Step]:
        question = self.entry["question"]
        if not question:
            return []
        steps: list[Step] = [lambda: self.order.ask(question["text"], by=self.seller)]
        if question.get("answer"):
            steps.append(lambda: self.order.answer(question["answer"], by=self.buyer))
        return steps

    def negotiation(self) -> list[Step]:
        entry, order, state = self.entry, self.order, self.entry["state"]
        steps: list[Step] = []
        counters = list(entry["counters"])
        for number, quote in enumerate(entry["quotes"]):
            steps.append(lambda quote=quote: self.quote(quote))
            if number < len(counters):
                steps.append(lambda counter=counters[number]: self.counter(counter))
        endings: dict[str, Step] = {
            "declined": lambda: order.decline(by=self.seller, reason=entry["decline_reason"]),
            "withdrawn": lambda: (
                order.withdraw(by=self.buyer, reason=entry["withdraw_reason"])
                if order.status != Order.Status.QUOTED
                else order.withdraw_quote(by=self.seller, reason=entry["withdraw_reason"])
            ),
            "rejected": lambda: order.reject(by=self.buyer, reason=entry["reject_reason"]),
            "expired": lambda: order.expire(by=None),
        }
        if state in endings:
            steps.append(endings[state])
        elif state not in BEFORE_ACCEPT:
            steps.append(self.accept)
        return steps

    def accept(self) -> None:
        """The quote names the day on which the story has the work begin, which no quote of today may."""
        if self.start_day:
            last_day = self.start_day + timedelta(days=7)
            self.order.quotes.update(starts_on=self.start_day, ends_on=last_day)
        self.order.accept(self.order.latest_quote.version, by=self.buyer)
        sign_agreement(self.order)

    def book(self) -> None:
        self.order.book(by=self.buyer)
        sign_agreement(self.order)

    def work(self) -> list[Step]:
        entry, order, state = self.entry, self.order, self.entry["state"]
        steps: list[Step] = []
        if state in AFTER_START:
            steps += [self.start, *self.chatter("in_progress")]
        if state in {"delivered", "changes_requested", "completed"}:
            steps += [self.deliver, *self.chatter("delivered")]
        if state == "changes_requested" or (state == "completed" and entry["changes_text"]):
            steps.append(lambda: order.ask_changes(entry["changes_text"], by=self.buyer))
        if state == "completed" and entry["changes_text"]:
            steps += [lambda: order.resume(by=self.seller), self.deliver]
        if state == "completed":
            steps += [lambda: order.accept_delivery(by=self.buyer), *steps_of(order, self.buyer, self.seller)]
        if state == "cancelled":
            steps.append(lambda: order.cancel(by=self.buyer, reason=entry["cancel_reason"]))
        if state == "disputed":
            steps.append(lambda: order.dispute(by=self.buyer, reason=entry["dispute_text"]))
        return steps

    def deliver(self) -> None:
        self.order.check_quality({point.pk: ("yes", "") for point in self.order.quality_points}, by=self.seller)
        self.order.deliver(self.entry["delivery_note"], by=self.seller)

    def start(self) -> None:
        make_ready(self.order, self.buyer, self.seller)
        self.order.start(by=self.seller)

    def quote(self, quote: dict[str, Any]) -> None:
        lines = [
            {
                "description": line["description"][:200],
                "quantity": Decimal(line["quantity"]),
                "unit": line["unit"],
                "unit_price": Decimal(line["unit_price"]),
                "vat_rate": self.offer.vat_rate,
            }
            for line in quote["lines"]
        ]
        day = self.order.wished_on or timezone.localdate() + timedelta(days=(self.offer.lead_time_days or 5) + 4)
        self.order.quote(
            lines, by=self.seller, message=quote["message"], starts_on=day, ends_on=day + timedelta(days=7),
            rounds_of_changes=self.offer.rounds_of_changes,
            valid_until=timezone.localdate() + timedelta(days=quote["days_valid"]),
        )  # fmt: skip

    def counter(self, counter: dict[str, Any]) -> None:
        price = counter["wished_price"]
        self.order.counter(counter["text"], by=self.buyer, wished_price=Decimal(price) if price else None)

    def chatter(self, at: str) -> list[Step]:
        """What the two said while the order stood there."""
        return [lambda message=message: self.say(message) for message in self.entry["messages"] if message["at"] == at]

    def say(self, message: dict[str, str]) -> None:
        self.order.write(message["text"], by=self.buyer if message["side"] == "buyer" else self.seller)

    def moments(self, count: int, rnd: random.Random) -> list[datetime]:
        """Rising times from the start to the last step: yesterday or today while the order is open."""
        now = timezone.now()
        first = now - timedelta(days=self.entry["started_days_ago"], hours=rnd.randint(0, 5))
        is_open = self.entry["state"] in Order.OPEN
        last = now - timedelta(hours=rnd.randint(2, 30)) if is_open else first + (now - first) * rnd.uniform(0.3, 0.8)
        first = min(first, last - timedelta(hours=count))
        return sorted([first, *(first + (last - first) * rnd.random() for _n in range(count - 2)), last][-count:])

    def at(self, moment: datetime, step: Step) -> None:
        activity = Activity.objects.order_by("pk").last()
        newest = activity.pk if activity else 0
        known = {rows.model: set(rows.values_list("pk", flat=True)) for rows in self.dated_rows()}
        began = timezone.now()
        step()
        date_agreement_back(self.order, began, moment)
        with rewriting("demo"):
            Activity.objects.filter(pk__gt=newest).update(created_at=moment)
        Notification.objects.filter(activity__pk__gt=newest).update(created_at=moment)
        for rows in self.dated_rows():
            rows.exclude(pk__in=known[rows.model]).update(created_at=moment)
        self.order.sheets.filter(signed_at__gt=moment).update(signed_at=moment)
        self.last = moment

    def dated_rows(self) -> list[Any]:
        return [self.order.messages.all(), self.order.quotes.all(), self.order.counters.all()]

    def settle_dates(self) -> None:
        """Moves clocks and dates of the order back to where its steps now stand."""
        order, rows = self.order, Order.objects.filter(pk=self.order.pk)
        moments = dict(order.activities.order_by("created_at").values_list("verb", "created_at"))
        names = {
            "requested_at": ("order.request", "order.book"),
            "accepted_at": ("order.accept", "order.book"),
            "delivered_at": ("order.deliver",),
            "completed_at": ("order.accept_delivery",),
        }
        dates = {
            field: next((moments[verb] for verb in verbs if verb in moments), None) for field, verbs in names.items()
        }
        if self.start_day:
            order.starts_on, order.ends_on = self.start_day, self.start_day + timedelta(days=7)
        for quote in order.quotes.all():
            sent_before = timezone.localdate() - quote.created_at.date()
            order.quotes.filter(pk=quote.pk).update(valid_until=quote.valid_until - sent_before)
        rows.update(
            **dates, starts_on=order.starts_on, ends_on=order.ends_on, updated_at=self.last,
            created_at=min(moments.values()),
        )  # fmt: skip
        with rewriting("demo"):
            order.activities.filter(verb="order.draft").update(created_at=min(moments.values()))
            date_reviews_back(order)
        order.timers.update(due_at=F("due_at") - (timezone.now() - self.last))
        if order.window and order.window.starts_on > timezone.localdate() + timedelta(days=150):
            day = self.start_day or self.last.date()
            Window.objects.filter(pk=order.window_id).update(
                starts_on=day - timedelta(days=order.window.pk % 3), ends_on=day + timedelta(days=2)
            )
