"""One question and a comment, seven days after a deal or after a need that ended without one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Lifecycle, Membership, Move, Organisation, Refusal, Timed, User
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_token

if TYPE_CHECKING:
    from marketplace.models.needs import Need
    from marketplace.models.orders import Order

ASK_AFTER, LAPSE_AFTER, FORGET_AFTER = timedelta(days=7), timedelta(days=60), timedelta(days=365)
MOST_WORDS = 1000


class Survey(Lifecycle, Timed, TimeStamped):
    """One a person and deal, or need. Who holds the link of the mail may answer, once; no account is needed."""

    class Status(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("survey status", "Planned")
        ASKED = "asked", pgettext_lazy("survey status", "Asked")
        ANSWERED = "answered", pgettext_lazy("survey status", "Answered")
        LAPSED = "lapsed", pgettext_lazy("survey status", "Lapsed")

    class Kind(models.TextChoices):
        CLIENT = "client", _("The client of an order")
        SCHOOL = "school", _("The school of an order")
        NEED = "need", _("A need without a choice")
        QUOTE = "quote", _("A quote for a need without a choice")

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        PARTLY = "partly", _("In part")
        NO = "no", _("No")
        ELSEWHERE = "elsewhere", _("We found somebody else")
        PRICE = "price", _("The quotes were too high")
        DATES = "dates", _("The dates did not suit us")
        SUITED = "suited", _("No quote met what we need")
        OVER = "over", _("We do not need it any more")
        OTHER = "other", _("Another reason")

    S, A = Status, Answer
    AGAIN = (A.YES, A.PARTLY, A.NO)
    CHOICES = {
        Kind.CLIENT: AGAIN, Kind.SCHOOL: AGAIN, Kind.QUOTE: AGAIN,
        Kind.NEED: (A.ELSEWHERE, A.PRICE, A.DATES, A.SUITED, A.OVER, A.OTHER),
    }  # fmt: skip
    QUESTIONS = {
        Kind.CLIENT: _("Would you order from this school again?"),
        Kind.SCHOOL: _("Would you work for this client again?"),
        Kind.NEED: _("Why was none of the quotes chosen?"),
        Kind.QUOTE: _("Would you answer such a need again?"),
    }
    TRANSITIONS = {
        "ask": Move(frozenset({S.PLANNED}), S.ASKED, "system"),
        "answer": Move(frozenset({S.ASKED}), S.ANSWERED, "system"),
        "lapse": Move(frozenset({S.PLANNED, S.ASKED}), S.LAPSED, "system"),
        "forget": Move(frozenset({S.ANSWERED}), None, "system"),
    }
    TIMED_VERBS = frozenset({"ask", "lapse", "forget"})

    token = models.CharField(max_length=43, unique=True, default=new_token, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    order = models.ForeignKey("marketplace.Order", models.PROTECT, null=True, related_name="surveys")
    need = models.ForeignKey("marketplace.Need", models.PROTECT, null=True, related_name="surveys")
    person = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("person"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation"))
    choice = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    comment = models.TextField(_("comment"), max_length=MOST_WORDS, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [
            models.CheckConstraint(
                condition=Q(order__isnull=False, need=None) | Q(order=None, need__isnull=False),
                name="survey_of_an_order_or_a_need",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["planned", "asked", "answered", "lapsed"]), name="survey_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="answered", answered_at__isnull=False) & ~Q(choice="")
                | ~Q(status="answered") & Q(answered_at=None, choice="", comment=""),
                name="survey_answered_with_a_choice",
            ),
            models.UniqueConstraint(fields=["order", "kind"], name="survey_once_an_order_and_side"),
            models.UniqueConstraint(fields=["need", "organisation"], name="survey_once_a_need_and_side"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("marketplace:survey", args=[self.token])

    def allows(self, party: str, by: Membership | User | None) -> bool:
        return by is None

    def activity_details(self) -> dict[str, Any]:
        about = self.order or self.need
        return {"title": about.title, "ref": self.token, "question": self.kind}

    @property
    def question(self) -> str:
        return str(self.QUESTIONS[self.Kind(self.kind)])

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(each.value, str(each.label)) for each in self.CHOICES[self.Kind(self.kind)]]

    @classmethod
    def plan_for_order(cls, order: Order) -> None:
        """Within the verb that completes it, for both sides."""
        sides = ((cls.Kind.CLIENT, order.buyers()), (cls.Kind.SCHOOL, order.sellers()))
        for kind, people in sides:
            found = next(((user, organisation) for user, organisation in people if user), None)
            if found:
                cls.plan(kind=kind, order=order, person=found[0], organisation=found[1])

    @classmethod
    def plan_for_need(cls, need: Need, quoted: list[Order]) -> None:
        """Within its expiry; `quoted` are the orders of the schools whose quotes were still standing."""
        cls.plan(kind=cls.Kind.NEED, need=need, person=need.contact, organisation=need.organisation)
        for order in quoted:
            person = next((user for user, _organisation in order.sellers() if user), None)
            if person:
                cls.plan(kind=cls.Kind.QUOTE, need=need, person=person, organisation=order.seller)

    @classmethod
    def plan(cls, **fields: Any) -> None:
        cls.objects.create(**fields).set_timer("ask", timezone.now() + ASK_AFTER)

    @transaction.atomic
    def ask(self, *, by: None) -> None:
        """By mail, where the person still works there."""
        self.guard("ask", by=by)
        if not Membership.objects.of(self.person).filter(organisation=self.organisation).exists():
            self.move("lapse", by=by)
            return
        self.move("ask", by=by, notify=[(self.person, self.organisation)])
        self.set_timer("lapse", timezone.now() + LAPSE_AFTER)

    @transaction.atomic
    def answer(self, choice: str, comment: str = "", *, by: None = None) -> None:
        self.guard("answer", by=by)
        if choice not in dict(self.choices):
            raise Refusal(_t("Choose an answer."), field="choice")
        self.choice, self.comment, self.answered_at = choice, comment.strip()[:MOST_WORDS], timezone.now()
        self.move("answer", by=by, fields=["choice", "comment", "answered_at"])
        self.clear_timers()
        self.set_timer("forget", self.answered_at + FORGET_AFTER)

    @transaction.atomic
    def lapse(self, *, by: None) -> None:
        self.guard("lapse", by=by)
        self.move("lapse", by=by)

    @transaction.atomic
    def forget(self, *, by: None) -> None:
        """Keeps the answer, without the words that may name somebody."""
        self.guard("forget", by=by)
        self.comment = ""
        self.move("forget", by=by, fields=["comment"])
