"""Classes of the demo world with their students, consents in each state, and a checklist that is half done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership, Organisation, OutgoingMail
from marketplace.models import Consent, ConsentRequest, Learner, Offer, Order, Resource
from marketplace.models.ready_items import Item
from vet2b.demo import people
from vet2b.demo.readiness import make_ready
from vet2b.demo.times import owner_of

MINORS = 4  # of a class
GUARDIAN = {"giver": "guardian", "giver_name": "Marta Sol", "relation": ""}


def add_learners() -> None:
    for school in Organisation.objects.filter(kind="school", status="verified").order_by("pk"):
        add_classes_of_offers(school)
        groups = Resource.objects.in_use().filter(school=school, kind=Resource.Kind.CLASS).order_by("pk")
        for group in groups:
            add_students(group, by=owner_of(school))
        link_account(groups.first(), by=owner_of(school))
        if group := groups.filter(has_minors=True).first():
            add_consents(group, by=owner_of(school))
    OutgoingMail.objects.filter(key__startswith="consent-").update(emailed_at=timezone.now(), text="", html="")


def add_classes_of_offers(school: Organisation) -> None:
    """The classes that the offers with orders describe and that are not among the resources yet."""
    for offer in school.offers.exclude(class_name="").exclude(orders=None).order_by("pk").distinct():
        if not class_of(offer):
            Resource.add(
                Resource.Kind.CLASS, by=owner_of(school), name=offer.class_name, year=offer.class_year,
                eqf_level=offer.eqf_level, headcount=offer.class_size, has_minors=offer.has_minors,
            )  # fmt: skip


def class_of(offer: Offer) -> Resource | None:
    return offer.school.resources.filter(kind=Resource.Kind.CLASS, name=offer.class_name).first()


def add_students(group: Resource, *, by: Membership) -> None:
    names = people.read("learners")[group.school.country.code]
    pairs = zip(names["given"], names["family"], strict=True)
    rows: list[dict[str, Any]] = [{"given_name": given, "family_name": family} for given, family in pairs]
    if group.has_minors:
        for number, row in enumerate(rows[:MINORS]):
            row["minor_until"] = birthday(number)
    Learner.add_many(group, rows, by=by)


def birthday(number: int) -> date:
    return timezone.localdate() + timedelta(days=150 + 130 * number)


def link_account(group: Resource | None, *, by: Membership) -> None:
    """Those who sign in are in the first class of their school."""
    if group is None:
        return
    for account in group.school.memberships.filter(role=Membership.Role.LEARNER).select_related("user"):
        given, _space, family = account.user.name.partition(" ")
        learner = Learner.add(group, by=by, given_name=given, family_name=family)
        learner.change(by=by, membership=account)


def add_consents(group: Resource, *, by: Membership) -> None:
    """Of the first four, who are under 18: one gave it, one refused, one is asked, one withdrew."""
    language = group.school.source_language
    minors = list(group.learners.exclude(minor_until=None).order_by("minor_until"))
    adult = group.learners.filter(minor_until=None).first()
    Consent.record_paper(adult, "photo", by=by, language=language, giver="learner")
    Consent.record_paper(minors[0], "work", by=by, language=language, **GUARDIAN)
    for learner, verb in zip(minors[1:], ("refuse", "", "give"), strict=False):
        request, _token = ConsentRequest.ask(
            learner, "work", by=by, language=language, email="marta@guardians.example", **GUARDIAN
        )
        if verb:
            getattr(request, verb)(by=None)
    for consent in Consent.objects.filter(learner=minors[-1]).select_related("learner__school", "recorded_by"):
        consent.withdraw(by=None)


def prepare_orders() -> None:
    """Of the orders ahead one at a client's place is half ready, and all others are."""
    for order in Order.objects.filter(status=Order.Status.SCHEDULED).order_by("pk"):
        buyer, seller = owner_of(order.buyer), owner_of(order.seller)
        if order.place_mode == Order.PlaceMode.AT_CLIENT:
            order.readiness.confirm(
                [Item.CONTACT], by=buyer, contact_name=buyer.user.name, contact_phone="+351 200 000"
            )
        else:
            make_ready(order, buyer, seller)
