"""Teams of students, their releases from class and their hours in the demo world, by the verbs of the site."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import cycle
from typing import Any

from django.utils import timezone

from accounts.models import Membership, Organisation
from marketplace.models import HourEntry, Learner, Order, Release, Resource
from vet2b.demo.times import owner_of

NAMES = {
    "IT": ["Lidia Sorbo", "Dario Nespolo", "Elsa Mirtillo", "Nino Castagno", "Vera Ginepro", "Pia Cipresso"],
    "LT": ["Ugnė Bijūnaitė", "Rokas Uosis", "Austė Liepaitė", "Jonas Klevas", "Miglė Rasaitė", "Paulius Žolynas"],
    "LV": ["Elza Pīlādze", "Kārlis Ozolnieks", "Marta Vīgrieze", "Rūdis Kadiķis", "Zane Ceriņa", "Oto Lazdiņš"],
    "PL": ["Zofia Jarzębina", "Antoni Klon", "Łucja Wrzos", "Borys Dąbek", "Iga Malwa", "Leon Świerk"],
    "PT": ["Inês Alecrim", "Tomás Sobreiro", "Leonor Urze", "Duarte Freixo", "Alice Giesta", "Simão Loureiro"],
}
PLANS = {
    "IT": ("Matematica e scienze motorie, dalla seconda alla quinta ora.", "Matematica venerdì, alla sesta ora."),
    "LT": ("Matematika ir fizinis ugdymas, 2–5 pamokos.", "Matematika penktadienį, 7 pamoka."),
    "LV": ("Matemātika un sports, 2.–5. stunda.", "Matemātika piektdien, 7. stunda."),
    "PL": ("Matematyka i wychowanie fizyczne, lekcje 2–5.", "Matematyka w piątek, lekcja 7."),
    "PT": ("Matemática e educação física, da 2.ª à 5.ª aula.", "Matemática na sexta-feira, 7.ª aula."),
}
MINORS = 2
DAYS = 2  # with hours, before today
S = Order.Status


def add_teams() -> None:
    """Orders that run have a team with hours; of those to come every second waits for its release."""
    answers = cycle((True, False))
    for school in Organisation.objects.filter(kind="school", status="verified").order_by("pk"):
        orders = school.orders_received.select_related("offer", "seller", "trainer").order_by("pk")
        for order in orders.filter(status=S.IN_PROGRESS):
            add_hours(order, add_team(order))
        coming = orders.filter(status=S.SCHEDULED, starts_on__gt=timezone.localdate(), starts_at=None)
        for order in coming:
            add_release(order, add_team(order), is_approved=next(answers))


def add_team(order: Order) -> list[Learner]:
    learners = list(class_of(order).learners.present())
    order.assign_team(learners, by=trainer_of(order))
    return learners


def trainer_of(order: Order) -> Membership:
    return Membership.objects.of(order.trainer).get(organisation=order.seller)


def class_of(order: Order) -> Resource:
    """The one that the offer describes, with its students."""
    offer, name = order.offer, order.offer.class_name
    group = order.seller.resources.filter(kind=Resource.Kind.CLASS, name=name).first()
    if group is None:
        fields: dict[str, Any] = {"year": offer.class_year, "eqf_level": offer.eqf_level}
        fields |= {"headcount": offer.class_size, "has_minors": offer.has_minors}
        group = Resource.add(Resource.Kind.CLASS, by=owner_of(order.seller), name=name, **fields)
    if not group.learners.exists():
        add_learners(group, has_minors=offer.has_minors)
    return group


def add_learners(group: Resource, *, has_minors: bool) -> None:
    """Those with an account are in the first class of their school."""
    accounts = group.school.memberships.filter(role=Membership.Role.LEARNER, learner=None).select_related("user")
    birthday = timezone.localdate() + timedelta(days=150)
    for account in accounts:
        given, _space, family = account.user.name.partition(" ")
        Learner.objects.create(
            school=group.school, group=group, given_name=given, family_name=family or given, membership=account
        )
    for number, name in enumerate(NAMES[group.school.country.code]):
        given, _space, family = name.partition(" ")
        minor_until = birthday if has_minors and number < MINORS else None
        Learner.objects.create(
            school=group.school, group=group, given_name=given, family_name=family, minor_until=minor_until
        )


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
