"""Repeat business in the demo world: an order once more, framework agreements, and a part passed on."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Membership
from marketplace.models import Framework, Offer, Order
from vet2b.demo.disputes import sides

TITLE = "Prices for a year"
PART = "The leaflet for it"


def add_partners() -> None:
    done = Order.objects.filter(status="completed", offer__status="published", offer__plan=None).order_by("pk")[0]
    buyer, _seller = sides(done)
    done.repeat(by=buyer).request(by=buyer)
    made = 0
    for order in Order.objects.filter(status="completed", trainer__isnull=False).order_by("pk"):
        if made < 2 and (framework := proposed(order)):
            made += 1
            if made == 1:
                sign(framework)
    pass_one_part()


def proposed(order: Order) -> Framework | None:
    """By the buyer of a completed order, where the service has a price of its own and the school a signatory."""
    buyer, _seller = sides(order)
    offer = order.offer
    if offer is None or not offer.is_live or offer.price_for(1) is None:
        return None
    if Framework.objects.between(order.buyer, order.seller).exists() or not signatory(order.seller):
        return None
    today = timezone.localdate()
    last = today + timedelta(days=365)
    framework = Framework.draft(
        by=buyer, buyer=order.buyer, school=order.seller, services={offer: None}, title=TITLE, text="",
        discount=Decimal(10), valid_from=today, valid_until=last, fixed_until=last, max_orders=5, max_net=None,
        notice_days=30,
    )  # fmt: skip
    framework.propose(by=buyer)
    return framework


def signatory(organisation) -> Membership | None:
    return organisation.memberships.signatories().select_related("organisation").first()


def sign(framework: Framework) -> None:
    framework.accept(framework.proposed_at.isoformat(), by=signatory(framework.school), method="password")


def pass_one_part() -> None:
    """A school asks another for a part of what it does."""
    whole = Order.objects.filter(status="in_progress", trainer__isnull=False).order_by("pk")[0]
    _buyer, lead = sides(whole)
    others = Offer.objects.published().exclude(school__in=[whole.seller, whole.buyer])
    offer = others.filter(plan=None, trainer__isnull=False, price_model="FIX", min_quantity=1).order_by("pk")[0]
    part = Order.draft(offer, by=lead, brief="As a part of a larger job.", **place_of(offer, whole))
    part.request(by=lead)
    whole.pass_part(part, PART, by=lead)


def place_of(offer: Offer, whole: Order) -> dict[str, str]:
    mode = offer.delivery_modes[0] if offer.delivery_modes else ""
    return {"place_mode": mode, "place": whole.seller.address if mode in {"at_client", "shipped"} else ""}
