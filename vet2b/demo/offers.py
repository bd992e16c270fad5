"""The sample offers of the demo world, written and published by the verbs of the site."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Membership, Organisation, User
from marketplace.models import Offer, Skill
from marketplace.models.offer_verbs import TEXT_FIELDS

COPIED = (
    "kind", "price_model", "unit", "currency", "vat_exemption", "lead_time_days", "min_quantity", "max_quantity",
    "rounds_of_changes", "delivery_modes", "travel_radius_km", "languages",
)  # fmt: skip


def money(value: str | None) -> Decimal | None:
    return Decimal(value) if value is not None else None


def add_offer(entry: dict[str, Any], school: Organisation, people: dict[str, User], moderator: User) -> Offer:
    trainer = Membership.objects.of(people[entry["trainer"]]).get(organisation=school)
    language, group = entry["source_language"], entry["class"]
    words = words_of(entry, language)
    offer = Offer.start(
        by=trainer,
        language=language,
        category_id=entry["category"],
        price=money(entry["price"]),
        price_to=money(entry["price_to"]),
        vat_rate=money(entry["vat_rate"]),
        is_instant=entry["is_instant"],
        trainer=trainer.user,
        substitute=people[entry["substitute"]],
        class_name=group["name"],
        class_year=group["year"],
        class_size=group["size"],
        eqf_level=group["eqf"],
        has_minors=group["has_minors"],
        **{name: entry[name] for name in COPIED},
        **words,
    )
    for other in entry["texts"]:
        if other != language:
            offer.texts.create(language=other, **words_of(entry, other))
    for position, package in enumerate(entry["packages"]):
        offer.packages.create(
            code=package["code"], price=money(package["price"]), texts=package["texts"], position=position
        )
    offer.skills.set(Skill.objects.filter(uri__in=entry["skills"]))
    for window in entry["windows"]:
        add_window(offer, window)
    offer.submit(by=trainer)
    offer.approve(by=moderator)
    return offer


def words_of(entry: dict[str, Any], language: str) -> dict[str, Any]:
    text = entry["texts"][language] | {"safety": entry["safety"].get(language, "")}
    return {name: text[name] for name in TEXT_FIELDS}


def add_window(offer: Offer, entry: dict[str, int]) -> None:
    start = next_monday(timezone.localdate() + timedelta(days=entry["start_in_days"]))
    offer.windows.get_or_create(
        starts_on=start,
        ends_on=start + timedelta(days=entry["days"]),
        defaults={"capacity": entry["capacity"]},
    )


def next_monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)
