from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership, Organisation, Refusal
from marketplace.models.offers import Offer
from marketplace.models.order_clocks import lock_school, move_clocks
from marketplace.models.school_calendar import EntryKind, SchoolCalendar
from marketplace.models.windows import Window

DAYS = Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange")


class CalendarEntryQuerySet(models.QuerySet["CalendarEntry"]):
    def within(self, first: date, last: date) -> CalendarEntryQuerySet:
        return self.filter(starts_on__lte=last, ends_on__gte=first)


class CalendarEntry(models.Model):
    """Days of a school's year, the first and the last included, by the school's clock."""

    Kind = EntryKind

    school = models.ForeignKey(Organisation, models.CASCADE, related_name="calendar_entries", verbose_name=_("school"))
    kind = models.CharField(_("kind"), max_length=10, choices=EntryKind)
    name = models.CharField(_("name"), max_length=80, blank=True)
    starts_on = models.DateField(pgettext_lazy("date", "from"))
    ends_on = models.DateField(pgettext_lazy("date", "to"))

    objects = CalendarEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar entry")
        verbose_name_plural = _("calendar entries")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["term", "holidays", "exams", "closure", "open"]), name="calendar_kind_known"
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="calendar_days_in_order"),
            models.UniqueConstraint(fields=["school", "kind", "starts_on", "ends_on"], name="calendar_entry_once"),
            ExclusionConstraint(
                name="calendar_terms_apart",
                expressions=[("school", RangeOperators.EQUAL), (DAYS, RangeOperators.OVERLAPS)],
                condition=Q(kind="term"),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())

    def holds(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    @classmethod
    @transaction.atomic
    def add(cls, *, by: Membership, **fields: Any) -> CalendarEntry:
        entry = cls(school=by.organisation, **fields)
        before = entry.guard(by=by)
        entry.check_apart()
        entry.save()
        entry.changed("add_days", before, by=by)
        return entry

    @transaction.atomic
    def change(self, *, by: Membership, **fields: Any) -> None:
        before = self.guard(by=by)
        self.refresh()
        for name, value in fields.items():
            setattr(self, name, value)
        self.check_apart()
        self.save(update_fields=list(fields))
        self.changed("change_days", before, by=by)

    @transaction.atomic
    def remove(self, *, by: Membership) -> None:
        before = self.guard(by=by)
        self.refresh()
        CalendarEntry.objects.filter(pk=self.pk).delete()
        self.changed("remove_days", before, by=by)

    def guard(self, *, by: Membership) -> SchoolCalendar:
        """The calendar as it is, and as it stays until this transaction ends: changes of a school queue up."""
        if not isinstance(by, Membership) or not by.can_sell or by.organisation_id != self.school_id:
            raise PermissionDenied
        lock_school(self.school)
        return SchoolCalendar.of(self.school)

    def refresh(self) -> None:
        """Somebody else may have removed it."""
        try:
            self.refresh_from_db()
        except CalendarEntry.DoesNotExist as error:
            raise Refusal(_t("This is no longer in the calendar.")) from error

    def check_apart(self) -> None:
        others = CalendarEntry.objects.filter(school=self.school, kind=self.kind).exclude(pk=self.pk)
        if others.filter(starts_on=self.starts_on, ends_on=self.ends_on).exists():
            raise Refusal(_t("These days are in the calendar already."), field="starts_on")
        met = others.within(self.starts_on, self.ends_on).first() if self.kind == EntryKind.TERM else None
        if met:
            raise Refusal(_t("Terms do not overlap. This one meets “%(name)s”.") % {"name": met}, field="starts_on")

    def changed(self, verb: str, before: SchoolCalendar, *, by: Membership) -> None:
        """Clocks that run keep the working days that they have left; windows that lost all their days close."""
        after = SchoolCalendar.of(self.school)
        move_clocks(before, after)
        close_windows(after, by=by)
        self.school.record(
            verb, by=by, name=self.name, kind=self.kind,
            starts_on=self.starts_on.isoformat(), ends_on=self.ends_on.isoformat(),
        )  # fmt: skip


def close_windows(calendar: SchoolCalendar, *, by: Membership) -> None:
    """Nobody books a window on closed days any more; what was booked stays."""
    for window in Window.objects.upcoming().filter(offer__school=calendar.school).order_by("offer", "pk"):
        if calendar.is_shut(window.starts_on, window.ends_on):
            offer = Offer.objects.select_for_update(no_key=True).get(pk=window.offer_id)
            Window.objects.filter(pk=window.pk).update(is_closed=True)
            offer.tell_changed("windows", by=by, window=str(window))
