"""The agreements of the demo world: signed where the work goes on, and one in each state before that."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Membership, Organisation
from accounts.records import rewriting
from marketplace.models import Agreement, AgreementSignature, AgreementVersion, Offer, Order

STATES = ("proposed", "partly_signed", "signed")


def sign_agreement(order: Order) -> None:
    """By both sides, where the order has one."""
    agreement = order.own_agreement
    if agreement:
        sign_for(agreement, order.seller)
        sign_for(agreement, order.buyer)


def sign_for(agreement: Agreement, organisation: Organisation) -> None:
    by = organisation.memberships.signatories().select_related("organisation")[0]
    version = agreement.latest
    agreement.sign(
        version.number, version.sha256, by=by, name=by.user.name, function=by.title or "Director", method="password"
    )


def date_agreement_back(order: Order, since: datetime, moment: datetime) -> None:
    """What was written and signed since then."""
    with rewriting("demo"):
        AgreementVersion.objects.filter(agreement__order=order, created_at__gte=since).update(created_at=moment)
        AgreementSignature.objects.filter(version__agreement__order=order, signed_at__gte=since).update(
            signed_at=moment
        )


def add_agreements(buyer: Membership) -> None:
    """One order in each state on the way to two signatures, with schools of other countries."""
    abroad = Offer.objects.published().exclude(school__country=buyer.organisation.country).filter(plan=None)
    offers = abroad.select_related("school").order_by("school", "pk").distinct("school")
    for state, offer in zip(STATES, offers[: len(STATES)], strict=True):
        order = agreed(offer, buyer)
        if state != "proposed":
            sign_for(order.own_agreement, order.seller)
        if state == "signed":
            sign_for(order.own_agreement, order.buyer)


def agreed(offer: Offer, buyer: Membership) -> Order:
    seller = Membership.objects.of(offer.trainer).get(organisation=offer.school)
    day = timezone.localdate() + timedelta(days=60)
    order = Order.draft(
        offer, by=buyer, quantity=offer.min_quantity or 1, package=offer.packages.first(),
        place_mode=offer.delivery_modes[0], place=buyer.organisation.address or "Online",
        brief="As described in your offer, for our shop.",
    )  # fmt: skip
    order.request(by=buyer)
    line = {
        "description": offer.title, "quantity": Decimal(1), "unit": "", "unit_price": Decimal(640),
        "vat_rate": offer.vat_rate,
    }  # fmt: skip
    order.quote([line], by=seller, starts_on=day, ends_on=day + timedelta(days=5))
    order.accept(1, by=buyer)
    return order
