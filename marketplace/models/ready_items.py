"""The single things that an order may need before it begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership, User
from marketplace.models.orders import Order


class Item(models.TextChoices):
    INSURANCE = "insurance", pgettext_lazy("ready", "Insurance of the school")
    CLIENT_INSURANCE = "client_insurance", pgettext_lazy("ready", "Insurance of the client's place")
    SAFETY = "safety", pgettext_lazy("ready", "Safety sheet")
    MATERIALS = "materials", pgettext_lazy("ready", "Materials from the client")
    CONTACT = "contact", pgettext_lazy("ready", "Contact on the day")
    CONSENT = "consent", pgettext_lazy("ready", "Consent of guardians")
    SUPERVISION = "supervision", pgettext_lazy("ready", "Supervision")


SCHOOLS = frozenset({Item.INSURANCE, Item.CONSENT, Item.SUPERVISION})
COUNTED = frozenset({Item.CONSENT, Item.SUPERVISION})  # nobody confirms these: they follow from the team


def items_of(order: Order) -> Iterator[Item]:
    """What applies to this order. Work that never leaves the school's desk needs nothing of it."""
    at_client = order.place_mode == Order.PlaceMode.AT_CLIENT
    if at_client or order.place_mode == Order.PlaceMode.AT_SCHOOL:
        yield from (Item.INSURANCE, Item.SUPERVISION)
    if at_client:
        yield from (Item.CLIENT_INSURANCE, Item.SAFETY, Item.CONTACT, Item.CONSENT)
    if order.quotes.filter(accepted_at__isnull=False).exclude(client_supplies="").exists():
        yield Item.MATERIALS


def side_of(kind: str) -> str:
    return "seller" if kind in SCHOOLS else "buyer"


class ReadyItem(models.Model):
    """One thing that an order needs before it begins."""

    class State(models.TextChoices):
        MISSING = "missing", pgettext_lazy("ready item", "Missing")
        CONFIRMED = "confirmed", pgettext_lazy("ready item", "In place")
        NOT_NEEDED = "not_needed", pgettext_lazy("ready item", "Not needed")

    readiness = models.ForeignKey("marketplace.Readiness", models.CASCADE, related_name="items")
    kind = models.CharField(max_length=20, choices=Item)
    state = models.CharField(max_length=12, choices=State, default=State.MISSING)
    since = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("item of readiness")
        verbose_name_plural = _("items of readiness")
        constraints = [
            models.UniqueConstraint(fields=["readiness", "kind"], name="ready_item_once"),
            models.CheckConstraint(condition=Q(kind__in=Item.values), name="ready_item_kind_known"),
            models.CheckConstraint(
                condition=Q(state="missing", confirmed_by=None, reason="")
                | Q(state="confirmed", confirmed_by__isnull=False, reason="")
                | Q(state="not_needed", confirmed_by__isnull=False) & ~Q(reason=""),
                name="ready_item_state_known",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.get_kind_display()

    def settle(self, state: str, *, by: Membership | None, reason: str = "") -> None:
        """Within a verb of the readiness."""
        self.state, self.confirmed_by, self.reason = state, by.user if by else None, reason
        self.since = timezone.now()
        self.save(update_fields=["state", "confirmed_by", "reason", "since"])


@dataclass(frozen=True)
class Line:
    """An item as it stands: whose it is, and in words what is missing."""

    kind: str
    side: str  # "seller" or "buyer"
    row: ReadyItem
    is_met: bool
    lack: str

    @property
    def label(self) -> str:
        return self.row.get_kind_display()

    @property
    def is_counted(self) -> bool:
        return self.kind in COUNTED

    @property
    def is_standing(self) -> bool:
        """Whether the offer answers for the order."""
        return self.is_met and self.kind == Item.INSURANCE and self.row.state == ReadyItem.State.MISSING

    @property
    def is_waived(self) -> bool:
        return self.is_met and self.row.state == ReadyItem.State.NOT_NEEDED

    @property
    def since(self) -> datetime:
        return self.row.since
