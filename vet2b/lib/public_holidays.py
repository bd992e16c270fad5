from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache

import holidays


@cache
def languages_known() -> dict[str, list[str]]:
    return {country: [] for country in holidays.list_supported_countries()} | holidays.list_localized_countries()


@lru_cache(1024)
def public_holidays(country: str, year: int, language: str = "en") -> Mapping[date, str]:
    """The days and their names, in `language` where they are known in it, else in English.

    A country that the library does not know has none."""
    known = languages_known().get(country)
    if known is None:
        return {}
    names = next((code for code in known if code.split("_")[0] == language), "en_US" if "en_US" in known else None)
    return dict(holidays.country_holidays(country, years=year, language=names))
