from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import reduce
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Organisation, Refusal
from marketplace.models.youth import Limits, rules_for, stricter

if TYPE_CHECKING:
    from marketplace.models.learners import Learner
    from marketplace.models.teams import TeamMember


class Team:
    """The verbs by which the school says which of its students work on an order."""

    @property
    def team_words(self) -> str:
        """What both sides may know: how many, and their year where all are in the same."""
        groups = list(self.team.live().values_list("learner__group__year", flat=True))
        words = ngettext("Team of %(n)s student", "Team of %(n)s students", len(groups)) % {"n": len(groups)}
        if len(set(groups)) == 1 and groups[0]:
            return _("%(team)s, year %(year)s") % {"team": words, "year": groups[0]}
        return words if groups else ""

    @property
    def work_place(self) -> Organisation:
        """Whose country and clock count for those under 18: the client's, where the team comes to it."""
        return self.buyer if self.place_mode == self.PlaceMode.AT_CLIENT else self.seller

    @property
    def youth_limits(self) -> Limits:
        """The stricter of the school's country and that of the place."""
        return reduce(stricter, rules_for({self.seller.country.code, self.work_place.country.code}).values())

    @transaction.atomic
    def assign_team(self, learners: Iterable[Learner], *, by: Membership) -> None:
        """The whole team anew. Once the work has begun nobody is dropped by it: see `replace_learner`."""
        self.guard("assign_team", by=by)
        wanted = {learner.pk: learner for learner in learners}
        self.refuse_strangers(wanted.values())
        live = {member.learner_id: member for member in self.team.live()}
        gone = [member for pk, member in live.items() if pk not in wanted]
        if gone and not self.is_planned:
            raise Refusal(_("The work has begun. Say of each who is absent why, and who stands in."), field="learners")
        for member in gone:
            member.leave(member.Reason.UNASSIGNED, by=by.user)
        new = [learner for pk, learner in wanted.items() if pk not in live]
        self.team.bulk_create(self.team.model(order=self, learner=each, joined_by=by.user) for each in new)
        if gone or new:
            self.move("assign_team", by=by, count=len(wanted))
            self.renew_release(new)
            self.look_at_readiness(by=by)

    @transaction.atomic
    def replace_learner(self, old: Learner, new: Learner | None, reason: str, *, by: Membership) -> None:
        """`old` cannot take part; `new` stands in, or nobody. `reason` is one of TeamMember.Reason."""
        self.guard("replace_learner", by=by)
        member: TeamMember | None = self.team.live().filter(learner=old).first()
        if member is None:
            raise Refusal(_("This student is not in the team any more."), field="old")
        if reason not in set(member.Reason.values) - {member.Reason.UNASSIGNED}:
            raise Refusal(_("Say why."), field="reason")
        if new is not None:
            self.refuse_strangers([new])
            if self.team.live().filter(learner=new).exists():
                raise Refusal(_("This student is in the team already."), field="new")
        member.leave(reason, by=by.user)
        if new is not None:
            self.team.create(learner=new, joined_by=by.user, stands_in_for=member)
        self.move("replace_learner", by=by, count=self.team.live().count())
        if new is not None:
            self.renew_release([new])
        self.look_at_readiness(by=by)

    def refuse_strangers(self, learners: Collection[Learner]) -> None:
        if any(learner.school_id != self.seller_id or learner.left_on is not None for learner in learners):
            raise Refusal(_("Choose students of your school."), field="learners")
        self.refuse_without_consent(learners)
