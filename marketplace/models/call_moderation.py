from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User

if TYPE_CHECKING:
    from marketplace.models.calls import Call


class CallModeration:
    """What moderators do with a call. Its caller reads why; who answered it reads only that it is hidden."""

    @transaction.atomic
    def suspend(self: Call, *, by: User, reason: str) -> None:
        self.guard("suspend", by=by, reason=reason)
        self.held_from = self.status
        self.move("suspend", by=by, fields=["held_from"], reason=reason, notify=self.people())
        self.tell_applicants("tell_suspended")

    @transaction.atomic
    def reinstate(self: Call, *, by: User, reason: str) -> None:
        """As it was before. The clock went on: it is closed where the deadline has passed meanwhile."""
        self.guard("reinstate", by=by, reason=reason)
        before, self.held_from = self.state_to_return_to(), ""
        self.move("reinstate", by=by, to=before, fields=["held_from"], reason=reason, notify=self.people())
        self.tell_applicants("tell_reinstated")
        if before in self.OPEN and self.is_over:
            self.close(by=None)
        elif before in self.OPEN:
            self.set_timer("close", self.deadline)

    def state_to_return_to(self: Call) -> str:
        """Answers may have been withdrawn meanwhile, so that a full one has room."""
        if self.held_from not in self.OPEN:
            return self.held_from
        return self.Status.PAUSED if self.counted().count() >= self.cap else self.Status.PUBLISHED

    @transaction.atomic
    def take_down(self: Call, *, by: User, reason: str) -> None:
        """For good. What was decided before stays as it was told."""
        self.guard("take_down", by=by, reason=reason)
        self.held_from, self.reason = self.held_from or self.status, self.reason or reason.strip()
        self.move("take_down", by=by, fields=["held_from", "reason"], reason=reason, notify=self.people())
        self.tell_applicants("tell_taken_down")
        self.clear_timers()
        self.set_timer("archive", timezone.now() + self.ARCHIVED_AFTER)

    def tell_applicants(self: Call, verb: str) -> None:
        told: list[Any] = self.applicants(~Q(status="withdrawn"))
        if told:
            self.record(verb, by=None, notify=told)
