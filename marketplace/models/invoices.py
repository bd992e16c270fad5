from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from marketplace.models.orders import Order
from vet2b.lib.models import TimeStamped


class Invoice(TimeStamped):
    """What the school says of its own invoice for an order. Written by the verbs of the order only."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="invoice", verbose_name=_("order"))
    number = models.CharField(_("invoice number"), max_length=40)
    issued_on = models.DateField(_("date of the invoice"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    paid_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("payment recorded by")
    )

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.CheckConstraint(condition=~Q(number=""), name="invoice_has_number"),
            models.CheckConstraint(
                condition=Q(paid_on=None, paid_by=None) | Q(paid_on__isnull=False, paid_by__isnull=False),
                name="invoice_paid_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.number
