"""What a client says of the skills of a team, never of one learner."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import InvalidTransition, Membership, Refusal, User
from marketplace.models.catalogue import Skill
from marketplace.models.evidence_verbs import skills_of, takes_evidence
from marketplace.models.orders import Order

MOST_SKILLS = 6


class Mark(models.IntegerChoices):
    NOT_YET = 1, pgettext_lazy("mark", "not yet")
    MOSTLY = 2, pgettext_lazy("mark", "mostly")
    WELL = 3, pgettext_lazy("mark", "as expected")
    BETTER = 4, pgettext_lazy("mark", "better than expected")


class TeamFeedback(models.Model):
    """Given once, optional. `may_be_named` is whether the client's name may stand in the learners' records."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="feedback")
    line = models.CharField(_("in one line"), max_length=200, blank=True)
    may_be_named = models.BooleanField(_("name in the students' records"), default=False)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("feedback on a team")
        verbose_name_plural = _("feedback on teams")

    def __str__(self) -> str:
        return self.line

    @classmethod
    @transaction.atomic
    def give(
        cls, order: Order, marks: Mapping[Skill, int], *, by: Membership, line: str = "", may_be_named: bool = False
    ) -> TeamFeedback:
        order.lock()
        refuse_wrong_giver(order, by)
        if cls.objects.filter(order=order).exists():
            raise InvalidTransition(_t("Feedback on this team was given already."))
        refuse_wrong_marks(order, marks, line)
        feedback = cls.objects.create(order=order, line=line.strip(), may_be_named=may_be_named, given_by=by.user)
        rows = [SkillMark(feedback=feedback, uri=s.uri, label=s.label, mark=mark) for s, mark in marks.items()]
        SkillMark.objects.bulk_create(rows)
        order.record("give_feedback", by=by, notify=order.sellers())
        return feedback

    @transaction.atomic
    def name_client(self, is_agreed: bool, *, by: Membership) -> None:
        """The client may change its mind about its name at any time."""
        self.order.lock()
        if not self.order.allows("buyer", by):
            raise PermissionDenied
        self.refresh_from_db(from_queryset=TeamFeedback.objects.select_for_update(of=("self",)))
        if self.may_be_named == is_agreed:
            return
        self.may_be_named = is_agreed
        self.save(update_fields=["may_be_named"])
        self.order.record("name_client" if is_agreed else "unname_client", by=by)


class SkillMark(models.Model):
    """One skill of the team, marked."""

    feedback = models.ForeignKey(TeamFeedback, models.CASCADE, related_name="marks")
    uri = models.URLField(max_length=120)
    label = models.CharField(max_length=150)
    mark = models.PositiveSmallIntegerField(choices=Mark)

    class Meta:
        verbose_name = _("mark of a skill")
        verbose_name_plural = _("marks of skills")
        ordering = ["label", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["feedback", "uri"], name="skill_mark_once"),
            models.CheckConstraint(condition=Q(mark__range=(1, 4)), name="skill_mark_known"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.get_mark_display()}"


def marked_skills(order: Order) -> list[Skill]:
    """The skills that a client is asked about."""
    return skills_of(order)[:MOST_SKILLS]


def refuse_wrong_giver(order: Order, by: Membership) -> None:
    if not order.allows("buyer", by):
        raise PermissionDenied
    if not takes_evidence(order):
        raise InvalidTransition(_t("Feedback is given when the order is completed."))


def refuse_wrong_marks(order: Order, marks: Mapping[Skill, int], line: str) -> None:
    if not marks and not line.strip():
        raise Refusal(_t("Mark a skill, or write a line."))
    if not set(marks) <= set(marked_skills(order)) or not set(marks.values()) <= set(Mark.values):
        raise Refusal(_t("Choose from the list."))
