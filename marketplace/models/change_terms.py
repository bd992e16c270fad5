"""What a change request changes of an order: checked, told, sealed and applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Refusal
from marketplace.models.agreement_texts import canonical, facts_of, seal
from marketplace.models.changes import terms_of

if TYPE_CHECKING:
    from marketplace.models.agreements import Agreement
    from marketplace.models.orders import Order

MAX_NET = Decimal("9999999.99")
MAX_SCOPE = 3000
MAX_WORDS = 1000


@dataclass(frozen=True)
class Terms:
    """The version of the agreement that they change, if any, and the seal of their canonical JSON."""

    version: int | None
    sha256: str


@dataclass(frozen=True)
class Asked:
    """`before` and `after` hold as texts what is different, and nothing else."""

    ref: str
    currency: str
    version: int | None
    fields: dict[str, Any]
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, order: Order, *, net: Decimal | None = None, starts_on: date | None = None, ends_on: date | None = None,
        scope: str = "",
    ) -> Asked:  # fmt: skip
        scope = scope.replace("\r\n", "\n").strip()
        scope = "" if scope == order.scope else scope
        days = days_of(order, starts_on, ends_on)
        agreement = order.sealing_agreement
        asked = cls(
            order.ref, order.currency, agreement and agreement.latest.number,
            {"net": priced(order, net), "starts_on": days and days[0], "ends_on": days and days[1], "scope": scope},
        )  # fmt: skip
        asked.compare(order)
        if not asked.after:
            raise Refusal(_("Nothing would be changed. Write another price, other days or what else to do."))
        return asked

    def compare(self, order: Order) -> None:
        new = {name: value for name, value in self.fields.items() if value not in (None, "")}
        if "net" in new:
            new |= dict(zip(("net", "vat", "gross"), order.price_at(new["net"]), strict=True))
        for name, value in new.items():
            self.before[name], self.after[name] = text_of(getattr(order, name)), text_of(value)

    @property
    def told(self) -> dict[str, Any]:
        """What the record reads out to everyone in their language: see marketplace.notices.changes."""
        return {"currency": self.currency, "before": self.before, "after": self.after}

    def terms(self, words: str) -> Terms:
        text = canonical(terms_of(self.ref, self.version, self.before, self.after, words.strip()))
        return Terms(self.version, seal(text))

    def apply(self, order: Order) -> list[str]:
        """Sets what is different, without saving it; gives the names of those fields."""
        names = list(self.after)
        if "net" in names:
            order.net, order.vat, order.gross = order.price_at(self.fields["net"])
        if "scope" in names:
            order.scope = self.fields["scope"]
        if "starts_on" in names:
            order.starts_on, order.ends_on = self.fields["starts_on"], self.fields["ends_on"]
            if order.is_planned:
                order.times_moved, order.is_new_time_asked = order.times_moved + 1, False
                order.leave_window()
                names += ["times_moved", "is_new_time_asked", "window"]
        return names


def text_of(value: Any) -> str:
    return "" if value is None else str(value)


def priced(order: Order, net: Decimal | None) -> Decimal | None:
    """The new net price; None where it is the agreed one."""
    if net is None or net == order.net:
        return None
    if not net.is_finite() or not 0 <= net <= MAX_NET or net != round(net, 2):
        raise Refusal(_("Write a price from 0 on, with at most two decimal places."), field="net")
    if not order.net:
        raise Refusal(_("This order is free of charge, and its VAT was never agreed on."), field="net")
    return round(net, 2)


def days_of(order: Order, starts_on: date | None, ends_on: date | None) -> tuple[date, date] | None:
    """The new days; None where they are the agreed ones."""
    starts_on = starts_on or (order.starts_on if ends_on else None)
    if starts_on is None:
        if ends_on:
            raise Refusal(_("Choose the first day, too."), field="starts_on")
        return None
    ends_on = ends_on or max(starts_on, order.ends_on or starts_on)
    if (starts_on, ends_on) == (order.starts_on, order.ends_on or order.starts_on):
        return None
    refuse_days(order, starts_on, ends_on)
    return starts_on, ends_on


def refuse_days(order: Order, starts_on: date, ends_on: date) -> None:
    today = timezone.localdate(timezone=order.zone)
    if order.starts_at:
        raise Refusal(_("An appointment is moved by proposing another time."), field="starts_on")
    if ends_on < starts_on:
        raise Refusal(_("It ends after it starts."), field="ends_on")
    if order.is_planned and starts_on <= today:
        raise Refusal(_("Choose a day in the future."), field="starts_on")
    if ends_on < today:
        raise Refusal(_("Choose a day that is not over."), field="ends_on")


def facts_by_language(order: Order, agreement: Agreement | None) -> dict[str, dict[str, list]]:
    """What the agreement would say of the order as it is now, by language and section."""
    if agreement is None:
        return {}
    return {language: facts_of(order, language) for language in agreement.latest.content["languages"]}
