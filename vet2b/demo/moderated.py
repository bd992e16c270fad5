"""Two calls of the demo world that a moderator hid, one of them for good."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import Organisation, User
from marketplace.models import Call
from vet2b.demo.calls import verified
from vet2b.demo.times import owner_of

SUSPENDED = ("Trainees for our workshop", "The text asks for a payment before the placement begins.")
REMOVED = ("Helpers for a building site", "The work is dangerous, and those under 18 are asked to do it.")


def add_moderated(moderator: User) -> None:
    companies = list(verified("company"))
    title, facts = SUSPENDED
    statement = {"rule": "call_lawful", "scope": "one"}
    call = placement(companies[0], title)
    call.statement = statement | {"duration": "lifted"}
    call.suspend(by=moderator, reason=facts)
    title, facts = REMOVED
    call = placement(companies[-1], title)
    call.statement = statement | {"duration": "corrected"}
    call.take_down(by=moderator, reason=facts)


def placement(organisation: Organisation, title: str) -> Call:
    by = owner_of(organisation)
    today = timezone.localdate()
    call = Call.start(
        by=by, kind=Call.Kind.PLACEMENT_OFFERED, title=title, summary="Two weeks in our company.",
        text="We look for two people who learn with us for two weeks.", source_language="en", languages=["en"],
        places=2, starts_on=today + timedelta(days=60), ends_on=today + timedelta(days=73),
        deadline=timezone.now() + timedelta(days=25),
    )  # fmt: skip
    call.publish(by=by)
    return call
