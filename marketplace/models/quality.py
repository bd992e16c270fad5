"""What a trainer checks before anything reaches the client."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Tracked, User
from marketplace.models.catalogue import Category


class QualityPointQuerySet(models.QuerySet["QualityPoint"]):
    def for_category(self, category: Category | None) -> QualityPointQuerySet:
        """Its own points, then those of all categories."""
        return self.filter(Q(category=category) | Q(category=None), is_used=True).prefetch_related("texts")


class QualityPoint(models.Model):
    """One line of the checklist of a category, or of all categories; staff may edit and add."""

    category = models.ForeignKey(
        Category, models.CASCADE, null=True, blank=True, related_name="quality_points", verbose_name=_("category"),
        help_text=_("Empty: checked in every category."),
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_required = models.BooleanField(
        _("required"), default=True, help_text=_("A “no” sends the work back before the client sees it.")
    )
    is_used = models.BooleanField(_("in use"), default=True)

    objects = QualityPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("quality point")
        verbose_name_plural = _("quality points")
        ordering = ["category", "position", "pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """In the active language, else English; reads `texts`, so prefetch them for lists."""
        texts = {each.language: each.text for each in self.texts.all()}
        return texts.get(get_language() or "en") or texts.get("en") or ""


class QualityPointText(models.Model):
    point = models.ForeignKey(QualityPoint, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    text = models.CharField(_("text"), max_length=200)

    class Meta:
        verbose_name = _("words of a quality point")
        verbose_name_plural = _("words of quality points")
        constraints = [models.UniqueConstraint(fields=["point", "language"], name="quality_text_once")]

    def __str__(self) -> str:
        return self.text


class Answer(models.TextChoices):
    YES = "yes", pgettext_lazy("quality check", "Yes")
    NO = "no", pgettext_lazy("quality check", "No")
    NOT_APPLICABLE = "na", pgettext_lazy("quality check", "Does not apply")


class QualitySheet(Tracked):
    """The checks of one round of delivery, as they were signed. One that failed stays inside the school."""

    order = models.ForeignKey("marketplace.Order", models.PROTECT, related_name="sheets")
    round = models.PositiveSmallIntegerField(_("round"), help_text=_("How often the client had asked for changes."))
    answers = models.JSONField(_("answers"), help_text=_("Of each point its words, answer and note."))
    is_passed = models.BooleanField(_("passed"))
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("signed by"))
    signed_at = models.DateTimeField(_("signed at"), default=timezone.now)

    class Meta:
        verbose_name = _("quality sheet")
        verbose_name_plural = _("quality sheets")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "round"], name="quality_passed_once", condition=Q(is_passed=True)),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} / {self.round}"

    @property
    def failures(self) -> list[dict[str, Any]]:
        return [row for row in self.answers if row["answer"] == Answer.NO]

    def activity_details(self) -> dict[str, str]:
        return {"title": self.order.title, "ref": self.order.ref}
