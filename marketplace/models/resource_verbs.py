from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, Refusal, User
from marketplace.models.weeks import SCHOOL_WEEK, WeekSpan, tidy_week

if TYPE_CHECKING:
    from marketplace.models.resources import Resource, SpecialHours

CLASS_FIELDS = ("year", "eqf_level", "headcount", "has_minors")
MAX_DAYS = 366  # of special hours


class ResourceVerbs:
    """What a school's staff does with its resources. None of it touches orders: see resource_orders."""

    @classmethod
    @transaction.atomic
    def add(cls, kind: str, *, by: Membership, name: str = "", person: User | None = None, **fields: Any) -> Resource:
        """A new one with the hours of a school week. A trainer is a member of the school's staff."""
        if not (isinstance(by, Membership) and by.can_sell):
            raise PermissionDenied
        made: Any = cls
        resource = made(school=by.organisation, kind=kind, name=name or str(person or ""), person=person)
        resource.set_fields(fields)
        resource.refuse_wrong_person()
        resource.refuse_twice()
        resource.save()
        resource.write_hours(SCHOOL_WEEK)
        resource.record("add", by=by)
        return resource

    @transaction.atomic
    def change(self, *, by: Membership, **fields: Any) -> None:
        self.guard(by=by)
        changed = [name for name, value in fields.items() if getattr(self, name) != value]
        if not changed:
            return
        self.set_fields(fields)
        self.refuse_twice()
        self.save(update_fields=[*changed, "updated_at"])
        self.record("change", by=by, fields=sorted(changed))

    def set_fields(self, fields: dict[str, Any]) -> None:
        if unknown := set(fields) - {"name", *(CLASS_FIELDS if self.is_class else ())}:
            raise ValueError(f"not of {self.kind}: {unknown}")
        for name, value in fields.items():
            setattr(self, name, value)

    def refuse_wrong_person(self) -> None:
        staff = self.school.memberships.filter(role__in=Membership.WORKING)
        if self.kind == self.Kind.TRAINER and not staff.filter(user=self.person).exists():
            raise Refusal(_("Choose somebody of your school's staff."), field="person")

    def refuse_twice(self) -> None:
        """The school's row is locked, so that two people do not add the same."""
        self.lock_school()
        others = type(self).objects.in_use().filter(school=self.school_id).exclude(pk=self.pk)
        if self.person_id and others.filter(person=self.person_id).exists():
            raise Refusal(_("This person is in your list already."), field="person")
        if others.filter(kind=self.kind, name=self.name).exists():
            raise Refusal(_("There is one with this name already."), field="name")

    def lock_school(self) -> None:
        Organisation.objects.select_for_update(no_key=True).get(pk=self.school_id)

    @transaction.atomic
    def set_hours(self, hours: Iterable[WeekSpan], *, by: Membership) -> None:
        """The whole ordinary week anew, as (weekday, from, to) by the school's clock."""
        self.guard(by=by)
        week = tidy_week(hours)
        if week == self.week:
            return
        self.openings.all().delete()
        self.write_hours(week)
        self.record("set_hours", by=by)

    @property
    def week(self) -> list[WeekSpan]:
        return [(each.weekday, each.opens_at, each.closes_at) for each in self.openings.all()]

    def write_hours(self, week: list[WeekSpan]) -> None:
        rows = self.openings.model
        rows.objects.bulk_create(
            rows(resource=self, weekday=weekday, opens_at=opens_at, closes_at=closes_at)
            for weekday, opens_at, closes_at in week
        )

    @transaction.atomic
    def add_special_hours(
        self, starts_on: date, ends_on: date, *, by: Membership, opens_at: time | None = None,
        closes_at: time | None = None, note: str = "",
    ) -> SpecialHours:  # fmt: skip
        """On these days other hours than in an ordinary week, or with no times none."""
        self.guard(by=by)
        special = self.special_hours.model(
            resource=self, starts_on=starts_on, ends_on=ends_on, opens_at=opens_at, closes_at=closes_at, note=note
        )
        self.refuse_wrong_days(special)
        self.refuse_wrong_times(special)
        special.save()
        self.record("add_special_hours", by=by, days=[starts_on.isoformat(), ends_on.isoformat()])
        return special

    def refuse_wrong_days(self, special: SpecialHours) -> None:
        if special.ends_on < special.starts_on:
            raise Refusal(_("The last day is not before the first."), field="ends_on")
        if (special.ends_on - special.starts_on).days >= MAX_DAYS:
            raise Refusal(_("Special hours last at most a year."), field="ends_on")
        if special.ends_on < timezone.localdate(timezone=ZoneInfo(self.school.zone)):
            raise Refusal(_("These days are past."), field="ends_on")

    def refuse_wrong_times(self, special: SpecialHours) -> None:
        """A day may have two special spans, but not be closed and open at once."""
        opens_at, closes_at = special.opens_at, special.closes_at
        if (opens_at is None) != (closes_at is None):
            raise Refusal(_("Give both times, or none for a closed day."), field="closes_at")
        if opens_at and closes_at and closes_at <= opens_at:
            raise Refusal(_("Hours end after they begin, on the same day."), field="closes_at")
        same_days = self.special_hours.filter(starts_on__lte=special.ends_on, ends_on__gte=special.starts_on)
        if opens_at:
            same_days = same_days.filter(Q(opens_at=None) | Q(opens_at__lte=closes_at, closes_at__gte=opens_at))
        if same_days.exists():
            raise Refusal(_("There are special hours on these days already. Remove them first."), field="starts_on")

    @transaction.atomic
    def remove_special_hours(self, special: SpecialHours, *, by: Membership) -> None:
        """Harmless when somebody else has removed them."""
        self.guard(by=by)
        if self.special_hours.filter(pk=special.pk).delete()[0]:
            days = [special.starts_on.isoformat(), special.ends_on.isoformat()]
            self.record("remove_special_hours", by=by, days=days)

    @transaction.atomic
    def retire(self, *, by: Membership) -> None:
        """For good. What is booked stays booked; nothing new can be."""
        self.guard(by=by)
        self.is_retired = True
        self.save(update_fields=["is_retired", "updated_at"])
        self.record("retire", by=by)

    def guard(self, *, by: Membership) -> None:
        """Locks the row as those who book do, so that hours do not change under a booking; the school's before it."""
        self.lock_school()
        self.refresh_from_db(from_queryset=type(self).objects.select_for_update(no_key=True))
        self._prefetched_objects_cache = {}
        if not (isinstance(by, Membership) and by.can_sell and by.organisation_id == self.school_id):
            raise PermissionDenied
        if self.is_retired:
            raise Refusal(_("This is no longer used, so nothing about it changes."))
