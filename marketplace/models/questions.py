"""What schools ask about a need, and what its organisation answers; every school that reads the need reads both."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import InvalidTransition, Lifecycle, Membership, Move, Organisation, Refusal, User
from marketplace.models.needs import Need
from vet2b.lib.contacts import has_contact
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref

MOST_OPEN = 5  # of one school on one need


class QuestionQuerySet(models.QuerySet["Question"]):
    def shown(self) -> QuestionQuerySet:
        return self.filter(status__in=["asked", "answered"])

    def shown_to(self, by: Membership) -> QuestionQuerySet:
        """An answered one to everybody who reads the need; one that waits to the two who know of it."""
        own = Q(school=by.organisation_id) | Q(need__organisation=by.organisation_id)
        return self.shown().filter(Q(status="answered") | own)


class Question(Lifecycle, TimeStamped):
    """The other schools do not read who asked. Every verb locks the need first and then this row."""

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("question status", "Asked")
        ANSWERED = "answered", pgettext_lazy("question status", "Answered")
        WITHDRAWN = "withdrawn", pgettext_lazy("question status", "Withdrawn")
        HIDDEN = "hidden", pgettext_lazy("question status", "Hidden")

    S = Status
    TRANSITIONS = {
        "answer": Move(frozenset({S.ASKED}), S.ANSWERED, "buyer"),
        "take_back": Move(frozenset({S.ASKED}), S.WITHDRAWN, "school"),
        "hide": Move(frozenset({S.ASKED, S.ANSWERED}), S.HIDDEN, "moderator", needs_reason=True),
    }

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    need = models.ForeignKey(Need, models.PROTECT, related_name="questions", verbose_name=_("need"))
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("school"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("author"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ASKED)
    text = models.TextField(_("question"), max_length=1000)
    reply = models.TextField(_("answer"), max_length=2000, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["asked", "answered", "withdrawn", "hidden"]), name="question_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="answered") | Q(replied_at__isnull=False) & ~Q(reply=""),
                name="question_answered_with_words",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        return f"{self.need.get_absolute_url()}#questions"

    def allows(self, party: str, by: Membership | User | None) -> bool:
        if party == "moderator":
            sides = {self.school_id, self.need.organisation_id}
            is_outside = isinstance(by, User) and not by.memberships.filter(organisation__in=sides).exists()
            return is_outside and by.is_moderator
        if not isinstance(by, Membership) or not by.can_work:
            return False
        return by.organisation_id == (self.need.organisation_id if party == "buyer" else self.school_id)

    def guard(self, verb: str, *, by: Membership | User | None, reason: str = "") -> Move:
        self.need.lock()
        return super().guard(verb, by=by, reason=reason)

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.need.title, "ref": self.need.ref, "question": self.text}

    @classmethod
    @transaction.atomic
    def ask(cls, need: Need, text: str, *, by: Membership) -> Question:
        """While schools may answer the need. Raises Refusal."""
        need.lock()
        if not need.allows("school", by):
            raise PermissionDenied
        if need.status != Need.Status.OPEN:
            raise InvalidTransition(_t("Questions can be asked while the need is open."))
        refuse_words(text)
        if need.questions.filter(school=by.organisation, status=cls.Status.ASKED).count() >= MOST_OPEN:
            raise Refusal(_t("%(n)s of your questions wait for an answer.") % {"n": MOST_OPEN}, field="text")
        question = cls.objects.create(need=need, school=by.organisation, author=by.user, text=text.strip())
        question.record("ask", by=by, notify=need.buyers())
        return question

    @transaction.atomic
    def answer(self, reply: str, *, by: Membership) -> None:
        self.guard("answer", by=by)
        refuse_words(reply)
        self.reply, self.replied_at = reply.strip(), timezone.now()
        people = [(self.author, self.school), *self.need.quoting()]
        self.move("answer", by=by, fields=["reply", "replied_at"], notify=people, reply=self.reply)

    @transaction.atomic
    def take_back(self, *, by: Membership) -> None:
        self.guard("take_back", by=by)
        self.move("take_back", by=by)

    @transaction.atomic
    def hide(self, *, by: User, reason: str) -> None:
        self.guard("hide", by=by, reason=reason)
        self.move("hide", by=by, notify=[(self.author, self.school), *self.need.buyers()], reason=reason)


def refuse_words(text: str) -> None:
    if not text.strip():
        raise Refusal(_t("Write something."), field="text")
    if has_contact(text):
        raise Refusal(_t("No addresses, links or telephone numbers here: every school reads this."), field="text")
