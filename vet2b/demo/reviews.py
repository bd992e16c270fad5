"""Reviews, bank accounts and invoices of the demo world, by the verbs of the site."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone, translation

from accounts.models import Membership, Organisation, User
from marketplace.models import BankAccount, Order, Review
from vet2b.demo.people import read

# of banks and accounts that do not exist, with check digits that are right
IBANS = {
    "IT": "IT60X0542811101000000123456", "LT": "LT121000011101001000", "LV": "LV80BANK0000435195001",
    "PL": "PL61109010140000071219812874", "PT": "PT50000201231234567890154",
}  # fmt: skip
RATED = 1  # the number of the offer that has the most reviews
MARKS = (3, 4, 4, 5, 5, 5)
BOTH_SIDES = 0.8  # of the completed orders; in the others the school has not written yet


def steps_of(order: Order, buyer: Membership, seller: Membership) -> list[Callable[[], Any]]:
    """The last steps of a completed order."""
    rnd, words = random.Random(f"{buyer.organisation.name}{order.title}"), read("reviews")
    steps = [lambda: write(order, buyer, words["clients"], rnd)]
    if rnd.random() < BOTH_SIDES:
        steps.append(lambda: write(order, seller, words["schools"], rnd))
    return steps


def write(order: Order, by: Membership, texts: dict[str, list[str]], rnd: random.Random) -> None:
    language = by.organisation.source_language
    marks = {name: rnd.choice(MARKS) for name in ("first", "second", "third")}
    with translation.override(language):
        Review.write(Order.objects.get(pk=order.pk), by=by, text=rnd.choice(texts[language]), **marks)


def date_reviews_back(order: Order) -> None:
    """Dates the reviews as the steps of the order are dated."""
    verbs = {"order.review": "created_at", "order.close": "published_at"}
    for activity in order.activities.filter(verb__in=verbs):
        moment = {verbs[activity.verb]: activity.created_at}
        rows = order.reviews.filter(author=activity.actor) if activity.actor else order.reviews.all()
        rows.update(**moment)
        for review in rows:
            review.activities.update(created_at=activity.created_at)


def orders_again(entries: list[dict[str, Any]], companies: list[str]) -> Iterator[dict[str, Any]]:
    """The rated offer's completed order once more for other companies."""
    first = next(entry for entry in entries if entry["offer"] == RATED and entry["state"] == "completed")
    others = [name for name in companies if name != first["buyer"]][:4]
    for number, name in enumerate(others):
        days = first["started_days_ago"] + 21 * (number + 1)
        alone = {"messages": [], "question": None, "counters": [], "quotes": first["quotes"][-1:]}
        yield first | alone | {"buyer": name, "started_days_ago": days}


def add_replies() -> None:
    """Schools reply to what was rated lowest."""
    words = read("reviews")["replies"]
    for review in Review.objects.published().of_schools().order_by("first", "pk")[:4]:
        by = member_of(review.order.trainer, review.about)
        if review.can("answer", by=by):
            with translation.override(review.about.source_language):
                review.answer(words[review.about.source_language], by=by)


def add_money() -> None:
    """Every school's bank account, and invoices in each state."""
    for school in Organisation.objects.filter(kind="school").order_by("pk"):
        owner = school.memberships.select_related("user", "organisation").filter(role="owner").first()
        account = BankAccount.propose(by=owner, holder=school.name[:70], iban=IBANS[school.country.code])
        account.timers.update(due_at=timezone.now() - timedelta(days=30))
        account.take_effect(by=None)
    for number, order in enumerate(Order.objects.filter(status__in=["completed", "closed"]).order_by("pk")):
        record(order, number)


def record(order: Order, number: int) -> None:
    """Of three orders one is not invoiced yet, one is unpaid and one is paid."""
    by, day = member_of(order.trainer, order.seller), order.completed_at.date()
    if number % 3:
        order.record_invoice(f"{day.year}/{number + 101}", day, by=by)
    if number % 3 == 2:
        order.record_paid(min(day + timedelta(days=9), timezone.localdate()), by=by)


def member_of(user: User, organisation: Organisation) -> Membership:
    return Membership.objects.of(user).get(organisation=organisation)
