"""The calls of the demo world: twelve, in every state, with what organisations answered."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Membership, Organisation
from marketplace.models import Call, Expression
from vet2b.demo.people import read
from vet2b.demo.times import owner_of

REASON = "Thank you. Others were nearer to what this project needs; please answer our next call."


def add_calls() -> None:
    schools = [owner_of(each) for each in verified("school")]
    companies = [owner_of(each) for each in verified("company")]
    for entry in read("calls")["calls"]:
        ours, others = (schools, companies) if entry["by"] == "school" else (companies, schools)
        caller = ours[entry["number"] % len(ours)]
        asked = ours if entry["asks"] == entry["by"] else others
        applicants = [each for each in asked if each.organisation_id != caller.organisation_id]
        call = written(entry, caller)
        tell(call, entry, caller, applicants)


def verified(kind: str) -> Any:
    return Organisation.objects.verified().filter(kind=kind).order_by("pk")


def written(entry: dict[str, Any], by: Membership) -> Call:
    """A draft whose deadline is at noon by the caller's clock."""
    today = timezone.localdate()
    noon = time(12, tzinfo=ZoneInfo(by.organisation.zone))
    fields = dict(entry["fields"])
    fields["deadline"] = datetime.combine(today + timedelta(days=entry["days"]), noon)
    if "starts_in" in entry:
        fields["starts_on"] = today + timedelta(days=entry["starts_in"])
        fields["ends_on"] = fields["starts_on"] + timedelta(days=entry["lasts"] - 1)
    if entry.get("has_contact"):
        staff = by.organisation.memberships.filter(role__in=Membership.WORKING).exclude(user=by.user).order_by("pk")
        fields["contact"] = next((each.user for each in staff.select_related("user")), None)
    return Call.start(by=by, source_language="en", languages=["en"], **fields)


def tell(call: Call, entry: dict[str, Any], by: Membership, applicants: list[Membership]) -> None:
    """What became of it, by the verbs of both sides."""
    if entry["state"] == Call.Status.DRAFT:
        return
    call.publish(by=by)
    expressions = [
        answered(call, words, applicants[(entry["number"] + place) % len(applicants)])
        for place, words in enumerate(entry.get("answers", ()))
    ]
    if entry["state"] == Call.Status.WITHDRAWN:
        call.withdraw(by=by, reason="The project was not funded this year.")
    elif entry["state"] not in Call.OPEN:
        close(call)
        choose(call, entry["state"], by, expressions)


def answered(call: Call, words: dict[str, Any], by: Membership) -> Expression:
    answers = {name: words[name] for name in Expression.ANSWERS}
    expression = Expression.start(call, by=by, **answers)
    if not words.get("is_draft"):
        expression.submit(by=by)
    return expression


def close(call: Call) -> None:
    """As its timer does, with the deadline moved into the past."""
    past = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=2)
    Call.objects.filter(pk=call.pk).update(deadline=past, published_at=past - timedelta(days=30))
    call.close(by=None)


def choose(call: Call, state: str, by: Membership, expressions: list[Expression]) -> None:
    if state == Call.Status.CLOSED:
        return
    for expression in expressions[:2]:
        expression.shortlist(by=by)
    if state == Call.Status.SHORTLISTING:
        return
    for expression in expressions[:1]:
        expression.select(by=by)
    call.decide(by=by, reason=REASON)
    for expression in expressions[:1]:
        expression.confirm(by=owner_of(expression.organisation))
    if state == Call.Status.ARCHIVED:
        call.archive(by=by)
