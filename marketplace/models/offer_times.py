from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal
from marketplace.models.weeks import WeekSpan, tidy_week

if TYPE_CHECKING:
    from marketplace.models.appointments import Plan
    from marketplace.models.offers import Offer

MAX_REQUIREMENTS = 8


class OfferTimes:
    """How an offer is booked by day and time, and what each booking needs. Like windows this belongs to the original,
    changes nothing a buyer has agreed to, and needs no review."""

    @property
    def times(self: Any) -> Plan | None:
        """The plan, if the offer is booked by day and time; of a new version that of its original."""
        return getattr(self.revision_of if self.is_revision else self, "plan", None)

    @transaction.atomic
    def set_plan(self, *, by: Membership, hours: Iterable[WeekSpan], **fields: Any) -> Plan:
        """`fields` are those of Plan, all of them for a new one; `hours` when appointments may begin and must end."""
        self.guard_times(by=by)
        plan = self.locked_plan() or self._meta.get_field("plan").related_model(offer_id=self.pk)
        week = tidy_week(hours)
        before = (plan.pk, week_of(plan), [getattr(plan, name) for name in fields])
        for name, value in fields.items():
            setattr(plan, name, value)
        refuse_wrong_plan(self, plan, week)
        if plan.pk and before == (plan.pk, week, list(fields.values())):
            return plan
        plan.save()
        write_hours(plan, week)
        self.tell_changed("times", by=by)
        return plan

    @transaction.atomic
    def remove_plan(self, *, by: Membership) -> None:
        """Back to windows and dates by agreement. Harmless when there is none."""
        self.guard_times(by=by)
        plan = self.locked_plan()
        if plan is None:
            return
        if taken_slots(self).exists():
            raise Refusal(_("Appointments are booked. Empty the hours of the week instead: then no more come."))
        plan.delete()
        self.tell_changed("times", by=by)

    @transaction.atomic
    def set_requirements(self, needs: Iterable[Iterable[int]], *, by: Membership) -> None:
        """Each is a list of keys of resources, any one of which will do; a booking needs one of every list."""
        self.guard_times(by=by)
        self.locked_plan()
        rows = [sorted(set(choices)) for choices in needs if choices]
        self.refuse_wrong_needs(rows)
        if rows == self.needs:
            return
        self.requirements.all().delete()
        for position, choices in enumerate(rows):
            self.requirements.create(position=position).choices.set(choices)
        self.tell_changed("times", by=by)

    @property
    def needs(self) -> list[list[int]]:
        requirements = self.requirements.prefetch_related("choices")
        return [sorted(resource.pk for resource in need.choices.all()) for need in requirements]

    def refuse_wrong_needs(self, rows: list[list[int]]) -> None:
        if len(rows) > MAX_REQUIREMENTS:
            raise Refusal(_("A booking needs at most %(count)s things.") % {"count": MAX_REQUIREMENTS})
        wanted = {pk for choices in rows for pk in choices}
        if set(self.school.resources.in_use().filter(pk__in=wanted).values_list("pk", flat=True)) != wanted:
            raise Refusal(_("Choose among what your school uses."))
        alone = [choices[0] for choices in rows if len(choices) == 1]
        if len(alone) != len(set(alone)):
            raise Refusal(_("The same thing is asked for twice, so no time could ever be booked."))

    def locked_plan(self) -> Plan | None:
        """Locked as those who book do, so that nobody takes a seat by rules that change meanwhile."""
        plans = self._meta.get_field("plan").related_model.objects
        return plans.select_for_update(no_key=True).filter(offer=self).first()

    def guard_times(self, *, by: Membership) -> None:
        self.guard(self.edit_verb, by=by)
        if self.is_revision:
            raise Refusal(_("Times belong to the published offer. Change them there."))


def refuse_wrong_plan(offer: Offer, plan: Plan, week: list[WeekSpan]) -> None:
    length = timedelta(minutes=plan.minutes)
    for weekday, opens_at, closes_at in week:
        if datetime.combine(date.min, closes_at) - datetime.combine(date.min, opens_at) < length:
            raise Refusal(_("These hours are shorter than one appointment."), field=f"day{weekday}")
    if plan.break_minutes >= plan.minutes:
        raise Refusal(_("The break is shorter than the appointment."), field="break_minutes")
    if plan.seats_a_day is not None and plan.seats_a_day < plan.seats:
        raise Refusal(_("A day has at least as many places as one time."), field="seats_a_day")
    taken = taken_slots(offer).aggregate(most=Max("places"))["most"] or 0
    if plan.seats < taken:
        raise Refusal(_("%(count)s places are taken, so there cannot be fewer.") % {"count": taken}, field="seats")


def taken_slots(offer: Offer) -> Any:
    """Times to come with somebody in them, with the `places` that are taken."""
    seats = offer.slots.model._meta.get_field("seats").related_model.objects.live()
    coming = seats.filter(slot__offer=offer, slot__ends_at__gt=timezone.now())
    return coming.order_by().values("slot").annotate(places=Sum("quantity"))


def week_of(plan: Plan) -> list[WeekSpan]:
    return [(each.weekday, each.opens_at, each.closes_at) for each in plan.hours.all()] if plan.pk else []


def write_hours(plan: Plan, week: list[WeekSpan]) -> None:
    plan.hours.all().delete()
    rows = plan.hours.model
    rows.objects.bulk_create(
        rows(plan=plan, weekday=weekday, opens_at=opens_at, closes_at=closes_at)
        for weekday, opens_at, closes_at in week
    )


def copy_times(source: Offer, target: Offer) -> None:
    """Gives a duplicate the same plan and the same needs."""
    if plan := source.times:
        fields = {field.name: getattr(plan, field.name) for field in plan._meta.concrete_fields}
        copied = type(plan).objects.create(**fields | {"id": None, "offer": target})
        write_hours(copied, week_of(plan))
    for position, choices in enumerate((source.revision_of or source).needs):
        target.requirements.create(position=position).choices.set(choices)
