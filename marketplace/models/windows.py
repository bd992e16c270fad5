from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Refusal, Timed
from marketplace.models.offers import Offer
from marketplace.models.school_calendar import SchoolCalendar


class WindowQuerySet(models.QuerySet["Window"]):
    def open(self) -> WindowQuerySet:
        """Not begun and with a place left."""
        return self.filter(starts_on__gt=timezone.localdate(), taken__lt=F("capacity"), is_closed=False)

    def bookable(self, offer: Offer) -> WindowQuerySet:
        """Open windows of the offer that leave the school its lead time."""
        return self.open().filter(offer=offer, starts_on__gte=offer.earliest_start)

    def upcoming(self) -> WindowQuerySet:
        return self.filter(starts_on__gt=timezone.localdate(), is_closed=False)


class Window(Timed):
    """Dated project places of an offer, in the school's time zone."""

    TIMED_VERBS = frozenset({"tell_full"})

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="windows")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    capacity = models.PositiveSmallIntegerField(_("places"))
    taken = models.PositiveSmallIntegerField(_("taken"), default=0)
    is_closed = models.BooleanField(_("closed"), default=False)

    objects = WindowQuerySet.as_manager()

    class Meta:
        verbose_name = _("window")
        verbose_name_plural = _("windows")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_on__gte=F("starts_on")), name="window_ends_after_start"),
            models.CheckConstraint(condition=models.Q(taken__lte=F("capacity")), name="window_never_oversold"),
            models.UniqueConstraint(fields=["offer", "starts_on", "ends_on"], name="window_once"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"

    @property
    def left(self) -> int:
        return self.capacity - self.taken

    def is_open(self, today: date | None = None) -> bool:
        return not self.is_closed and self.left > 0 and self.starts_on > (today or timezone.localdate())

    def is_bookable(self, offer: Offer) -> bool:
        return self.is_open() and self.starts_on >= offer.earliest_start

    def refuse_closed_days(self, calendar: SchoolCalendar) -> None:
        if calendar.is_shut(self.starts_on, self.ends_on):
            raise Refusal(_t("The school is closed in this window. Choose another one."), field="window")

    def take(self) -> bool:
        """Takes one place if there is one, in one statement, so that any number of buyers may try at once."""
        return bool(
            Window.objects.filter(pk=self.pk, taken__lt=F("capacity"), is_closed=False).update(taken=F("taken") + 1)
        )

    def give_back(self) -> None:
        Window.objects.filter(pk=self.pk, taken__gt=0).update(taken=F("taken") - 1)

    def tell_full(self, *, by: None) -> None:
        """Tells those who still negotiate for this window that its last place is gone."""
        chosen = models.Q(window=self) | models.Q(quotes__window=self)
        negotiating = self.orders.model.objects.filter(chosen, status__in=["requested", "quoted", "countered"])
        for order in negotiating.with_parties().distinct():
            order.record("window_full", by=by, notify=[*order.buyers(), *order.sellers()])
