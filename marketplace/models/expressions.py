"""What an organisation answers to a call: its expression of interest. Lifecycle E10."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import InvalidTransition, Lifecycle, Membership, Move, Organisation, User
from marketplace.models.call_rules import FOR_LEARNERS
from marketplace.models.calls import Call
from marketplace.models.expression_verbs import ExpressionVerbs
from marketplace.models.learners import Learner
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref

CS = Call.Status


class ExpressionQuerySet(models.QuerySet["Expression"]):
    def sent(self) -> ExpressionQuerySet:
        """What the caller sees."""
        return self.exclude(status=Expression.Status.DRAFT)

    def for_organisation(self, organisation: Organisation) -> ExpressionQuerySet:
        return self.filter(organisation=organisation)


class Expression(ExpressionVerbs, Lifecycle, TimeStamped):
    """One an organisation and call. What the caller selects or declines is told when the call is decided, not before:
    applicants are shown `shown_status`. Every verb locks the call first and then this row."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("expression status", "Draft")
        SUBMITTED = "submitted", pgettext_lazy("expression status", "Sent")
        SHORTLISTED = "shortlisted", pgettext_lazy("expression status", "Shortlisted")
        DECLINED = "declined", pgettext_lazy("expression status", "Declined")
        SELECTED = "selected", pgettext_lazy("expression status", "Selected")
        CONFIRMED = "confirmed", pgettext_lazy("expression status", "Confirmed")
        WITHDRAWN = "withdrawn", pgettext_lazy("expression status", "Withdrawn")

    S = Status
    VERDICTS = frozenset({S.SELECTED, S.DECLINED})
    LIVE = frozenset({S.SUBMITTED, S.SHORTLISTED, S.SELECTED, S.DECLINED})
    KNOWS_CONTACT = frozenset({S.SHORTLISTED, S.SELECTED, S.CONFIRMED})
    TRANSITIONS = {
        "change": Move(frozenset({S.DRAFT, S.SUBMITTED, S.WITHDRAWN}), None, "applicant"),
        "submit": Move(frozenset({S.DRAFT, S.WITHDRAWN}), S.SUBMITTED, "applicant"),
        "withdraw": Move(LIVE, S.WITHDRAWN, "applicant"),
        "shortlist": Move(frozenset({S.SUBMITTED, S.DECLINED, S.SELECTED}), S.SHORTLISTED, "caller"),
        "decline": Move(frozenset({S.SUBMITTED, S.SHORTLISTED, S.SELECTED}), S.DECLINED, "caller", needs_reason=True),
        "select": Move(frozenset({S.SHORTLISTED}), S.SELECTED, "caller"),
        "confirm": Move(frozenset({S.SELECTED}), S.CONFIRMED, "applicant"),
    }
    # by verb: the states of the call in which it can be done
    DURING = {
        "change": Call.OPEN,
        "submit": frozenset({CS.PUBLISHED}),
        "withdraw": Call.OPEN | Call.DECIDABLE | {CS.DECIDED, CS.SUSPENDED},
        "shortlist": Call.DECIDABLE,
        "decline": Call.DECIDABLE,
        "select": Call.DECIDABLE,
        "confirm": frozenset({CS.DECIDED}),
    }
    ANSWERS = ("why_us", "what_we_bring", "who_takes_part", "when_we_can")

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="expressions", verbose_name=_("call"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="expressions", verbose_name=_("applicant")
    )
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("author"))
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.DRAFT)
    why_us = models.TextField(_("why us"), max_length=2000, blank=True)
    what_we_bring = models.TextField(_("what we bring"), max_length=2000, blank=True)
    who_takes_part = models.TextField(_("who would take part"), max_length=1000, blank=True)
    when_we_can = models.CharField(_("when we can"), max_length=300, blank=True)
    link = models.URLField(_("link"), max_length=200, blank=True)
    learners = models.ManyToManyField(Learner, blank=True, related_name="+", verbose_name=_("students"))
    submitted_at = models.DateTimeField(null=True, blank=True)
    shortlisted_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)

    objects = ExpressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("expression of interest")
        verbose_name_plural = _("expressions of interest")
        ordering = ["submitted_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["call", "organisation"], name="expression_once_a_call"),
            models.CheckConstraint(
                condition=Q(status="draft", submitted_at=None)
                | Q(status__in=["submitted", "declined", "withdrawn"], submitted_at__isnull=False)
                | Q(
                    status__in=["shortlisted", "selected", "confirmed"],
                    submitted_at__isnull=False,
                    shortlisted_at__isnull=False,
                ),
                name="expression_status_and_times",
            ),
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(reason=""), name="expression_declined_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-created_at"], name="expression_of_organisation")]  # fmt: skip

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        return reverse("marketplace:call_express", args=[self.call.slug])

    @property
    def shown_status(self) -> Status:
        """As the applicant may know it."""
        if self.status in self.VERDICTS and not self.call.is_decided:
            return self.S.SHORTLISTED if self.shortlisted_at else self.S.SUBMITTED
        return self.S(self.status)

    @property
    def contact_shown(self) -> User | None:
        """The officer, once this applicant is shortlisted."""
        return self.call.contact if self.shown_status in self.KNOWS_CONTACT else None

    @property
    def names_learners(self) -> bool:
        return self.call.kind in FOR_LEARNERS and self.organisation.is_school

    @property
    def missing(self) -> list[str]:
        needed = [name for name in self.ANSWERS if not getattr(self, name).strip()]
        return [str(self._meta.get_field(name).verbose_name) for name in needed]

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.call.title, "ref": self.call.slug, "applicant": self.organisation.name}

    def allows(self, party: str, by: Membership | User | None) -> bool:
        if party == "moderator":  # of a report about it
            is_applicant = isinstance(by, User) and by.memberships.filter(organisation=self.organisation_id).exists()
            return self.call.allows("moderator", by) and not is_applicant
        if party == "caller":
            return self.call.allows("caller", by)
        return isinstance(by, Membership) and by.can_work and by.organisation_id == self.organisation_id

    def can(self, verb: str, *, by: Membership | User | None) -> bool:
        return self.allows_now(verb) and super().can(verb, by=by)

    def allows_now(self, verb: str) -> bool:
        is_late = self.DURING[verb] <= Call.OPEN and self.call.is_over
        is_told = self.status == self.S.DECLINED and self.call.is_decided
        return self.call.status in self.DURING[verb] and not is_late and not (verb == "withdraw" and is_told)

    def lock(self) -> None:
        call = self.call
        call.lock()
        super().lock()
        self.call = call  # as the caller holds it: reading a row anew forgets what it knew

    def guard(self, verb: str, *, by: Membership | User | None, reason: str = "") -> Move:
        self.lock()
        if not self.allows(self.TRANSITIONS[verb].party, by):
            raise PermissionDenied
        if not self.allows_now(verb):
            raise InvalidTransition(self.too_late(verb))
        return super().guard(verb, by=by, reason=reason)

    def too_late(self, verb: str) -> str:
        if self.DURING[verb] <= Call.OPEN and self.call.is_over:
            return _t("The deadline has passed, so this can no longer be sent or changed.")
        if verb == "submit" and self.call.status == CS.PAUSED:
            return _t("This call has as many answers as it takes. Your draft is kept, in case somebody withdraws.")
        return _t("This cannot be done now: the call is “%(status)s”.") % {"status": self.call.get_status_display()}


def shown_name(learner: Learner) -> str:
    """All that another organisation is told of a student who is put forward: the first name and the class."""
    return f"{learner.given_name}, {learner.group.name}" if learner.group else learner.given_name
