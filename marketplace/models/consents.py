"""The ledger of consents: what was agreed to for a learner, in which exact words, by whom and when."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership, Organisation, Refusal, User
from marketplace.models.consent_rules import WORK, consent_text, guardian_age, reaches
from marketplace.models.learners import Learner
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref, new_token, token_hash
from vet2b.lib.uploads import Checked

LASTS = timedelta(days=365)


def paper_path(consent: Consent, filename: str) -> str:
    return f"consents/{new_token()}"


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Kind(models.TextChoices):
    WORK = WORK, pgettext_lazy("consent", "Work at a client's place")
    PHOTO = "photo", pgettext_lazy("consent", "Photos of the student at work")
    NAME = "name", pgettext_lazy("consent", "First name beside the work, for the client")
    CREDIT = "credit", pgettext_lazy("consent", "First name beside the work, in public")


class Giver(models.TextChoices):
    GUARDIAN = "guardian", pgettext_lazy("consent", "parent or guardian")
    LEARNER = "learner", pgettext_lazy("consent", "the student")


class Wording(models.Model):
    """What is consented to, for whom, in which words, and by whom."""

    learner = models.ForeignKey(Learner, models.PROTECT)
    kind = models.CharField(_("consent to"), max_length=10, choices=Kind)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    text = models.TextField(_("text"))
    giver = models.CharField(_("given by"), max_length=10, choices=Giver)
    giver_name = models.CharField(_("name"), max_length=120, blank=True)
    relation = models.CharField(
        _("relation"), max_length=60, blank=True, help_text=_("For example mother, father, legal guardian.")
    )

    class Meta:
        abstract = True


def words_for(learner: Learner, kind: str, language: str) -> str:
    return consent_text(kind, language, learner=learner.short_name, school=learner.school.name)


def needs_guardian(learner: Learner, kind: str, day: date) -> bool:
    """Whether a guardian has to consent on that day in the learner's place."""
    return learner.minor_until is not None and day < reaches(guardian_age(kind, learner.school), learner.minor_until)


def refuse_wrong_giver(learner: Learner, kind: str, giver: str) -> None:
    if needs_guardian(learner, kind, learner.today):
        if giver == Giver.LEARNER:
            raise Refusal(_t("At this age a parent or guardian has to consent."), field="giver")
    elif giver == Giver.GUARDIAN:
        raise Refusal(_t("At this age the student decides on this, and nobody else."), field="giver")


class ConsentQuerySet(models.QuerySet["Consent"]):
    def live_on(self, day: date) -> ConsentQuerySet:
        return self.filter(withdrawn_at=None, expires_on__gte=day)

    def for_token(self, token: str) -> ConsentQuerySet:
        return self.filter(token_hash=token_hash(token)).select_related("learner__school", "recorded_by")


class Consent(Wording, TimeStamped):
    """One consent that was given. Nothing of it ever changes but its withdrawal, once; the database sees to that."""

    class How(models.TextChoices):
        LINK = "link", pgettext_lazy("consent", "by a mailed link")
        PAPER = "paper", pgettext_lazy("consent", "on paper")

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    text_hash = models.CharField(max_length=64)
    how = models.CharField(max_length=10, choices=How)
    given_at = models.DateTimeField(default=timezone.now)
    expires_on = models.DateField(_("valid until"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", help_text="Who asked, or had the paper.")
    file = models.FileField(_("scan of the paper"), upload_to=paper_path, blank=True)
    name = models.CharField(max_length=150, blank=True)
    content_type = models.CharField(max_length=40, blank=True)
    token_hash = models.CharField(max_length=64, blank=True, help_text="Of the link to withdraw.")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: by the link."
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        default_related_name = "consents"
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="consent_kind_known"),
            models.CheckConstraint(
                condition=Q(giver="guardian") & ~Q(giver_name="") | Q(giver="learner"), name="consent_giver_known"
            ),
            models.CheckConstraint(
                condition=Q(how="paper", token_hash="") | Q(how="link", file="") & ~Q(token_hash=""),
                name="consent_how_known",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=False) | Q(withdrawn_by=None), name="consent_withdrawn_when_by"
            ),
            models.UniqueConstraint(fields=["token_hash"], name="consent_link_once", condition=~Q(token_hash="")),
        ]
        indexes = [models.Index(fields=["learner", "kind"], name="consent_of_learner")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_intact(self) -> bool:
        """Whether the text is still the one that was agreed to."""
        return sha256_of(self.text) == self.text_hash

    @property
    def is_live(self) -> bool:
        return self.withdrawn_at is None and self.expires_on >= self.learner.today

    @classmethod
    def write(cls, learner: Learner, kind: str, *, recorded_by: User, text: str, **fields: object) -> Consent:
        """Within a verb, under the learner's lock. It lasts a year, a guardian's at most until the learner decides."""
        expires_on = learner.today + LASTS
        if fields["giver"] == Giver.GUARDIAN:
            own_day = reaches(guardian_age(kind, learner.school), learner.minor_until)
            expires_on = min(expires_on, own_day - timedelta(days=1))
        return cls.objects.create(
            learner=learner, kind=kind, text=text, text_hash=sha256_of(text), expires_on=expires_on,
            recorded_by=recorded_by, **fields,
        )  # fmt: skip

    @classmethod
    @transaction.atomic
    def record_paper(
        cls, learner: Learner, kind: str, *, by: Membership, giver: str, language: str, giver_name: str = "",
        relation: str = "", file: Checked | None = None,
    ) -> Consent:  # fmt: skip
        """A paper with this text that somebody signed and the school keeps."""
        learner.guard(by=by)
        refuse_wrong_giver(learner, kind, giver)
        stored = {"file": file.file, "name": file.name, "content_type": file.content_type} if file else {}
        consent = cls.write(
            learner, kind, recorded_by=by.user, text=words_for(learner, kind, language), language=language,
            giver=giver, giver_name=giver_name, relation=relation, how=cls.How.PAPER, **stored,
        )  # fmt: skip
        learner.record("record_consent", by=by, consent=kind)
        learner.tell_orders()
        return consent

    @transaction.atomic
    def withdraw(self, *, by: Membership | None) -> None:
        """By the mailed link (None), or by staff who were told. Harmless when it was withdrawn before."""
        if by is not None and not (by.can_sell and by.organisation_id == self.learner.school_id):
            raise PermissionDenied
        self.learner.lock()
        self.refresh_from_db(from_queryset=Consent.objects.select_for_update(of=("self",)))
        if self.withdrawn_at:
            return
        self.withdrawn_at, self.withdrawn_by = timezone.now(), by.user if by else None
        self.save(update_fields=["withdrawn_at", "withdrawn_by", "updated_at"])
        self.learner.record("withdraw_consent", by=by, notify=self.told(), consent=self.kind)
        self.learner.tell_orders()

    def told(self) -> list[tuple[User, Organisation]]:
        school = self.learner.school
        return [(self.recorded_by, school), *school.owners()]


def without_consent(learners: list[Learner], kind: str, day: date) -> list[Learner]:
    """Those for whom a guardian has to consent on that day, and nobody has."""
    needing = [learner for learner in learners if needs_guardian(learner, kind, day)]
    consents = Consent.objects.live_on(day).filter(learner__in=needing, kind=kind, giver=Giver.GUARDIAN)
    consenting = set(consents.values_list("learner_id", flat=True)) if needing else set()
    return [learner for learner in needing if learner.pk not in consenting]
