from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal
from marketplace.models.resources import Resource

if TYPE_CHECKING:
    from marketplace.models.learners import Learner

OF_AGE = 18
FIELDS = ("given_name", "family_name", "minor_until", "group", "membership")


class LearnerVerbs:
    """What a school's staff does with its learners. The records name fields and classes, never their contents."""

    @classmethod
    @transaction.atomic
    def add(cls, group: Resource, *, by: Membership, **fields: Any) -> Learner:
        return cls.add_many(group, [fields], by=by)[0]

    @classmethod
    @transaction.atomic
    def add_many(cls, group: Resource, rows: Iterable[dict[str, Any]], *, by: Membership) -> list[Learner]:
        """All or none; a row holds given_name, family_name and perhaps minor_until. Refuses one who is there already,
        so that a list sent twice adds nobody twice."""
        if not (isinstance(by, Membership) and by.can_sell and by.organisation_id == group.school_id):
            raise PermissionDenied
        group.lock_school()
        made: Any = cls
        learners = [made(school=by.organisation, group=group, **row) for row in rows]
        for learner in learners:
            learner.refuse_wrong_class()
            learner.refuse_wrong_day()
            learner.refuse_twice()
            learner.save()
            learner.await_majority()
            learner.record("add", by=by, group=group.name)
        mark_minors(group, by=by)
        return learners

    @transaction.atomic
    def change(self, *, by: Membership, **fields: Any) -> None:
        if unknown := set(fields) - set(FIELDS):
            raise ValueError(f"not of a learner: {unknown}")
        self.guard(by=by)
        changed = [name for name, value in fields.items() if getattr(self, name) != value]
        if not changed:
            return
        for name in changed:
            setattr(self, name, fields[name])
        self.refuse_wrong_changes(changed)
        self.save(update_fields=[*changed, "updated_at"])
        self.record("change", by=by, fields=sorted(changed))
        self.await_majority()
        self.tell_orders()
        if self.group:
            mark_minors(self.group, by=by)

    def refuse_wrong_changes(self, changed: list[str]) -> None:
        if "group" in changed:
            self.refuse_wrong_class()
        if "minor_until" in changed:
            self.refuse_wrong_day()
        if "membership" in changed:
            self.refuse_wrong_account()
        self.refuse_twice()

    def refuse_wrong_class(self) -> None:
        group = self.group
        if group is None or group.school_id != self.school_id or not group.is_class or group.is_retired:
            raise Refusal(_("Choose a class of your school."), field="group")

    def refuse_wrong_day(self) -> None:
        """A date of birth in this place would make an adult of a child."""
        if self.minor_until is None:
            return
        if self.minor_until <= self.today:
            raise Refusal(
                _("%(day)s is past. Write the day of the 18th birthday, and nothing for those who are of age.")
                % {"day": self.minor_until},
                field="minor_until",
            )
        if self.minor_until.year - self.today.year > OF_AGE:
            raise Refusal(_("%(day)s is more than 18 years away.") % {"day": self.minor_until}, field="minor_until")

    def refuse_wrong_account(self) -> None:
        account = self.membership
        if account is None:
            return
        if account.organisation_id != self.school_id or not account.is_learner:
            raise Refusal(_("Choose the account of a learner of your school."), field="membership")
        if type(self).objects.filter(membership=account).exclude(pk=self.pk).exists():
            raise Refusal(_("This account belongs to another learner already."), field="membership")

    def refuse_twice(self) -> None:
        others = type(self).objects.present().filter(group=self.group).exclude(pk=self.pk)
        if others.filter(given_name__iexact=self.given_name, family_name__iexact=self.family_name).exists():
            raise Refusal(
                _("%(name)s is in this class already. Add a second name to tell two apart.") % {"name": self},
                field="given_name",
            )

    @transaction.atomic
    def leave(self, *, by: Membership, left_on: date) -> None:
        self.guard(by=by)
        if left_on > self.today:
            raise Refusal(_("This day is still to come. Come back then."), field="left_on")
        self.left_on = left_on
        self.save(update_fields=["left_on", "updated_at"])
        self.record("leave", by=by)

    @transaction.atomic
    def come_back(self, *, by: Membership) -> None:
        """Of one who was marked as left, by mistake or for a while. Harmless for one who is there."""
        self.guard(by=by, is_present=False)
        if self.left_on is None:
            return
        self.left_on = None
        self.refuse_twice()
        self.save(update_fields=["left_on", "updated_at"])
        self.record("come_back", by=by)

    @transaction.atomic
    def come_of_age(self, *, by: None) -> None:
        """The flag falls on the 18th birthday, and the date with it: nobody needs it any more."""
        self.lock()
        if self.minor_until is None or self.minor_until > self.today:
            return
        self.minor_until = None
        self.save(update_fields=["minor_until", "updated_at"])
        self.record("come_of_age", by=by)
        self.tell_orders()

    def await_majority(self) -> None:
        if self.minor_until is None:
            self.clear_timers("come_of_age")
        else:
            self.set_timer("come_of_age", datetime.combine(self.minor_until, time(), ZoneInfo(self.school.zone)))

    def tell_orders(self) -> None:
        """The checklists of orders ahead follow from the consents of their teams. By a timer, which locks the order
        in a transaction of its own."""
        for member in self.teams.live().select_related("order__readiness"):
            if member.order.is_planned:
                member.order.readiness.set_timer("recheck", timezone.now())

    @property
    def today(self) -> date:
        """By the school's clock."""
        return timezone.localdate(timezone=ZoneInfo(self.school.zone))

    def guard(self, *, by: Membership, is_present: bool = True) -> None:
        """Locks the row; the school's before it, so that nobody is added twice and no account linked twice."""
        if not (isinstance(by, Membership) and by.can_sell and by.organisation_id == self.school_id):
            raise PermissionDenied
        if self.group:
            self.group.lock_school()
        self.lock()
        if is_present and self.left_on:
            raise Refusal(_("This learner has left the school, so nothing changes any more."))

    def lock(self) -> None:
        self.refresh_from_db(from_queryset=type(self).objects.select_for_update(of=("self",)).select_related("school"))


def mark_minors(group: Resource, *, by: Membership) -> None:
    """A class with learners under 18 counts as such at every booking."""
    group.refresh_from_db(fields=["has_minors", "is_retired"])
    if not (group.has_minors or group.is_retired) and group.learners.present().minors().exists():
        group.change(by=by, has_minors=True)
