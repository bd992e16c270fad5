"""How the schools hear of a need: the best ones first, ten at a time, until enough are interested."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Organisation
from marketplace.models.matching import Match, ranked
from marketplace.models.offers import Offer
from marketplace.models.school_calendar import SchoolCalendar

if TYPE_CHECKING:
    from marketplace.models.need_invitations import NeedInvitation

BATCH = 10
ENOUGH = 6  # schools that are interested or have quoted
SUGGEST_AFTER = timedelta(days=2)
SUGGESTED = 5
TURN = 0x5645543242  # one batch at a time, so that a school's unanswered invitations are counted right


class NeedMatching:
    def start_inviting(self) -> None:
        """Within the verb that opens it."""
        now = timezone.now()
        self.set_timer("invite", now)
        if not self.suggested:
            self.set_timer("suggest", now + SUGGEST_AFTER)

    def invite_later(self) -> None:
        calendar = SchoolCalendar.of(self.organisation)
        self.set_timer("invite", calendar.add_working_days(timezone.now(), 1))

    @property
    def has_enough_interest(self) -> bool:
        return len(self.interested_schools()) >= ENOUGH

    def interested_schools(self) -> set[int]:
        """Keys of those that said so and of those that quoted, invited or not."""
        ended = {"withdrawn", "declined", "expired"}
        quoting = self.orders.exclude(status__in=ended).values_list("seller_id", flat=True)
        saying = self.invitations.filter(status="interested").values_list("school_id", flat=True)
        return {*quoting, *saying}

    @transaction.atomic
    def invite(self, *, by: None) -> None:
        """The next batch, and a working day later the one after it, until enough schools are interested."""
        self.guard("invite", by=by)
        if self.has_enough_interest:
            return
        take_turn()
        known = {
            *self.invitations.values_list("school_id", flat=True),
            *self.orders.values_list("seller_id", flat=True),
        }
        batch = ranked(self, without=known)[:BATCH]
        if batch:
            self.send_batch(batch)
        self.invite_later()

    def send_batch(self, batch: list[Match]) -> None:
        schools = Organisation.objects.in_bulk([match.candidate.school_id for match in batch])
        number = self.invitations.values("batch").distinct().count() + 1
        first = self.invitations.count() + 1
        for place, match in enumerate(batch, first):
            self.invitations.model.send(self, schools[match.candidate.school_id], match, batch=number, place=place)
        mark_invited(list(schools))
        self.move("invite", by=None, schools=len(batch))

    @transaction.atomic
    def suggest(self, *, by: None) -> None:
        """Names the best five to the organisation, where no school has shown interest in two days."""
        self.guard("suggest", by=by)
        if self.interested_schools():
            return
        declined = self.invitations.filter(status="declined").values_list("school_id", flat=True)
        best = ranked(self, without=declined)[:SUGGESTED]
        if not best:
            return
        self.suggested = [{"offer": each.candidate.offer_id, "reasons": each.reasons(self)} for each in best]
        self.move("suggest", by=by, fields=["suggested"], notify=self.buyers(), schools=names_of(best))

    def suggestions(self) -> list[dict[str, Any]]:
        """Those whose service is still there."""
        offers = Offer.objects.published().select_related("school").in_bulk([each["offer"] for each in self.suggested])
        return [each | {"offer": offers[each["offer"]]} for each in self.suggested if each["offer"] in offers]

    def invitation_of(self, school: Organisation) -> NeedInvitation | None:
        return self.invitations.filter(school=school).select_related("need__organisation", "school").first()

    orders: Any
    invitations: Any
    suggested: list[dict[str, Any]]


def names_of(matches: list[Match]) -> str:
    schools = Organisation.objects.in_bulk([match.candidate.school_id for match in matches])
    return ", ".join(schools[match.candidate.school_id].name for match in matches)


def take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


MARK_INVITED = """
WITH mine AS (
  SELECT id FROM marketplace_matchrow WHERE school_id = ANY(%s) ORDER BY school_id, key FOR UPDATE
)
UPDATE marketplace_matchrow r SET invited_at = %s FROM mine WHERE r.id = mine.id
"""


def mark_invited(schools: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MARK_INVITED, [sorted(schools), timezone.now()])
