from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import InvalidTransition, Membership, Organisation, Refusal, User
from marketplace.models.call_rules import is_asked

if TYPE_CHECKING:
    from marketplace.models.calls import Call
    from marketplace.models.expressions import Expression
    from marketplace.models.learners import Learner


class ExpressionVerbs:
    """What can be done with an expression of interest; the table of moves stands in Expression."""

    @classmethod
    @transaction.atomic
    def start(cls, call: Call, *, by: Membership, learners: Iterable[Learner] = (), **answers: str) -> Expression:
        """The organisation's expression with these answers, made as a draft where there is none. Raises Refusal."""
        call.lock()
        found = cls.objects.filter(call=call, organisation=by.organisation).first()
        if found is None:
            found = cls.objects.model(call=call, organisation=by.organisation, author=by.user)
            found.refuse_applicant(by)
            found.save()
            found.record("start", by=by)
        found.call = call
        found.change(by=by, learners=learners, **answers)
        return found

    def refuse_applicant(self, by: Membership) -> None:
        call = self.call
        if not by.can_work or call.status not in call.PUBLIC:
            raise PermissionDenied
        if call.organisation_id == by.organisation_id:
            raise Refusal(_("This is your own call."))
        if not call.is_open:
            raise InvalidTransition(self.too_late("change"))
        if not is_asked(call.kind, is_school=by.organisation.is_school):
            raise Refusal(_("This call is not for organisations like yours."))

    @transaction.atomic
    def change(self, *, by: Membership, learners: Iterable[Learner] = (), **answers: str) -> None:
        """Also after it was sent, until the deadline."""
        self.guard("change", by=by)
        put_forward = list(learners)
        self.refuse_learners(put_forward)
        for name, value in answers.items():
            setattr(self, name, value.strip())
        if self.status == self.Status.SUBMITTED:
            self.refuse_incomplete()
        self.learners.set(put_forward)
        self.move("change", by=by, fields=answers)

    def refuse_learners(self, learners: list[Learner]) -> None:
        own = all(each.school_id == self.organisation_id and each.left_on is None for each in learners)
        if learners and not (self.names_learners and own):
            raise Refusal(_("Only a school puts its own students forward."), field="learners")

    def refuse_incomplete(self) -> None:
        if self.missing:
            raise Refusal(_("Still missing: %(list)s.") % {"list": ", ".join(self.missing)})

    @transaction.atomic
    def submit(self, *, by: Membership) -> None:
        """Before the deadline by the server's clock. The last one that the cap allows makes the call full."""
        self.guard("submit", by=by)
        if not self.organisation.is_verified:
            raise Refusal(_("Your organisation must be verified before it can answer a call. Your draft is kept."))
        self.refuse_incomplete()
        self.submitted_at = timezone.now()
        if self.submitted_at >= self.call.deadline:  # since the guard looked
            raise InvalidTransition(self.too_late("submit"))
        self.move("submit", by=by, fields=["submitted_at"], notify=self.call.people())
        if self.call.counted().count() >= self.call.cap:
            self.call.pause(by=None)

    @transaction.atomic
    def withdraw(self, *, by: Membership) -> None:
        """Makes room for another; until the deadline it may be sent again."""
        self.guard("withdraw", by=by)
        self.shortlisted_at, self.reason = None, ""
        self.move("withdraw", by=by, fields=["shortlisted_at", "reason"], notify=self.call.people())
        if self.call.status == self.call.Status.PAUSED and self.call.is_open:
            self.call.resume(by=None)

    @transaction.atomic
    def shortlist(self, *, by: Membership) -> None:
        """Also takes back a verdict that nobody was told. The applicant learns of the shortlist at once and once."""
        self.guard("shortlist", by=by)
        is_new = self.shortlisted_at is None
        self.shortlisted_at, self.reason = self.shortlisted_at or timezone.now(), ""
        contact = self.call.contact.name if self.call.contact else ""
        self.move(
            "shortlist", by=by, fields=["shortlisted_at", "reason"], notify=self.people() if is_new else (),
            contact=contact or self.call.organisation.name,
        )  # fmt: skip
        self.begin_shortlist(by)

    @transaction.atomic
    def decline(self, *, by: Membership, reason: str) -> None:
        """The applicant reads the reason when the call is decided."""
        self.guard("decline", by=by, reason=reason)
        self.reason = reason.strip()
        self.move("decline", by=by, fields=["reason"], reason=reason)
        self.begin_shortlist(by)

    @transaction.atomic
    def select(self, *, by: Membership) -> None:
        self.guard("select", by=by)
        places = self.call.places
        if places and self.call.expressions.filter(status=self.Status.SELECTED).count() >= places:
            raise Refusal(_("As many are selected as there are places."))
        self.move("select", by=by)

    def begin_shortlist(self, by: Membership) -> None:
        if self.call.status == self.call.Status.CLOSED:
            self.call.guard("begin_shortlist", by=by)
            self.call.move("begin_shortlist", by=by)

    def tell(self, *, by: Membership) -> None:
        """What was decided, by the verb `decide` of the call."""
        verb = "tell_selected" if self.status == self.Status.SELECTED else "tell_declined"
        self.record(verb, by=by, notify=self.people(), reason=self.reason)

    @transaction.atomic
    def confirm(self, *, by: Membership) -> None:
        self.guard("confirm", by=by)
        self.move("confirm", by=by, notify=self.call.people())

    def people(self) -> list[tuple[User, Organisation | None]]:
        """The author while they work there, else the owners."""
        working = self.organisation.memberships.filter(role__in=Membership.WORKING, user=self.author_id)
        return [(self.author, self.organisation)] if working.exists() else self.organisation.owners()

    call: Any
    learners: Any
