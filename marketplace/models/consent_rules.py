"""Who must consent to what, and the words in which it is asked."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path

from accounts.models import Organisation
from marketplace.models.learner_verbs import OF_AGE

TEXTS = Path(__file__).resolve().parent.parent / "data" / "consents.json"
# Below this age a guardian consents to the use of personal data: what each country chose under article 8 of the
# General Data Protection Regulation, reviewed yearly; where a country is not named the Regulation's own 16 holds
AGE_FOR_DATA = {
    "AT": 14, "BE": 13, "BG": 14, "CY": 14, "CZ": 15, "DE": 16, "DK": 15, "EE": 13, "ES": 14, "FI": 13, "FR": 15,
    "GR": 15, "HR": 16, "HU": 16, "IE": 16, "IT": 14, "LT": 14, "LU": 16, "LV": 13, "MT": 13, "NL": 16, "PL": 16,
    "PT": 13, "RO": 16, "SE": 13, "SI": 15, "SK": 16,
}  # fmt: skip
AGE_OF_REGULATION = 16
WORK = "work"


def guardian_age(kind: str, school: Organisation) -> int:
    """Until this birthday a guardian consents in the learner's place."""
    return OF_AGE if kind == WORK else AGE_FOR_DATA.get(str(school.country), AGE_OF_REGULATION)


def reaches(age: int, minor_until: date) -> date:
    """The birthday on which somebody who turns 18 on `minor_until` reaches that age."""
    year = minor_until.year - (OF_AGE - age)
    try:
        return minor_until.replace(year=year)
    except ValueError:  # born on 29 February
        return date(year, 3, 1)


def consent_text(kind: str, language: str, *, learner: str, school: str) -> str:
    return texts()[language][kind] % {"learner": learner, "school": school}


@cache
def texts() -> dict[str, dict[str, str]]:
    return json.loads(TEXTS.read_text(encoding="utf-8"))
