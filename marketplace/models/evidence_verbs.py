from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import InvalidTransition, Membership, Organisation, Refusal, User
from marketplace.models.catalogue import Skill
from marketplace.models.issuer_keys import IssuerKey

if TYPE_CHECKING:
    from marketplace.models.evidence import Evidence
    from marketplace.models.learners import Learner
    from marketplace.models.orders import Order

MOST_MINUTES = 2000 * 60


@dataclass(frozen=True)
class Finding:
    """What a trainer says of one learner; `minutes_reason` where the time is not the sum of the confirmed hours."""

    learner: Learner
    tasks: str
    minutes: int
    level: str
    words: str = ""
    minutes_reason: str = ""
    skills: tuple[Skill, ...] = ()


class EvidenceVerbs:
    """How records are confirmed and revoked. Each verb locks the order first."""

    @classmethod
    @transaction.atomic
    def confirm_team(cls, order: Order, findings: Iterable[Finding], *, by: Membership) -> list[Evidence]:
        """A record for each of these learners of the team; none where one is refused.

        The client is asked for its feedback on the team when the first records are confirmed."""
        order.lock()
        found = list(findings)
        refuse_wrong_confirmer(order, by)
        refuse_wrong_findings(order, found)
        is_first = not order.evidence.exists()
        for finding in found:
            write(cls, order, finding, by)
        IssuerKey.of(order.seller)
        asked = order.buyers() if is_first and getattr(order, "feedback", None) is None else ()
        order.record("confirm_evidence", by=by, notify=asked, count=len(found))
        return list(order.evidence.live().filter(learner__in=[each.learner for each in found]))

    @transaction.atomic
    def revoke(self, *, by: Membership, reason: str) -> None:
        """For good; a right record may be confirmed after it."""
        self.order.lock()
        if not self.order.allows("seller", by):
            raise PermissionDenied
        self.refresh_from_db(from_queryset=type(self).objects.select_for_update(of=("self",)))
        if self.revoked_at is not None:
            raise InvalidTransition(_("This record was revoked already."))
        if not reason.strip():
            raise Refusal(_("Please give a reason."), field="reason")
        self.revoked_by, self.revoked_at, self.revoke_reason = by.user, timezone.now(), reason.strip()
        self.save(update_fields=["revoked_by", "revoked_at", "revoke_reason"])
        self.record("revoke", by=by, notify=learners_account(self.learner), reason=reason.strip())


def write(model: Any, order: Order, finding: Finding, by: Membership) -> None:
    evidence = model.objects.create(
        order=order, learner=finding.learner, title=order.title, tasks=finding.tasks.strip(), minutes=finding.minutes,
        minutes_reason=finding.minutes_reason.strip(), level=finding.level, words=finding.words.strip(),
        confirmed_by=by.user,
    )  # fmt: skip
    rows = evidence.skills
    rows.bulk_create(rows.model(evidence=evidence, uri=each.uri, label=each.label) for each in finding.skills)
    evidence.record("confirm", by=by, notify=learners_account(finding.learner))


def learners_account(learner: Learner) -> list[tuple[User, Organisation]]:
    return [(learner.membership.user, learner.school)] if learner.membership else []


def refuse_wrong_confirmer(order: Order, by: Membership) -> None:
    if not order.allows("seller", by):
        raise PermissionDenied
    if not takes_evidence(order):
        raise InvalidTransition(_("Records are confirmed when the order is completed."))


def takes_evidence(order: Order) -> bool:
    return order.status in {order.S.COMPLETED, order.S.CLOSED}


def refuse_wrong_findings(order: Order, found: list[Finding]) -> None:
    if not found:
        raise Refusal(_("Choose whose work you confirm."))
    team = set(order.team.values_list("learner", flat=True))
    if any(finding.learner.pk not in team for finding in found):
        raise Refusal(_("Only students of the team get records of it."))
    if order.evidence.live().filter(learner__in=[finding.learner for finding in found]).exists():
        raise InvalidTransition(_("A record of one of them is confirmed already. Revoke it first."))
    sums = confirmed_minutes(order)
    known = set(skills_of(order))
    for finding in found:
        refuse_wrong_finding(finding, sums.get(finding.learner.pk, 0), known)


def refuse_wrong_finding(finding: Finding, confirmed: int, known: set[Skill]) -> None:
    if not finding.tasks.strip():
        raise Refusal(_("Say what was done."), field="tasks")
    if not 0 <= finding.minutes <= MOST_MINUTES:
        raise Refusal(_("That is more than 2000 hours."), field="hours")
    if finding.minutes != confirmed and not finding.minutes_reason.strip():
        raise Refusal(_("Say why the hours differ from the confirmed ones."), field="minutes_reason")
    if not set(finding.skills) <= known:
        raise Refusal(_("Choose skills of the order."), field="skills")


def confirmed_minutes(order: Order) -> dict[int, int]:
    """By learner."""
    minutes: dict[int, int] = {}
    for entry in order.hours.confirmed():
        minutes[entry.learner_id] = minutes.get(entry.learner_id, 0) + entry.minutes
    return minutes


def skills_of(order: Order) -> list[Skill]:
    """Those that the offer practises."""
    return list(order.offer.skills.all()) if order.offer else []
