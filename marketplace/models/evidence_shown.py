"""What the learner, and nobody else, decides about a record: who sees which part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import InvalidTransition, Membership, Refusal
from marketplace.models.consents import Kind, without_consent

if TYPE_CHECKING:
    from marketplace.models.evidence import Evidence


class Shown(models.Model):
    """What of a record its learner released. Without a row, or while `is_public` is false, nobody else sees any."""

    class Name(models.TextChoices):
        NONE = "", pgettext_lazy("name shown", "No name")
        SHORT = "short", pgettext_lazy("name shown", "First name and initial")
        FULL = "full", pgettext_lazy("name shown", "Full name")

    evidence = models.OneToOneField("marketplace.Evidence", models.CASCADE, related_name="shown")
    is_public = models.BooleanField(default=False)
    name = models.CharField(_("your name"), max_length=10, choices=Name, blank=True)
    hours = models.BooleanField(_("hours"), default=False)
    skills = models.BooleanField(_("skills"), default=False)
    assessment = models.BooleanField(_("assessment by the trainer"), default=False)
    feedback = models.BooleanField(_("feedback of the client on the team"), default=False)
    client = models.BooleanField(_("name of the client, if it agreed"), default=False)
    changed_at = models.DateTimeField(default=timezone.now)

    PARTS = ("name", "hours", "skills", "assessment", "feedback", "client")

    class Meta:
        verbose_name = _("release of a record")
        verbose_name_plural = _("releases of records")
        constraints = [
            models.CheckConstraint(condition=Q(name__in=["", "short", "full"]), name="shown_name_known"),
            models.CheckConstraint(
                condition=Q(is_public=True)
                | Q(name="", hours=False, skills=False, assessment=False, feedback=False, client=False),
                name="shown_nothing_unless_public",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EvidenceShown:
    """The verbs of the learner; see Evidence."""

    @property
    def is_public(self) -> bool:
        """Only while the learner has the account with which to end it."""
        shown = getattr(self, "shown", None)
        return shown is not None and shown.is_public and self.learner.membership_id is not None

    @property
    def names_to_show(self) -> list[str]:
        """Nobody under 18 is named in full in public; below the age of the country the short name takes the consent of
        a guardian, and ends with it."""
        learner, name = self.learner, Shown.Name
        if not learner.is_minor:
            return [name.NONE, name.SHORT, name.FULL]
        if without_consent([learner], Kind.CREDIT, learner.today):
            return [name.NONE]
        return [name.NONE, name.SHORT]

    @property
    def public_name(self) -> str:
        """As released, or less where so much may not be shown any more."""
        if not self.is_public or not self.shown.name:
            return ""
        allowed = self.names_to_show
        if self.shown.name in allowed and self.shown.name == Shown.Name.FULL:
            return str(self.learner)
        return self.learner.short_name if Shown.Name.SHORT in allowed else ""

    @transaction.atomic
    def show(self, *, by: Membership, **parts: Any) -> None:
        """Makes a public page with these `parts` (see Shown.PARTS); what is not named is not shown."""
        shown = self.hold_shown(by)
        if self.is_revoked:
            raise InvalidTransition(_t("Your school has revoked this record. It cannot be shown any more."))
        if parts.get("name", "") not in self.names_to_show:
            raise Refusal(_t("At your age the page cannot show so much of your name."), field="name")
        save_shown(shown, is_public=True, **parts)
        self.record("show", by=by, parts=[part for part in Shown.PARTS if parts.get(part)])

    @transaction.atomic
    def hide(self, *, by: Membership) -> None:
        """Ends the public page at once. Harmless where there is none."""
        shown = self.hold_shown(by)
        if not shown.is_public:
            return
        save_shown(shown, is_public=False)
        self.record("hide", by=by)

    def hold_shown(self, by: Membership) -> Shown:
        if not isinstance(by, Membership) or not by.is_learner or self.learner.membership_id != by.pk:
            raise PermissionDenied
        self.refresh_from_db(from_queryset=type(self).objects.select_for_update(of=("self",)))
        self.shown = Shown.objects.get_or_create(evidence=cast("Evidence", self))[0]
        return self.shown


def save_shown(shown: Shown, *, is_public: bool, **parts: Any) -> None:
    shown.is_public, shown.changed_at = is_public, timezone.now()
    for part in Shown.PARTS:
        setattr(shown, part, parts.get(part) or ("" if part == "name" else False))
    shown.save()
