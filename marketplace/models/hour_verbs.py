from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import InvalidTransition, Membership, Refusal
from marketplace.models.learners import Learner
from marketplace.models.youth_checks import broken_rule

if TYPE_CHECKING:
    from marketplace.models.hours import HourEntry
    from marketplace.models.orders import Order

LONGEST = timedelta(hours=14)
AROUND = timedelta(days=9)  # what rules for the young ask of: the week, and the days beside it
CORRECTED_FOR = timedelta(days=14)  # after completion


class HourVerbs:
    """How hours are written, confirmed and corrected. Each verb locks the order first, then the learners by their
    keys, so that what a rule counts over all orders of a learner is still true when it is written."""

    @classmethod
    @transaction.atomic
    def write(
        cls, order: Order, learners: Iterable[Learner], *, by: Membership, starts_at: datetime, ends_at: datetime,
        done: str, break_minutes: int = 0, replaces: HourEntry | None = None,
    ) -> list[HourEntry]:  # fmt: skip
        """The same hours for each of these; none is written where one is refused.

        Staff write for the team, which counts as confirmed; a learner with an account for themselves alone."""
        order.lock()
        chosen = sorted(learners, key=lambda learner: learner.pk)
        refuse_wrong_writer(order, chosen, by)
        refuse_wrong_team(order, chosen, by)
        refuse_wrong_times(order, starts_at, ends_at, break_minutes)
        if not done.strip():
            raise Refusal(_("Say what was done."), field="done")
        confirmed = {} if by.is_learner else {"confirmed_by": by.user, "confirmed_at": timezone.now()}
        words = {"done": done.strip(), "break_minutes": break_minutes, "replaces": replaces, "written_by": by.user}
        made: Any = cls
        rows = [
            made(order=order, learner=each, starts_at=starts_at, ends_at=ends_at, **words, **confirmed)
            for each in chosen
        ]
        refuse_clashes(order, rows)
        for row in rows:
            row.save()
            row.record("write", by=by, notify=order.sellers() if by.is_learner else ())
        return rows

    @transaction.atomic
    def confirm(self, *, by: Membership) -> None:
        """The trainer has looked at what a learner wrote."""
        self.hold()
        refuse_wrong_staff(self.order, by)
        if not self.is_pending:
            raise InvalidTransition(_("These hours were confirmed or taken out already."))
        self.confirmed_by, self.confirmed_at = by.user, timezone.now()
        self.save(update_fields=["confirmed_by", "confirmed_at"])
        self.record("confirm", by=by)

    @transaction.atomic
    def void(self, *, by: Membership, reason: str) -> None:
        """Takes the hours out; the row stays. Learners take out their own until the trainer has confirmed them."""
        self.hold()
        refuse_wrong_writer(self.order, [self.learner], by)
        if self.voided_at is not None:
            raise InvalidTransition(_("These hours were taken out already."))
        if by.is_learner and not self.is_pending:
            raise InvalidTransition(_("Your trainer has confirmed these hours. Ask them to correct them."))
        if not reason.strip():
            raise Refusal(_("Please give a reason."), field="reason")
        self.voided_by, self.voided_at, self.void_reason = by.user, timezone.now(), reason.strip()
        self.save(update_fields=["voided_by", "voided_at", "void_reason"])
        is_for_writer = self.written_by_id == getattr(self.learner.membership, "user_id", None) and not by.is_learner
        self.record("void", by=by, notify=[(self.written_by, self.order.seller)] if is_for_writer else ())

    @transaction.atomic
    def correct(self, *, by: Membership, reason: str, **values: Any) -> HourEntry:
        """Takes this row out and writes another in its place; `values` as in `write`."""
        self.void(by=by, reason=reason)
        return type(self).write(self.order, [self.learner], by=by, replaces=self, **values)[0]

    def hold(self) -> None:
        self.order.lock()
        self.refresh_from_db(from_queryset=type(self).objects.select_for_update(of=("self",)))


