from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, Refusal, User
from marketplace.models.school_calendar import SchoolCalendar

if TYPE_CHECKING:
    from marketplace.models.matching import Match
    from marketplace.models.need_invitations import NeedInvitation
    from marketplace.models.needs import Need

REMIND_AFTER = {"remind": 2, "remind_again": 4}  # working days of the school


class NeedInvitationVerbs:
    @classmethod
    def send(cls, need: Need, school: Organisation, match: Match, *, batch: int, place: int) -> NeedInvitation:
        """Within `Need.invite`, which has locked the need."""
        invitation = cls.objects.create(
            need=need, school=school, offer_id=match.candidate.offer_id, batch=batch, place=place,
            points=match.points, reasons=match.reasons(need),
        )  # fmt: skip
        invitation.record("send", by=None, notify=invitation.told(), why=invitation.reasons)
        calendar, now = SchoolCalendar.of(school), timezone.now()
        for verb, days in REMIND_AFTER.items():
            invitation.set_timer(verb, calendar.add_working_days(now, days))
        return invitation

    def told(self) -> list[tuple[User | None, Organisation]]:
        """Who leads the service that is nearest to the need; where nobody does, the owners."""
        if self.offer is None or self.offer.trainer is None:
            return self.school.owners()
        return [(self.offer.trainer, self.school), (self.offer.substitute, self.school)]

    @transaction.atomic
    def view(self, *, by: Membership) -> None:
        """The organisation sees that the school has opened it."""
        self.guard("view", by=by)
        self.move("view", by=by)

    @transaction.atomic
    def show_interest(self, *, by: Membership) -> None:
        self.guard("show_interest", by=by)
        self.why = ""
        self.move("show_interest", by=by, fields=["why"], notify=self.need.buyers())
        self.clear_timers()

    @transaction.atomic
    def decline(self, *, by: Membership, why: str) -> None:
        """`why` is a code of Why. Where it was interested, its place in the count is free for the next batch."""
        self.guard("decline", by=by)
        if why not in self.Why.values:
            raise Refusal(_("Please choose a reason."), field="why")
        if self.status == self.S.INTERESTED:
            self.need.invite_later()
        self.why = why
        self.move("decline", by=by, fields=["why"])
        self.clear_timers()

    @transaction.atomic
    def quote(self, *, by: Membership) -> None:
        """Within `Need.answer`."""
        self.guard("quote", by=by)
        self.why = ""
        self.move("quote", by=by, fields=["why"])
        self.clear_timers()

    @transaction.atomic
    def remind(self, *, by: None) -> None:
        self.remind_as("remind", by)

    @transaction.atomic
    def remind_again(self, *, by: None) -> None:
        self.remind_as("remind_again", by)

    def remind_as(self, verb: str, by: None) -> None:
        self.guard(verb, by=by)
        self.move(verb, by=by, notify=self.told(), until=self.need.closes_at.isoformat() + " " + str(self.need.zone))
