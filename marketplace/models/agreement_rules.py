"""When an agreed order needs an agreement that both sides sign (E4)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.models.prices import Currency

if TYPE_CHECKING:
    from marketplace.models.orders import Order


class Reason(models.TextChoices):
    VALUE = "value", pgettext_lazy("reason for an agreement", "The price is high enough for it")
    MINORS_OFF_SITE = (
        "minors_off_site",
        pgettext_lazy("reason for an agreement", "Students under 18 work at the client's place"),
    )
    PERSONAL_DATA = (
        "personal_data",
        pgettext_lazy("reason for an agreement", "The class works with personal data of the client"),
    )
    CROSS_BORDER = (
        "cross_border",
        pgettext_lazy("reason for an agreement", "The school and the client are in different countries"),
    )
    ASKED = "asked", pgettext_lazy("reason for an agreement", "One side asked for it")


class AgreementLimit(models.Model):
    """From this gross price on, an order in this currency needs an agreement. No row: price alone never does."""

    currency = models.CharField(_("currency"), max_length=3, choices=Currency, unique=True)
    gross = models.DecimalField(_("price with VAT, from"), max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = _("limit of agreements")
        verbose_name_plural = _("limits of agreements")
        ordering = ["currency"]
        constraints = [
            models.CheckConstraint(condition=models.Q(gross__gte=Decimal(0)), name="agreement_limit_positive")
        ]

    def __str__(self) -> str:
        return f"{self.gross} {self.currency}"


def reasons(order: Order) -> list[str]:
    """The codes of why this order needs an agreement; empty where a click is enough."""
    offer = order.offer
    is_off_site = order.place_mode == order.PlaceMode.AT_CLIENT
    found = {
        Reason.VALUE: is_high(order),
        Reason.MINORS_OFF_SITE: bool(offer and offer.has_minors and is_off_site),
        Reason.PERSONAL_DATA: bool(offer and offer.handles_personal_data),
        Reason.CROSS_BORDER: order.buyer.country.code != order.seller.country.code,
    }
    return [code.value for code, holds in found.items() if holds]


def is_high(order: Order) -> bool:
    return AgreementLimit.objects.filter(currency=order.currency, gross__lte=order.gross).exists()
