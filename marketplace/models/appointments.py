"""Offers that are booked by day and time."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.models.offers import Offer
from marketplace.models.resources import Hours, Resource


class Plan(models.Model):
    """How an offer is booked by day and time. Hours are those of the school's clock."""

    offer = models.OneToOneField(Offer, models.CASCADE, related_name="plan")
    minutes = models.PositiveSmallIntegerField(_("how long it takes, in minutes"), default=60)
    step_minutes = models.PositiveSmallIntegerField(_("a start every … minutes"), default=30)
    break_minutes = models.PositiveSmallIntegerField(_("minutes of break, half-way"), default=0)
    before_minutes = models.PositiveSmallIntegerField(_("minutes to prepare"), default=0)
    after_minutes = models.PositiveSmallIntegerField(_("minutes to clear up"), default=0)
    notice_hours = models.PositiveSmallIntegerField(_("hours of notice"), default=2)
    furthest_days = models.PositiveSmallIntegerField(_("days ahead at most"), default=60)
    seats = models.PositiveSmallIntegerField(_("places at one time"), default=1)
    is_by_quantity = models.BooleanField(
        _("each unit takes a place"), default=False, help_text=_("As with guests at tables.")
    )
    seats_a_day = models.PositiveSmallIntegerField(_("places a day at most"), null=True, blank=True)
    free_until_hours = models.PositiveSmallIntegerField(_("free to move or cancel until … hours before"), default=24)

    class Meta:
        verbose_name = _("appointments")
        verbose_name_plural = _("appointments")
        constraints = [
            models.CheckConstraint(condition=Q(minutes__range=(5, 720)), name="plan_minutes"),
            models.CheckConstraint(condition=Q(step_minutes__range=(5, 720)), name="plan_step_minutes"),
            models.CheckConstraint(condition=Q(break_minutes__lt=F("minutes")), name="plan_break_within"),
            models.CheckConstraint(condition=Q(furthest_days__range=(1, 366)), name="plan_furthest_days"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="plan_has_seats"),
        ]

    def __str__(self) -> str:
        return str(self.offer_id)


class PlanHours(Hours):
    """When appointments of an offer may begin and must have ended."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="hours")

    class Meta(Hours.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="plan_hours_close_after_they_open"),
            models.UniqueConstraint(fields=["plan", "weekday", "opens_at"], name="plan_hours_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


class Slot(models.Model):
    """A time of an offer that somebody has taken, with the resources for it; orders may share it up to its seats."""

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="slots")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_start"),
        ]
        indexes = [models.Index(fields=["offer", "starts_at"], name="slot_of_offer")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class BookingQuerySet(models.QuerySet["Booking"]):
    def live(self) -> BookingQuerySet:
        return self.filter(is_live=True)


class Booking(models.Model):
    """A resource taken for a slot, the time to prepare and to clear up included. The database lets no two that are
    live overlap on one resource."""

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="bookings")
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="bookings")
    period = DateTimeRangeField(_("time"), help_text=_("From and including its start up to its end."))
    break_minutes = models.PositiveSmallIntegerField(default=0, help_text="As the plan had it; half-way.")
    is_live = models.BooleanField(default=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        constraints = [
            ExclusionConstraint(
                name="booking_never_twice",
                expressions=[("resource", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(is_live=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.period}"


class SeatQuerySet(models.QuerySet["Seat"]):
    def live(self) -> SeatQuerySet:
        """Firm, or held for a moment or a request that still runs."""
        return self.filter(Q(held_until=None) | Q(held_until__gt=timezone.now()), released_at=None)

    def expired(self) -> SeatQuerySet:
        return self.filter(released_at=None, held_until__lte=timezone.now())


class Seat(models.Model):
    """An order's share of a slot: held until a moment, or firm when that is empty."""

    order = models.ForeignKey("marketplace.Order", models.PROTECT, related_name="seats")
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="seats")
    quantity = models.PositiveIntegerField(_("places"), default=1)
    held_until = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="seat_takes_a_place"),
            models.UniqueConstraint(fields=["order"], name="seat_one_an_order", condition=Q(released_at=None)),
        ]
        indexes = [models.Index(fields=["slot"], name="seat_unreleased", condition=Q(released_at=None))]

    def __str__(self) -> str:
        return f"{self.order_id} in {self.slot_id}"


class NewTime(models.Model):
    """Another time that one side of an order asks the other to agree to."""

    class Answer(models.TextChoices):
        OPEN = "", _("Waits for an answer")
        AGREED = "agreed", _("Agreed")
        REFUSED = "refused", _("Refused")
        OVER = "over", _("Over")

    order = models.ForeignKey("marketplace.Order", models.CASCADE, related_name="new_times")
    is_from_buyer = models.BooleanField()
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=8, choices=Answer, default=Answer.OPEN, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("new time")
        verbose_name_plural = _("new times")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="new_time_days_in_order"),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=F("starts_at")), name="new_time_in_order"
            ),
            models.UniqueConstraint(fields=["order"], name="new_time_one_open", condition=Q(answer="")),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.starts_at or self.starts_on}"
