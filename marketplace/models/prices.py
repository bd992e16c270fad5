from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

CENT = Decimal("0.01")


class PriceModel(models.TextChoices):
    FIXED = "FIX", _("Fixed price")
    PER_PERSON = "PP", _("Per person")
    HOURLY = "HR", _("Per hour")
    DAILY = "DAY", _("Per day")
    PER_UNIT = "UNIT", _("Per piece, sample or page")
    PACKAGES = "PKG", _("Packages")
    MATERIALS = "MAT", _("Materials at cost, labour free")
    ESTIMATE = "EST", _("By estimate")
    SUBSCRIPTION = "SUB", _("Recurring")
    FREE = "FREE", _("Free for training")


BY_QUANTITY = frozenset(
    {
        PriceModel.PER_PERSON, PriceModel.HOURLY, PriceModel.DAILY, PriceModel.PER_UNIT, PriceModel.SUBSCRIPTION,
    }
)  # fmt: skip
INSTANT = frozenset({PriceModel.FIXED, PriceModel.PER_PERSON, PriceModel.PER_UNIT, PriceModel.PACKAGES})
UNPRICED = frozenset({PriceModel.MATERIALS, PriceModel.FREE})


class Currency(models.TextChoices):
    EUR = "EUR", "EUR"
    PLN = "PLN", "PLN"


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to two places, as invoices are."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def vat_of(net: Decimal, rate: Decimal | None) -> Decimal:
    """VAT of a net amount at `rate` percent; None means exempt."""
    return cents(net * rate / 100) if rate else Decimal("0.00")