def takes_hours(order: Order, by: Membership) -> bool:
    """Learners write while the work runs; staff correct until 14 days after completion."""
    if order.status == order.S.IN_PROGRESS:
        return True
    if by.is_learner:
        return False
    if order.status in {order.S.DELIVERED, order.S.CHANGES_REQUESTED}:
        return True
    if order.status not in {order.S.COMPLETED, order.S.CLOSED} or order.completed_at is None:
        return False
    return timezone.now() < order.completed_at + CORRECTED_FOR


def refuse_wrong_writer(order: Order, learners: list[Learner], by: Membership) -> None:
    if not isinstance(by, Membership) or by.organisation_id != order.seller_id:
        raise PermissionDenied
    if by.is_learner:
        if any(learner.membership_id != by.pk for learner in learners):
            raise PermissionDenied
        refuse_wrong_state(order, by)
    else:
        refuse_wrong_staff(order, by)


def refuse_wrong_staff(order: Order, by: Membership) -> None:
    if not order.allows("seller", by):
        raise PermissionDenied
    refuse_wrong_state(order, by)


def refuse_wrong_state(order: Order, by: Membership) -> None:
    if not takes_hours(order, by):
        raise InvalidTransition(_("Hours are written while the work is in progress."))


def refuse_wrong_team(order: Order, learners: list[Learner], by: Membership) -> None:
    """Who has left the team worked before; staff may still write that."""
    if not learners:
        raise Refusal(_("Choose who worked."), field="learners")
    members = order.team.live() if by.is_learner else order.team.all()
    team = set(members.values_list("learner", flat=True))
    if any(learner.pk not in team for learner in learners):
        raise Refusal(_("Only students of the team have hours here."), field="learners")


def refuse_wrong_times(order: Order, starts_at: datetime, ends_at: datetime, break_minutes: int) -> None:
    zone = ZoneInfo(order.seller.zone)
    if ends_at <= starts_at or starts_at.astimezone(zone).date() != ends_at.astimezone(zone).date():
        raise Refusal(_("It ends after it starts, on the same day."), field="ends_at")
    if ends_at - starts_at > LONGEST:
        raise Refusal(_("That is more than 14 hours."), field="ends_at")
    if ends_at > timezone.now():
        raise Refusal(_("These hours are not over yet."), field="ends_at")
    if order.accepted_at and starts_at.astimezone(zone).date() < order.accepted_at.astimezone(zone).date():
        raise Refusal(_("The order was not agreed yet on that day."), field="day")
    if timedelta(minutes=break_minutes) >= ends_at - starts_at:
        raise Refusal(_("The break is shorter than the work."), field="break_minutes")


def refuse_clashes(order: Order, rows: list[HourEntry]) -> None:
    """Against all hours of these learners, whatever the order. All of the rows have the same times."""
    learners = [row.learner_id for row in rows]
    list(Learner.objects.select_for_update(no_key=True).filter(pk__in=learners).order_by("pk"))
    first, known = rows[0], defaultdict(list)
    near = type(first).objects.live().filter(learner__in=learners, starts_at__lt=first.ends_at + AROUND)
    for entry in near.filter(ends_at__gt=first.starts_at - AROUND):
        known[entry.learner_id].append(entry)
    for row in rows:
        if any(other.starts_at < row.ends_at and row.starts_at < other.ends_at for other in known[row.learner_id]):
            words = _("%(name)s has other hours at this time.") % {"name": row.learner.short_name}
            raise Refusal(words, field="starts_at")
    refuse_broken_rules(order, rows, known)


def refuse_broken_rules(order: Order, rows: list[HourEntry], known: dict[int, list[HourEntry]]) -> None:
    """Of those under 18, by the clock of the place where they work."""
    zone = order.work_place.zone
    day = rows[0].starts_at.astimezone(ZoneInfo(zone)).date()
    young = [row for row in rows if row.learner.is_minor_on(day)]
    limits = order.youth_limits if young else None
    for row in young:
        others = [span for other in known[row.learner_id] for span in other.spans]
        for span in row.spans:
            broken = broken_rule(limits, zone, *span, [*others, *(each for each in row.spans if each != span)])
            if broken:
                raise Refusal(f"{row.learner.short_name}: {broken.words}", field="ends_at")
