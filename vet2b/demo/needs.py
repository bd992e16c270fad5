"""The needs of the demo world: twenty, in every state, with the schools that were asked and what they answered."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Membership, Organisation, Region
from marketplace.models import Category, Need, NeedInvitation, Offer, Order, Question
from vet2b.demo.agreements import sign_agreement
from vet2b.demo.people import add_person, read
from vet2b.demo.readiness import make_ready
from vet2b.demo.times import owner_of


def add_needs(buyers: dict[str, Organisation]) -> None:
    world = read("needs")
    newcomer = add_newcomer(world["newcomer"])
    for entry in world["needs"]:
        tell(entry, newcomer if entry["by"] == "newcomer" else owner_of(buyers[entry["by"]]))


def add_newcomer(entry: dict[str, Any]) -> Membership:
    """A company that waits for its verification, so that its need is reviewed."""
    person = entry["person"]
    user = add_person(f"{person['key']}@{entry['key']}.example", person["name"], person["language"])
    organisation = Organisation.register(
        by=user, kind="company", name=entry["name"], country=entry["country"], town=entry["town"],
        address=entry["address"], region=Region.objects.get(pk=entry["nuts"]), sector="M", size="micro",
        languages=["lv", "en"],
    )  # fmt: skip
    membership = owner_of(organisation)
    organisation.submit(by=membership)
    return membership


def tell(entry: dict[str, Any], by: Membership) -> None:
    """What became of it, by the verbs of both sides."""
    need, state = kept(entry, by), entry.get("state", "open")
    if state == "draft":
        return
    need.submit(by=by)
    if state == "in_review":
        return
    need.invite(by=None)
    offers = offers_for(need, entry["quotes"])
    orders = [answer(need, offer, number) for number, offer in enumerate(offers)]
    say(need, entry)
    talk(need, entry, by)
    if state in {"awarded", "fulfilled"}:
        orders[0].accept(1, by=by)
    if state == "fulfilled":
        finish(orders[0], by)
    endings = {"withdrawn": [lambda: need.withdraw(by=by)], "unanswered": [lambda: need.suggest(by=None)],
               "closed": [lambda: need.close(by=None)],
               "expired": [lambda: need.close(by=None), lambda: need.expire(by=None)]}  # fmt: skip
    for step in endings.get(state, []):
        step()


def kept(entry: dict[str, Any], by: Membership) -> Need:
    day = entry["in_days"] and timezone.localdate() + timedelta(days=entry["in_days"])
    ours = by.organisation
    return Need.draft(
        by=by, title=entry["title"], text=entry["text"], category=Category.objects.get(pk=entry["category"]),
        budget=entry["budget"], place_mode=entry["place_mode"], country=ours.country, region=ours.region,
        place=ours.address if entry["place_mode"] in {"at_client", "shipped"} else "",
        languages=sorted({"en", ours.country.code.lower()}), starts_on=day, ends_on=day and day + timedelta(days=2),
    )  # fmt: skip


def say(need: Need, entry: dict[str, Any]) -> None:
    """What the invited schools answer that sent no quote."""
    waiting = list(need.invitations.filter(status=NeedInvitation.Status.INVITED).select_related("school"))
    for _number in range(entry.get("interested", 0)):
        if waiting:
            invitation = waiting.pop(0)
            invitation.show_interest(by=owner_of(invitation.school))
    for _number in range(entry.get("declined", 0)):
        if waiting:
            invitation = waiting.pop(0)
            invitation.decline(by=owner_of(invitation.school), why="busy")
    if waiting:
        waiting[0].view(by=owner_of(waiting[0].school))


def talk(need: Need, entry: dict[str, Any], by: Membership) -> None:
    """A question, and what the organisation says or changes; the first school confirms its quote."""
    orders = list(need.orders.select_related("seller", "trainer").order_by("pk"))
    if "question" in entry:
        question = Question.ask(need, entry["question"]["text"], by=owner_of(orders[0].seller))
        if "reply" in entry["question"]:
            question.answer(entry["question"]["reply"], by=by)
    if "change" in entry:
        need.change(by=by, **entry["change"])
        need.confirm(by=owner_of(orders[0].seller))


def offers_for(need: Need, number: int) -> list[Offer]:
    """Of different schools: those that were invited, then those of its category."""
    invited = list(need.invitations.values_list("school_id", flat=True))
    offers = Offer.objects.published().filter(plan=None).exclude(school=need.organisation).select_related("school")
    near = sorted(
        offers.order_by("pk"), key=lambda offer: (offer.category_id != need.category_id, offer.school_id not in invited)
    )
    by_school: dict[int, Offer] = {}
    for offer in near:
        by_school.setdefault(offer.school_id, offer)
    return list(by_school.values())[:number]


def answer(need: Need, offer: Offer, number: int) -> Order:
    by = Membership.objects.of(offer.trainer).select_related("organisation").get(organisation=offer.school)
    day = need.starts_on or timezone.localdate() + timedelta(days=40)
    factor = 4 if offer.currency == "PLN" else 1
    line = {
        "description": need.title, "quantity": Decimal(1), "unit": "",
        "unit_price": Decimal((240 + 65 * number) * factor), "vat_rate": offer.vat_rate,
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


def finish(order: Order, buyer: Membership) -> None:
    seller = Membership.objects.of(order.trainer).select_related("organisation").get(organisation=order.seller)
    sign_agreement(order)
    make_ready(order, buyer, seller)
    order.start(by=seller)
    order.check_quality({point.pk: ("yes", "") for point in order.quality_points}, by=seller)
    order.deliver("It is ready, as you described it.", by=seller)
    order.accept_delivery(by=buyer)
