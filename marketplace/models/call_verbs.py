from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, Refusal, User
from marketplace.models.call_rules import is_caller
from vet2b.lib.refs import new_ref, slug_of

if TYPE_CHECKING:
    from marketplace.models.calls import Call

REMIND_BEFORE = (timedelta(days=7), timedelta(days=1))  # the first that is still to come
FURTHEST = timedelta(days=730)
MANY = ("regions", "themes", "learners")
Recipients = list[tuple[User, Organisation | None]]


class CallVerbs:
    """What can be done with a call; the table of moves stands in Call."""

    @classmethod
    @transaction.atomic
    def start(cls, *, by: Membership, kind: str, title: str, **fields: Any) -> Call:
        """A draft, which any organisation may write; publishing needs a verified one. Raises Refusal."""
        if not by.can_work:
            raise PermissionDenied
        call = cls.objects.model(
            organisation=by.organisation, author=by.user, kind=kind, title=title, slug=slug_of(title, new_ref())
        )
        many = call.take(fields)
        call.check_content(many)
        call.save()
        call.set_many(many)
        call.record("start", by=by)
        return call

    @transaction.atomic
    def change(self, *, by: Membership, **fields: Any) -> None:
        self.guard("change", by=by)
        many = self.take(fields)
        self.check_content(many)
        self.save()
        self.set_many(many)
        self.record("change", by=by)

    def take(self, fields: dict[str, Any]) -> dict[str, Iterable[Any]]:
        """Sets what are columns, and gives back the lists, which need a saved row."""
        many = {name: fields.pop(name) for name in MANY if name in fields}
        for name, value in fields.items():
            setattr(self, name, value)
        return many

    def set_many(self, many: dict[str, Iterable[Any]]) -> None:
        for name, rows in many.items():
            getattr(self, name).set(rows)

    def check_content(self, many: dict[str, Iterable[Any]]) -> None:
        if not is_caller(self.kind, is_school=self.organisation.is_school):
            raise Refusal(_("Your organisation cannot make calls of this kind."), field="kind")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise Refusal(_("The last day is not before the first."), field="ends_on")
        if self.contact_id and not self.staff().filter(user=self.contact_id).exists():
            raise Refusal(_("Choose somebody of your organisation's staff."), field="contact")
        learners = list(many.get("learners", ()))
        if learners and not (self.names_learners and all(one.school_id == self.organisation_id for one in learners)):
            raise Refusal(_("Only a school that looks for placements puts its own students forward."), field="learners")

    def staff(self) -> Any:
        return self.organisation.memberships.filter(role__in=Membership.WORKING, user__is_active=True)

    @transaction.atomic
    def publish(self, *, by: Membership) -> None:
        self.guard("publish", by=by)
        if not self.organisation.is_verified:
            raise Refusal(_("Your organisation must be verified before a call can be published. Your draft is kept."))
        if self.missing:
            raise Refusal(_("Still missing: %(list)s.") % {"list": ", ".join(self.missing)})
        now = timezone.now()
        if not now < self.deadline <= now + FURTHEST:
            raise Refusal(_("The deadline lies ahead, within two years."), field="deadline")
        self.published_at = now
        self.move("publish", by=by, fields=["published_at"], notify=self.people())
        self.set_timer("close", self.deadline)
        reminder = next((self.deadline - early for early in REMIND_BEFORE if self.deadline - early > now), None)
        if reminder:
            self.set_timer("remind", reminder)

    @transaction.atomic
    def pause(self, *, by: None) -> None:
        """The cap is reached."""
        self.guard("pause", by=by)
        self.move("pause", by=by, notify=self.people(), cap=self.cap)

    @transaction.atomic
    def resume(self, *, by: None) -> None:
        """Somebody withdrew, so there is room again: who has a draft is told."""
        self.guard("resume", by=by)
        self.move("resume", by=by, notify=self.applicants(Q(status="draft")))

    @transaction.atomic
    def remind(self, *, by: None) -> None:
        self.guard("remind", by=by)
        self.move(
            "remind",
            by=by,
            notify=self.applicants(Q(status="draft")),
            deadline=f"{self.deadline.isoformat()} {self.zone.key}",
        )

    @transaction.atomic
    def close(self, *, by: None) -> None:
        self.guard("close", by=by)
        if not self.is_over:
            raise Refusal(_("The deadline has not passed yet."))
        self.move("close", by=by, notify=self.people(), n=self.counted().count())

    @transaction.atomic
    def decide(self, *, by: Membership, reason: str = "") -> None:
        """Tells everybody once. Who is neither selected nor declined yet is declined with `reason`."""
        self.guard("decide", by=by)
        waiting = self.expressions.filter(status__in=["submitted", "shortlisted"])
        if not reason.strip() and waiting.exists():
            raise Refusal(_("Give those who were not answered yet a reason."), field="reason")
        for expression in self.with_call(waiting):
            expression.decline(by=by, reason=reason)
        self.move("decide", by=by, notify=self.people())
        for expression in self.with_call(self.expressions.filter(status__in=["selected", "declined"])):
            expression.tell(by=by)
        self.set_timer("archive", timezone.now() + self.ARCHIVED_AFTER)

    def with_call(self, expressions: Any) -> list[Any]:
        """In the order of their rows, each knowing this very call."""
        rows = list(expressions.select_related("organisation", "author").order_by("pk"))
        for row in rows:
            row.call = self
        return rows

    @transaction.atomic
    def withdraw(self, *, by: Membership, reason: str) -> None:
        self.guard("withdraw", by=by, reason=reason)
        self.reason = reason.strip()
        told = [
            person for each in self.with_call(self.expressions.exclude(status="withdrawn")) for person in each.people()
        ]
        self.move("withdraw", by=by, fields=["reason"], reason=reason, notify=[*told, *self.people()])
        self.clear_timers()
        self.set_timer("archive", timezone.now() + self.ARCHIVED_AFTER)

    @transaction.atomic
    def archive(self, *, by: Membership | None) -> None:
        self.guard("archive", by=by)
        self.move("archive", by=by)
        self.clear_timers("archive")

    def people(self) -> Recipients:
        """Who hears of answers: the author and the officer while they work there, else the owners."""
        named = self.staff().filter(user__in=[self.author_id, self.contact_id]).select_related("user")
        return [(each.user, self.organisation) for each in named] or self.organisation.owners()

    def applicants(self, which: Q) -> Recipients:
        return [person for each in self.with_call(self.expressions.filter(which)) for person in each.people()]
