"""Money, dates and times as the reader's language writes them (Babel's CLDR data)."""

import datetime as dt
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date, format_interval, format_time, get_timezone_location
from babel.numbers import format_currency, get_currency_symbol
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

# Plain "pt" is Brazil's in CLDR and plain "en" is America's.
REGIONAL = {"en": "en_IE", "pt": "pt_PT"}


@cache
def locale_of(language: str) -> Locale:
    return Locale.parse(REGIONAL.get(language, language), sep="_")


def current_locale() -> Locale:
    return locale_of(get_language() or "en")


def money(amount: Decimal, currency: str, *, cents: bool = False) -> str:
    """`€180`, `€180.50`; with `cents`, as in columns of sums, `€180.00`."""
    locale = current_locale()
    pattern = locale.currency_formats["standard"].pattern
    if not cents and amount == amount.to_integral_value():
        pattern = pattern.replace(".00", "")
    if currency == get_currency_symbol(currency, locale):
        # a code is not glued to the figure
        pattern = pattern.replace("¤", "¤\xa0") if pattern.startswith("¤") else pattern
    return format_currency(amount, currency, pattern, locale=locale, currency_digits=False)


def day(value: dt.date) -> str:
    return format_date(value, "long", locale=current_locale())


def day_range(start: dt.date, end: dt.date) -> str:
    """`12–30 Jan 2027`; one day when both are the same."""
    return day(start) if start == end else format_interval(start, end, "yMMMMd", locale=current_locale())


def zone_name(zone: dt.tzinfo) -> str:
    city = get_timezone_location(zone, locale=current_locale(), return_city=True)
    return _("%(city)s time") % {"city": city}


def moment(value: dt.datetime, zone: dt.tzinfo | None = None) -> str:
    """A date and a time with the name of its zone, which is never left to guess."""
    zone = zone or timezone.get_current_timezone()
    local = value.astimezone(zone)
    clock = format_time(local, "HH:mm", locale=current_locale())
    return f"{day(local)}, {clock} ({zone_name(zone)})"
