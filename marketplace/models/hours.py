"""The hours that students worked on an order, each row as it was written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Tracked, User
from marketplace.models.hour_verbs import HourVerbs
from marketplace.models.learners import Learner
from marketplace.models.orders import Order

Span = tuple[datetime, datetime]
MAX_BREAK = 240  # minutes


class HourQuerySet(models.QuerySet["HourEntry"]):
    def live(self) -> HourQuerySet:
        return self.filter(voided_at=None)

    def confirmed(self) -> HourQuerySet:
        return self.live().filter(confirmed_at__isnull=False)

    def pending(self) -> HourQuerySet:
        """Written by learners, and not looked at by the trainer yet."""
        return self.live().filter(confirmed_at=None)

    def minutes(self) -> int:
        """Of work, without breaks."""
        sums = self.aggregate(spans=Sum(F("ends_at") - F("starts_at")), breaks=Sum("break_minutes"))
        return int((sums["spans"] or timedelta()).total_seconds() // 60) - (sums["breaks"] or 0)


class HourEntry(HourVerbs, Tracked):
    """Work of one learner on one day. A correction leaves the old row, voided. School-internal, but for the sum where
    the price is per hour."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="hours")
    learner = models.ForeignKey(Learner, models.PROTECT, related_name="hours")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    break_minutes = models.PositiveSmallIntegerField(
        _("minutes of break"), default=0, validators=[MaxValueValidator(MAX_BREAK)]
    )
    done = models.CharField(_("what was done"), max_length=300)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(_("why"), max_length=200, blank=True)

    objects = HourQuerySet.as_manager()

    class Meta:
        verbose_name = _("hours")
        verbose_name_plural = _("hours")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="hours_end_after_start"),
            models.CheckConstraint(condition=Q(break_minutes__lte=MAX_BREAK), name="hours_break_is_short"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="hours_confirmed_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(voided_by=None, voided_at=None, void_reason="")
                | Q(voided_by__isnull=False, voided_at__isnull=False) & ~Q(void_reason=""),
                name="hours_voided_by_whom_and_why",
            ),
            ExclusionConstraint(
                name="hours_never_twice",
                expressions=[
                    ("learner", RangeOperators.EQUAL),
                    (
                        models.Func("starts_at", "ends_at", function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(voided_at=None),
            ),
        ]
        indexes = [models.Index(fields=["order", "-starts_at"], name="hours_of_order")]

    def __str__(self) -> str:
        return f"{self.learner_id} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60) - self.break_minutes

    @property
    def is_pending(self) -> bool:
        return self.voided_at is None and self.confirmed_at is None

    @property
    def spans(self) -> list[Span]:
        """The work without its break, which counts as lying in the middle."""
        if not self.break_minutes:
            return [(self.starts_at, self.ends_at)]
        half = timedelta(minutes=self.minutes) / 2
        return [(self.starts_at, self.starts_at + half), (self.ends_at - half, self.ends_at)]

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.order.title, "ref": self.order.ref}
