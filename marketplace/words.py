"""What buyers read about price, place and time, in the active language."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING

from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from marketplace.models.orders import Order
from marketplace.models.prices import PriceModel
from marketplace.models.youth import rules_for, stricter
from marketplace.models.youth_checks import as_words
from vet2b.lib.formats import money

if TYPE_CHECKING:
    from marketplace.models import Offer


def price_words(
    model: str, price: Decimal | None, price_to: Decimal | None, unit: str, currency: str
) -> tuple[str, str]:
    """The figure and what it stands for, such as ("€11", "per guest"); never a bare number, never zero."""
    if model == PriceModel.FREE:
        return _("Free"), _("for training")
    if model == PriceModel.MATERIALS:
        return _("Free labour"), _("materials at cost")
    if not price:
        return _("Quote"), _("on request")
    figure = f"{money(price, currency)}–{money(price_to, currency)}" if price_to else money(price, currency)
    if model in {PriceModel.ESTIMATE, PriceModel.PACKAGES}:
        return _("from %(price)s") % {"price": figure}, _("by estimate") if model == PriceModel.ESTIMATE else ""
    if model == PriceModel.FIXED:
        return figure, _("fixed price")
    return figure, per_unit(unit)


def per_unit(unit: str) -> str:
    return PER.get(unit, lambda: _("per %(unit)s") % {"unit": unit})() if unit else ""


PER = {
    "guest": lambda: _("per guest"),
    "person": lambda: _("per person"),
    "hour": lambda: _("per hour"),
    "day": lambda: _("per day"),
    "week": lambda: _("per week"),
    "piece": lambda: _("per piece"),
    "sample": lambda: _("per sample"),
    "page": lambda: _("per page"),
    "kg": lambda: _("per kg"),
    "minute": lambda: _("per minute"),
    "car": lambda: _("per car"),
    "team": lambda: _("per team"),
    "cube": lambda: _("per cube"),
    "part": lambda: _("per part"),
    "vehicle": lambda: _("per vehicle"),
    "room": lambda: _("per room"),
}


def vat_words(offer: Offer) -> str:
    if offer.vat_rate:
        return _("plus %(rate)s %% VAT") % {"rate": f"{offer.vat_rate.normalize():f}"}
    return _("VAT not charged")


def lead_time_words(days: int | None) -> str:
    return "" if days is None else ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def language_names(codes: list[str]) -> str:
    """In the reader's language, in a stable order."""
    return ", ".join(get_language_info(code)["name_translated"].capitalize() for code in codes)


def quantity_words(offer: Offer) -> str:
    least, most = offer.min_quantity, offer.max_quantity
    if most and most > least:
        return _("%(least)s to %(most)s") % {"least": least, "most": most}
    return _("at least %(least)s") % {"least": least} if least > 1 else ""


def young_words(order: Order) -> str:
    """What holds for the hours of students under 18 who come to a client; "" where none do."""
    is_on_site = order.place_mode == Order.PlaceMode.AT_CLIENT and order.status in Order.OPEN
    if not is_on_site or not order.offer or not order.offer.has_minors:
        return ""
    limits = reduce(stricter, rules_for({order.seller.country.code, order.buyer.country.code}).values())
    return _(
        "Students under 18 take part. They work between %(from)s and %(to)s, at most %(hours)s h a day, with a break "
        "of %(break)s minutes after %(after)s h."
    ) % {
        "from": as_words(limits.earliest_start),
        "to": as_words(limits.latest_end),
        "hours": as_words(limits.minutes_a_day),
        "break": limits.break_minutes,
        "after": as_words(limits.break_after_minutes),
    }
