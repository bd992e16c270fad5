from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Refusal, User
from marketplace.models.frameworks import Framework
from marketplace.models.offers import Offer, Package
from marketplace.models.order_deal import QUOTE_VALID_DAYS
from marketplace.models.orders import Order
from marketplace.models.prices import Currency, cents, vat_of
from marketplace.models.windows import Window

MAX_AMOUNT = Decimal("9999999.99")


@dataclass(frozen=True)
class Total:
    """A price of the offer itself, before any quote."""

    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def offer_total(offer: Offer, quantity: int, package: Package | None = None) -> Total | None:
    """What the offer's own terms come to, or None where only a quote can tell."""
    price = offer.price_for(quantity, package)
    return None if price is None else Total(cents(price), vat_of(cents(price), offer.vat_rate))


def framework_total(framework: Framework, offer: Offer, quantity: int, package: Package | None) -> Total | None:
    """What it comes to under a framework agreement, or None where that cannot tell."""
    line = framework.line_for(offer, quantity, package, offer.title)
    if line is None:
        return None
    net = cents(line["quantity"] * line["unit_price"])
    return Total(net, vat_of(net, offer.vat_rate))


class Quote(models.Model):
    """A priced proposal in an order, numbered from 1 and never changed once sent. All amounts in `currency`."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="quotes")
    version = models.PositiveSmallIntegerField()
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    message = models.TextField(_("message"), max_length=3000, blank=True)
    deliverables = models.TextField(_("what you deliver"), max_length=3000, blank=True)
    exclusions = models.TextField(_("not included"), max_length=2000, blank=True)
    client_supplies = models.TextField(_("what the client supplies, by when"), max_length=2000, blank=True)
    window = models.ForeignKey(
        Window, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("window")
    )
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    rounds_of_changes = models.PositiveSmallIntegerField(_("rounds of changes"), default=1)
    valid_until = models.DateField(_("valid until"))
    vat_exemption = models.CharField(_("reason for no VAT"), max_length=150, blank=True)
    currency = models.CharField(max_length=3, choices=Currency)
    net = models.DecimalField(max_digits=12, decimal_places=2)
    vat = models.DecimalField(max_digits=12, decimal_places=2)
    gross = models.DecimalField(max_digits=12, decimal_places=2)
    created_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["order", "version"], name="quote_version_once"),
            models.UniqueConstraint(
                fields=["order"], name="quote_accepted_once", condition=models.Q(accepted_at__isnull=False)
            ),
            models.CheckConstraint(
                condition=models.Q(net__gte=0, vat__gte=0, gross=models.F("net") + models.F("vat")),
                name="quote_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} v{self.version}"

    @property
    def gross_text(self) -> str:
        """Amount and currency code, for logs and notices; pages use the `money` filter."""
        return f"{self.gross} {self.currency}"

    @classmethod
    def next_version(
        cls, order: Order, lines: Iterable[dict[str, Any]], *, by: Membership | None, **terms: Any
    ) -> Quote:
        """Called under the order's lock by its verbs."""
        rows = [QuoteLine.of(position, **line) for position, line in enumerate(lines)]
        if not rows:
            raise Refusal(_t("A quote needs at least one line."))
        if not all(row.is_sane for row in rows):
            raise Refusal(_t("Quantities must be above 0, prices not below 0, and VAT between 0 and 99 %."))
        net = sum((row.net for row in rows), Decimal("0.00"))
        vat = sum((row.vat for row in rows), Decimal("0.00"))
        if net > MAX_AMOUNT:
            raise Refusal(_t("This total is too large."))
        terms = cls.checked_terms(order, terms, has_vat=bool(vat))
        latest = order.latest_quote
        quote = cls.objects.create(
            order=order,
            version=(latest.version if latest else 0) + 1,
            author=by and by.user,
            currency=order.currency,
            net=net,
            vat=vat,
            gross=net + vat,
            **terms,
        )
        for row in rows:
            row.quote = quote
        QuoteLine.objects.bulk_create(rows)
        return quote

    @staticmethod
    def checked_terms(order: Order, terms: dict[str, Any], *, has_vat: bool) -> dict[str, Any]:
        window = terms.get("window")
        if window:
            window.refuse_closed_days(order.calendar)
        if window and (window.offer_id != order.offer_id or not window.is_open()):
            raise Refusal(_t("This window is full or over. Choose another one."), field="window")
        if order.offer and not terms.get("vat_exemption"):
            terms["vat_exemption"] = order.offer.vat_exemption if not has_vat else ""
        today = timezone.localdate(timezone=ZoneInfo(order.seller.zone))
        terms = {"valid_until": today + timedelta(days=QUOTE_VALID_DAYS)} | terms
        if terms["valid_until"] < today:
            raise Refusal(_t("The quote must be valid today or longer."), field="valid_until")
        if terms.get("starts_on") and terms.get("ends_on") and terms["ends_on"] < terms["starts_on"]:
            raise Refusal(_t("The end is before the start."), field="ends_on")
        return terms

    @classmethod
    def of_offer_price(cls, order: Order, price: Decimal, *, by: Membership) -> Quote:
        """The quote that an instant booking accepts: the offer's own price as one line."""
        offer = order.offer
        by_unit = offer.price is not None and price != offer.price and order.package is None
        line = {
            "description": order.package_name or (order.package and str(order.package)) or order.title,
            "quantity": Decimal(order.quantity) if by_unit else Decimal(1),
            "unit": offer.unit if by_unit else "",
            "unit_price": offer.price if by_unit else price,
            "vat_rate": offer.vat_rate,
        }
        return cls.next_version(
            order, [line], by=by, window=order.window, rounds_of_changes=offer.rounds_of_changes,
            vat_exemption=offer.vat_exemption,
        )  # fmt: skip


class QuoteLine(models.Model):
    quote = models.ForeignKey(Quote, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    description = models.CharField(_("what"), max_length=200)
    quantity = models.DecimalField(_("quantity"), max_digits=9, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    unit_price = models.DecimalField(_("net price of one"), max_digits=10, decimal_places=2)
    vat_rate = models.DecimalField(_("VAT in %"), max_digits=4, decimal_places=2, null=True, blank=True)
    net = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="quote_line_quantity_positive"),
            models.CheckConstraint(condition=models.Q(unit_price__gte=0), name="quote_line_price_positive"),
        ]

    def __str__(self) -> str:
        return self.description

    @property
    def vat(self) -> Decimal:
        return vat_of(self.net, self.vat_rate)

    @property
    def is_sane(self) -> bool:
        return self.quantity > 0 and self.unit_price >= 0 and 0 <= (self.vat_rate or 0) < 100

    @classmethod
    def of(cls, position: int, **fields: Any) -> QuoteLine:
        return cls(position=position, net=cents(fields["quantity"] * fields["unit_price"]), **fields)


class Counter(models.Model):
    """A buyer's answer to a quote: what should be different."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="counters")
    quote = models.ForeignKey(Quote, models.PROTECT, related_name="counters")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField(_("what should be different"), max_length=3000)
    wished_price = models.DecimalField(
        _("net price you have in mind"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    wished_on = models.DateField(_("date you have in mind"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answer to a quote")
        verbose_name_plural = _("answers to quotes")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]
