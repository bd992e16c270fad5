"""Asking for a consent by mail: a secret link leads to a page that needs no account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from accounts.models import Lifecycle, Membership, Move, OutgoingMail, Refusal, Timed, User
from accounts.tasks import nudge_outbox
from marketplace.models.consents import Consent, Wording, refuse_wrong_giver, words_for
from marketplace.models.learners import Learner
from vet2b.lib.mail import absolute, build
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref, new_token, token_hash

VALID_FOR = timedelta(days=14)
PER_DAY = 150  # of one person: a few classes


class ConsentRequestQuerySet(models.QuerySet["ConsentRequest"]):
    def open(self) -> ConsentRequestQuerySet:
        return self.filter(status=ConsentRequest.Status.ASKED, expires_at__gt=timezone.now())

    def for_token(self, token: str) -> ConsentRequestQuerySet:
        return self.open().filter(token_hash=token_hash(token)).select_related("learner__school", "asked_by")


class ConsentRequest(Lifecycle, Wording, Timed, TimeStamped):
    """One question to one person. The address is forgotten with the answer, at the latest after 14 days."""

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("consent request", "Asked")
        GIVEN = "given", pgettext_lazy("consent request", "Given")
        REFUSED = "refused", pgettext_lazy("consent request", "Refused")
        LAPSED = "lapsed", pgettext_lazy("consent request", "No answer")
        TAKEN_BACK = "taken_back", pgettext_lazy("consent request", "No longer asked")

    S = Status
    TRANSITIONS = {
        "give": Move(frozenset({S.ASKED}), S.GIVEN, "asked"),
        "refuse": Move(frozenset({S.ASKED}), S.REFUSED, "asked"),
        "take_back": Move(frozenset({S.ASKED}), S.TAKEN_BACK, "school"),
        "forget": Move(frozenset(S), None, "system"),
    }
    TIMED_VERBS = frozenset({"forget"})

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.ASKED)
    email = models.EmailField(_("e-mail"), blank=True, help_text="As long as it is needed.")
    token_hash = models.CharField(max_length=64, unique=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    consent = models.OneToOneField(Consent, models.PROTECT, null=True, blank=True, related_name="request")

    objects = ConsentRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("question for consent")
        verbose_name_plural = _("questions for consent")
        default_related_name = "consent_requests"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["asked", "given", "refused", "lapsed", "taken_back"]),
                name="consent_request_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="asked") & ~Q(email="") | ~Q(status="asked") & Q(email=""),
                name="consent_request_keeps_no_address",
            ),
            models.CheckConstraint(
                condition=Q(status="given", consent__isnull=False) | ~Q(status="given") & Q(consent=None),
                name="consent_request_given_has_consent",
            ),
            models.UniqueConstraint(
                fields=["learner", "kind"], name="consent_request_open_once", condition=Q(status="asked")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.get_kind_display()

    def activity_details(self) -> dict[str, Any]:
        return self.learner.activity_details() | {"consent": self.kind}

    def allows(self, party: str, by: Membership | User | None) -> bool:
        """Who answers is known by the secret of the link alone, so that no account stands behind it."""
        if party == "school":
            return isinstance(by, Membership) and by.can_sell and by.organisation_id == self.learner.school_id
        return by is None

    @classmethod
    @transaction.atomic
    def ask(
        cls, learner: Learner, kind: str, *, by: Membership, email: str, language: str, giver: str,
        giver_name: str, relation: str = "",
    ) -> tuple[ConsentRequest, str]:  # fmt: skip
        """Returns the request and the secret of its link; an earlier question about the same ends."""
        learner.guard(by=by)
        refuse_wrong_giver(learner, kind, giver)
        today = cls.objects.filter(asked_by=by.user, created_at__gt=timezone.now() - timedelta(days=1))
        if today.count() >= PER_DAY:
            raise Refusal(_t("You asked %(n)s times within a day. Please go on tomorrow.") % {"n": PER_DAY})
        for earlier in cls.objects.filter(learner=learner, kind=kind, status=cls.S.ASKED):
            earlier.take_back(by=by)
        token = new_token()
        request = cls.objects.create(
            learner=learner, kind=kind, language=language, text=words_for(learner, kind, language), giver=giver,
            giver_name=giver_name, relation=relation, email=email.strip(), token_hash=token_hash(token),
            asked_by=by.user, expires_at=timezone.now() + VALID_FOR,
        )  # fmt: skip
        request.set_timer("forget", request.expires_at)
        request.mail("asked", token, request.email)
        learner.record("ask_consent", by=by, consent=kind)
        return request, token

    @transaction.atomic
    def give(self, *, by: None) -> tuple[Consent, str]:
        """Returns the consent and the secret of the link by which it can be withdrawn, which is mailed too."""
        email = self.begin("give", by=by)
        refuse_wrong_giver(self.learner, self.kind, self.giver)
        token = new_token()
        words = {name: getattr(self, name) for name in ("language", "giver", "giver_name", "relation")}
        self.consent = Consent.write(
            self.learner, self.kind, recorded_by=self.asked_by, text=self.text, how=Consent.How.LINK,
            token_hash=token_hash(token), **words,
        )  # fmt: skip
        self.finish(self.S.GIVEN)
        self.mail("given", token, email)
        self.learner.record("give_consent", by=None, notify=self.consent.told()[:1], consent=self.kind)
        self.learner.tell_orders()
        return self.consent, token

    @transaction.atomic
    def refuse(self, *, by: None) -> None:
        self.begin("refuse", by=by)
        self.finish(self.S.REFUSED)
        school = self.learner.school
        self.learner.record("refuse_consent", by=None, notify=[(self.asked_by, school)], consent=self.kind)

    @transaction.atomic
    def take_back(self, *, by: Membership) -> None:
        self.begin("take_back", by=by)
        self.finish(self.S.TAKEN_BACK)
        self.learner.record("take_back_request", by=by, consent=self.kind)

    @transaction.atomic
    def forget(self, *, by: None) -> None:
        """After 14 days: an open question ends, and the mails go with the address that they name."""
        self.begin("forget", by=by)
        if self.status == self.S.ASKED:
            self.finish(self.S.LAPSED)
            school = self.learner.school
            self.learner.record("lapse_consent", by=None, notify=[(self.asked_by, school)], consent=self.kind)
        mails = OutgoingMail.objects.filter(key__startswith=f"consent-{self.ref}-")
        mails.exclude(emailed_at=None, failed_at=None).delete()
        if mails.exists():
            self.set_timer("forget", timezone.now() + timedelta(days=1))

    def begin(self, verb: str, *, by: Membership | None) -> str:
        """The learner's row is locked first, as by every verb about one. Returns the address."""
        self.learner.lock()
        self.guard(verb, by=by)
        if verb in {"give", "refuse"} and self.expires_at <= timezone.now():
            raise Refusal(_t("The time to answer is over. Ask the school for a new link."))
        return self.email

    def finish(self, status: str) -> None:
        """What happened is told on the learner's page, so this keeps no record of its own."""
        self.status, self.email, self.answered_at = status, "", timezone.now()
        self.save(update_fields=["status", "email", "answered_at", "consent", "updated_at"])

    def mail(self, about: str, token: str, to: str) -> None:
        """First name and initial at most (EML-1); the secret is gone from the outbox as soon as the mail is."""
        with override(self.language):
            title = TITLES[about] % {"school": self.learner.school.name}
            words = {
                "title": title, "about": about, "learner": self.learner.short_name, "school": self.learner.school.name,
                "text": self.text, "url": absolute(reverse("marketplace:consent_answer", args=[token])),
                "expires_at": self.expires_at,
            }  # fmt: skip
            key = f"consent-{self.ref}-{about}"
            mail = build("consent", to, title, words, key=key)
        html = next(iter(mail.alternatives))[0]
        OutgoingMail.objects.create(key=key, to=to, subject=mail.subject[:300], text=mail.body, html=html)
        nudge_outbox()


TITLES = {
    "asked": _("%(school)s asks for your consent"),
    "given": _("Your consent for %(school)s, and how to withdraw it"),
}
