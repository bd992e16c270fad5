"""Teams of students, their releases from class and their hours in the demo world, by the verbs of the site."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import cycle

from django.db.models import F
from django.utils import timezone

from accounts.models import Membership, Organisation
from marketplace.models import HourEntry, Learner, Order, Release
from marketplace.models.consent_rules import WORK
from marketplace.models.consents import without_consent
from vet2b.demo.learners import class_of
from vet2b.demo.times import owner_of

PLANS = {
    "IT": ("Matematica e scienze motorie, dalla seconda alla quinta ora.", "Matematica venerdì, alla sesta ora."),
    "LT": ("Matematika ir fizinis ugdymas, 2–5 pamokos.", "Matematika penktadienį, 7 pamoka."),
    "LV": ("Matemātika un sports, 2.–5. stunda.", "Matemātika piektdien, 7. stunda."),
    "PL": ("Matematyka i wychowanie fizyczne, lekcje 2–5.", "Matematyka w piątek, lekcja 7."),
    "PT": ("Matemática e educação física, da 2.ª à 5.ª aula.", "Matemática na sexta-feira, 7.ª aula."),
}
SIZE = 6
DAYS = 2  # with hours, before today
S = Order.Status


def add_teams() -> None:
    """Orders that run have a team with hours; of those to come every second waits for its release."""
    answers = cycle((True, False))
    for school in Organisation.objects.filter(kind="school", status="verified").order_by("pk"):
        orders = school.orders_received.select_related("offer", "seller", "trainer").order_by("pk")
        for order in orders.filter(status=S.IN_PROGRESS):
            if team := add_team(order):
                add_hours(order, team)
        coming = orders.filter(status=S.SCHEDULED, starts_on__gt=timezone.localdate(), starts_at=None)
        for order in coming:
            if team := add_team(order):
                add_release(order, team, is_approved=next(answers))


def add_team(order: Order) -> list[Learner]:
    """Those who sign in come first, so that they see a job of theirs."""
    group = class_of(order.offer) if order.offer else None
    if group is None:
        return []
    learners = list(group.learners.present().order_by(F("membership").asc(nulls_last=True), "pk")[:SIZE])
    if not order.is_planned:  # by then nobody joins without the guardian's consent, where it is needed
        missing = without_consent(learners, WORK, timezone.localdate())
        learners = [learner for learner in learners if learner not in missing]
    order.assign_team(learners, by=trainer_of(order))
    return learners


def trainer_of(order: Order) -> Membership:
    return Membership.objects.of(order.trainer).get(organisation=order.seller)


def add_hours(order: Order, learners: list[Learner]) -> None:
    today = timezone.localdate(timezone=order.zone)
    agreed = order.accepted_at.astimezone(order.zone).date() if order.accepted_at else today
    past = [day for day in (today - timedelta(days=n) for n in range(1, 8)) if day.weekday() < 5 and day >= agreed]
    for day in past[:DAYS]:
        taken = HourEntry.objects.live().filter(learner__in=learners, starts_at__date=day).values("learner")
        free = [learner for learner in learners if learner.pk not in set(taken.values_list("learner", flat=True))]
        if free:
            span = {"starts_at": at(day, 9, order), "ends_at": at(day, 12, order)}
            HourEntry.write(order, free, by=trainer_of(order), done=order.title, **span)


def at(day: date, hour: int, order: Order) -> datetime:
    return datetime.combine(day, time(hour), order.zone)


def add_release(order: Order, learners: list[Learner], *, is_approved: bool) -> None:
    lessons, catch_up = PLANS[order.seller.country.code]
    release = Release.ask_for(
        order, by=trainer_of(order), group=learners[0].group, starts_on=order.starts_on, ends_on=order.starts_on,
        starts_at=time(9), ends_at=time(13), lessons=lessons, catch_up=catch_up,
    )  # fmt: skip
    if is_approved:
        release.approve(by=owner_of(order.seller))
