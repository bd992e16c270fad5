from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class IscedField(models.Model):
    """A field of education of ISCED-F 2013 (UNESCO Institute for Statistics)."""

    code = models.CharField(_("code"), max_length=4, primary_key=True)
    level = models.CharField(_("level"), max_length=10)
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("ISCED-F field")
        verbose_name_plural = _("ISCED-F fields")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class CategoryQuerySet(models.QuerySet["Category"]):
    def with_labels(self) -> CategoryQuerySet:
        return self.prefetch_related("labels")


class Category(models.Model):
    """What kind of work an offer is; staff may edit and add."""

    code = models.CharField(_("code"), max_length=4, primary_key=True)
    slug = models.SlugField(max_length=60, unique=True)
    icon = models.CharField(_("icon"), max_length=40)
    isced = models.ForeignKey(IscedField, models.PROTECT, verbose_name=_("ISCED-F field"), related_name="+")
    is_launch = models.BooleanField(
        _("launch category"), default=False, help_text=_("Put forward while the platform starts.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the active language, else English; reads `labels`, so prefetch them for lists."""
        names = {label.language: label.name for label in self.labels.all()}
        return names.get(get_language() or "en") or names.get("en") or self.code


class CategoryLabel(models.Model):
    """A category's name and the words people look for, in one language; all languages feed the search."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="labels")
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    name = models.CharField(_("name"), max_length=80)
    synonyms = ArrayField(
        models.CharField(max_length=60), verbose_name=_("words people look for"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("category name")
        verbose_name_plural = _("category names")
        constraints = [models.UniqueConstraint(fields=["category", "language"], name="category_label_once")]

    def __str__(self) -> str:
        return self.name


class Skill(models.Model):
    """A skill of ESCO. This service uses the ESCO classification of the European Commission."""

    uri = models.URLField(max_length=120, unique=True)
    label = models.CharField(_("label"), max_length=150)
    kind = models.CharField(_("kind"), max_length=20)
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="skills")

    class Meta:
        verbose_name = _("ESCO skill")
        verbose_name_plural = _("ESCO skills")
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label


class OfferTemplate(models.Model):
    """What a new offer of a category starts from, in English; the trainer changes what differs."""

    category = models.OneToOneField(Category, models.CASCADE, primary_key=True, related_name="template")
    content = models.JSONField(_("content"))

    class Meta:
        verbose_name = _("offer template")
        verbose_name_plural = _("offer templates")

    def __str__(self) -> str:
        return self.category_id
