"""The sheet from which a school writes its invoice: the agreed lines, the totals of each rate, and how to pay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _
from stdnum.iso7064 import mod_97_10

from marketplace.models import BankAccount, Order, Quote, cents

ZERO = Decimal("0.00")
SETTLED = frozenset({Order.Status.COMPLETED, Order.Status.CLOSED})
AGREED = (Order.RUNNING | SETTLED) - {Order.Status.DISPUTED}


@dataclass(frozen=True)
class Line:
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net: Decimal
    rate: Decimal | None
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


@dataclass(frozen=True)
class RateTotal:
    """What comes to one rate of VAT; None is exempt."""

    rate: Decimal | None
    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


@dataclass(frozen=True)
class Sheet:
    order: Order
    lines: Sequence[Line]
    exemption: str
    account: BankAccount | None
    rates: list[RateTotal] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rates", by_rate(self.lines))

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), ZERO)

    @property
    def vat(self) -> Decimal:
        return sum((line.vat for line in self.lines), ZERO)

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    @property
    def is_proforma(self) -> bool:
        """Before the work is completed it only tells what will be invoiced."""
        return self.order.status not in SETTLED

    @property
    def reference(self) -> str:
        return creditor_reference(self.order.ref)

    @property
    def can_be_scanned(self) -> bool:
        return self.account is not None and self.order.currency == "EUR" and self.gross > 0


def sheet_of(order: Order) -> Sheet | None:
    """None while nothing is agreed, or where the order came to nothing."""
    quote = order.quotes.filter(accepted_at__isnull=False).prefetch_related("lines").first()
    if quote is None or order.status not in AGREED:
        return None
    return Sheet(order, lines_of(order, quote), quote.vat_exemption, BankAccount.used_by(order.seller))


def lines_of(order: Order, quote: Quote) -> list[Line]:
    """The lines of the accepted quote, which stay as they were, and what was agreed or decided to change since."""
    lines = [
        Line(row.description, row.quantity, row.unit, row.unit_price, row.net, row.vat_rate, row.vat)
        for row in quote.lines.all()
    ]
    net, vat = order.net or ZERO, order.vat or ZERO
    return lines + changes(net - quote.net, vat - quote.vat, by_rate(lines))


def changes(net: Decimal, vat: Decimal, rates: Sequence[RateTotal]) -> list[Line]:
    """One line a rate, in proportion, so that the totals of each rate stay right."""
    if not net and not vat:
        return []
    label = _("Price cut") if net < 0 else _("Change agreed after the quote")
    nets, vats = spread(net, [rate.net for rate in rates]), spread(vat, [rate.vat for rate in rates])
    return [
        Line(label, Decimal(1), "", part, part, rate.rate, tax)
        for rate, part, tax in zip(rates, nets, vats, strict=True)
        if part or tax
    ]


def spread(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """In cents and in proportion; the heaviest takes what rounding leaves."""
    total = sum(weights, ZERO)
    heaviest = max(range(len(weights)), key=lambda place: weights[place])
    parts = [cents(amount * weight / total) if total else ZERO for weight in weights]
    parts[heaviest] += amount - sum(parts, ZERO)
    return parts


def by_rate(lines: Iterable[Line]) -> list[RateTotal]:
    nets: dict[Decimal | None, list[Decimal]] = {}
    for line in lines:
        total = nets.setdefault(line.rate, [ZERO, ZERO])
        total[0] += line.net
        total[1] += line.vat
    ordered = sorted(nets.items(), key=lambda pair: (pair[0] is not None, pair[0] or ZERO))
    return [RateTotal(rate, net, vat) for rate, (net, vat) in ordered]


def creditor_reference(ref: str) -> str:
    """A structured creditor reference (ISO 11649), which banks check and carry unchanged."""
    body = ref.upper()
    return f"RF{mod_97_10.calc_check_digits(f'{body}RF')}{body}"
