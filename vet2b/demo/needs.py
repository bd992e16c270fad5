"""The needs of the demo world: open with and without quotes, awarded, closed and kept as drafts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from marketplace.models import Category, Need, Offer

NEEDS: tuple[dict[str, Any], ...] = (
    {"category": "CAT", "title": "Coffee and cake for our open day", "text": "Forty guests on a Saturday in spring, two hours, with one person to serve. Please mind two guests without gluten.", "budget": "250-500", "place_mode": "at_client", "in_days": 60, "quotes": 2},
    {"category": "WEB", "title": "A small website in two languages", "text": "Five pages about our workshop, in our language and in English, easy to change by ourselves.", "budget": "500-1000", "place_mode": "remote", "in_days": None, "quotes": 3, "state": "awarded"},
    {"category": "AV", "title": "Photos of thirty products", "text": "Thirty ceramic pieces on a white ground, for our shop on the web. We bring them and fetch them.", "budget": "", "place_mode": "at_school", "in_days": 30, "quotes": 1},
    {"category": "MEC", "title": "Twelve brackets of steel", "text": "Welded to a drawing, galvanised or painted. The drawing is ready; the first piece should be shown before the rest.", "budget": "250-500", "place_mode": "shipped", "in_days": 45, "quotes": 0},
    {"category": "LAB", "title": "Water tests for three wells", "text": "Three samples each quarter, pH, hardness and nitrate, with a short report.", "budget": "0-250", "place_mode": "at_client", "in_days": 20, "quotes": 0, "state": "closed"},
    {"category": "DES", "title": "A sign and a price list", "text": "A sign for the door and a price list that we can print ourselves.", "budget": "0-250", "place_mode": "remote", "in_days": None, "quotes": 0, "state": "draft"},
)  # fmt: skip


def add_needs(buyer: Membership) -> None:
    for entry in NEEDS:
        need = kept(entry, buyer)
        if entry.get("state") == "draft":
            continue
        need.submit(by=buyer)
        orders = [answer(need, offer, number) for number, offer in enumerate(offers_for(need, entry["quotes"]))]
        if entry.get("state") == "awarded":
            orders[0].accept(1, by=buyer)
        if entry.get("state") == "closed":
            need.close(by=None)


def kept(entry: dict[str, Any], buyer: Membership) -> Need:
    day = entry["in_days"] and timezone.localdate() + timedelta(days=entry["in_days"])
    return Need.draft(
        by=buyer, title=entry["title"], text=entry["text"], category=Category.objects.get(pk=entry["category"]),
        budget=entry["budget"], place_mode=entry["place_mode"], country=buyer.organisation.country,
        region=buyer.organisation.region, place=buyer.organisation.address, languages=["en", "lv"], starts_on=day,
        ends_on=day and day + timedelta(days=2),
    )  # fmt: skip


def offers_for(need: Need, number: int) -> list[Offer]:
    """Of different schools, those of its category first."""
    offers = Offer.objects.published().filter(plan=None).exclude(school=need.organisation).select_related("school")
    near = sorted(offers.order_by("pk"), key=lambda offer: offer.category_id != need.category_id)
    by_school: dict[int, Offer] = {}
    for offer in near:
        by_school.setdefault(offer.school_id, offer)
    return list(by_school.values())[:number]


def answer(need: Need, offer: Offer, number: int) -> Any:
    by = Membership.objects.of(offer.trainer).select_related("organisation").get(organisation=offer.school)
    day = need.starts_on or timezone.localdate() + timedelta(days=40)
    line = {
        "description": need.title, "quantity": Decimal(1), "unit": "", "unit_price": Decimal(240 + 65 * number),
        "vat_rate": offer.vat_rate,
    }  # fmt: skip
    return need.answer(
        offer,
        [line],
        by=by,
        starts_on=day,
        ends_on=day + timedelta(days=5),
        rounds_of_changes=1 + number,
        deliverables="As you described it, shown to you once before the end.",
        message="We would like to do this.",
    )
