from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models.activity import Activity, Tracked
from accounts.models.users import User

if TYPE_CHECKING:
    from accounts.models.organisations import Membership, Organisation
    from accounts.models.reports import Report


class Refusal(Exception):
    """A rule said no. `message` is for the person who asked; nothing was changed."""

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.field = field


class InvalidTransition(Refusal):
    """The object is not in a state from which this can be done, perhaps because somebody was faster."""


@dataclass(frozen=True)
class Move:
    """One line of a transition table: from where, to where (None: stays), and which party may do it."""

    sources: frozenset[str]
    target: str | None
    party: str
    needs_reason: bool = False


class Lifecycle(Tracked):
    """A model whose status changes only by verbs named in TRANSITIONS.

    A verb is `@transaction.atomic` and calls `guard()` first, which locks the row and refuses wrong states
    and actors, then `move()` last, which saves and records."""

    TRANSITIONS: ClassVar[Mapping[str, Move]]
    status: Any
    statement: Mapping[str, str] = {}  # what a moderator's decision says beside its reason: see accounts.restrictions

    class Meta:
        abstract = True

    def allows(self, party: str, by: Membership | User | None) -> bool:
        """Whether `by` is of this party for this object; None is the system."""
        raise NotImplementedError

    def can(self, verb: str, *, by: Membership | User | None) -> bool:
        move = self.TRANSITIONS[verb]
        return self.status in move.sources and self.allows(move.party, by)

    def take_report(self, report: Report) -> None:
        """What follows at once when somebody reports it: nothing, unless the model says so."""

    def lock(self) -> None:
        self.refresh_from_db(from_queryset=type(self)._default_manager.select_for_update())

    def guard(self, verb: str, *, by: Membership | User | None, reason: str = "") -> Move:
        self.lock()
        move = self.TRANSITIONS[verb]
        if not self.allows(move.party, by):
            raise PermissionDenied
        if self.status not in move.sources:
            raise InvalidTransition(
                _("This cannot be done any more: it is now “%(status)s”.") % {"status": self.get_status_display()}
            )
        if move.needs_reason and not reason.strip():
            raise Refusal(_("Please give a reason."), field="reason")
        return move

    def move(
        self,
        verb: str,
        *,
        by: Membership | User | None,
        to: str | None = None,
        fields: Iterable[str] = (),
        notify: Iterable[tuple[User, Organisation | None]] = (),
        reason: str = "",
        **details: Any,
    ) -> Activity:
        """Sets the target status (`to` where the table leaves a choice), saves `fields` with it, and records."""
        before = self.status
        self.status = to or self.TRANSITIONS[verb].target or before
        self.save(update_fields=[*fields, "status", "updated_at"])
        told = {**self.statement, **details}
        return self.record(
            verb, by=by, notify=notify, from_status=before, to_status=self.status, reason=reason.strip(), **told
        )

    get_status_display: Any
