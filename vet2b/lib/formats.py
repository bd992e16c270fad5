"""Money, dates and times as the reader's language writes them (Babel's CLDR data)."""

import datetime as dt
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, get_timezone_location
from babel.numbers import format_currency, format_decimal, get_currency_symbol
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
    return money_in(current_locale(), amount, currency, cents)


def rating(value: float) -> str:
    """`4.8`"""
    return rating_in(current_locale(), round(value, 1))


def day(value: dt.date) -> str:
    return day_in(current_locale(), value.year, value.month, value.day)


def weekday(value: dt.date, pattern: str = "EEE d MMM") -> str:
    """`Tue 3 Mar`, or what the pattern of CLDR says."""
    return format_date(value, pattern, locale=current_locale())


def span(start: dt.datetime, end: dt.datetime, zone: dt.tzinfo) -> str:
    """`3 March 2026, 11:00–12:00 (Rīga time)`."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    return f"{day(first)}, {first:%H:%M}–{last:%H:%M} ({zone_name(zone)})"


def day_range(start: dt.date, end: dt.date) -> str:
    """`12–30 Jan 2027`; one day when both are the same."""
    return day(start) if start == end else range_in(current_locale(), start, end)


def month(value: dt.date) -> str:
    """`January 2027`"""
    return month_in(current_locale(), value.year, value.month)


def weekdays() -> list[tuple[str, str]]:
    """Short and long names, from Monday."""
    names = current_locale().days["stand-alone"]
    return [(names["abbreviated"][number], names["wide"][number]) for number in range(7)]


def zone_name(zone: dt.tzinfo) -> str:
    return _("%(city)s time") % {"city": city_in(current_locale(), zone)}


def moment(value: dt.datetime, zone: dt.tzinfo | None = None) -> str:
    """A date and a time with the name of its zone, which is never left to guess."""
    zone = zone or timezone.get_current_timezone()
    local = value.astimezone(zone)
    return f"{day(local)}, {local:%H:%M} ({zone_name(zone)})"


# Babel works out a pattern anew each time, which takes longer than the rest of a line of text.
@lru_cache(4096)
def money_in(locale: Locale, amount: Decimal, currency: str, cents: bool) -> str:
    pattern = locale.currency_formats["standard"].pattern
    if not cents and amount == amount.to_integral_value():
        pattern = pattern.replace(".00", "")
    if currency == get_currency_symbol(currency, locale):
        # a code is not glued to the figure
        pattern = pattern.replace("¤", "¤\xa0") if pattern.startswith("¤") else pattern
    return format_currency(amount, currency, pattern, locale=locale, currency_digits=False)


@lru_cache(256)
def rating_in(locale: Locale, value: float) -> str:
    return format_decimal(value, "0.0", locale=locale)


@lru_cache(4096)
def day_in(locale: Locale, year: int, month: int, number: int) -> str:
    return format_date(dt.date(year, month, number), "long", locale=locale)


@lru_cache(1024)
def month_in(locale: Locale, year: int, month: int) -> str:
    return format_skeleton("yMMMM", dt.date(year, month, 1), locale=locale)


@lru_cache(4096)
def range_in(locale: Locale, start: dt.date, end: dt.date) -> str:
    return format_interval(start, end, "yMMMMd", locale=locale)


@lru_cache(1024)
def city_in(locale: Locale, zone: dt.tzinfo) -> str:
    return get_timezone_location(zone, locale=locale, return_city=True)
