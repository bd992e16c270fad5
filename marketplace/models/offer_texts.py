from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

TEXT_FIELDS = ("title", "summary", "body", "included", "excluded", "stages", "practises", "safety")


class OfferText(models.Model):
    """An offer's words in one language, always written by the school."""

    offer = models.ForeignKey("marketplace.Offer", models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=70)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    body = models.TextField(_("description"), max_length=6000, blank=True)
    included = ArrayField(models.CharField(max_length=160), verbose_name=_("what you get"), default=list, blank=True)
    excluded = ArrayField(models.CharField(max_length=160), verbose_name=_("not included"), default=list, blank=True)
    stages = models.JSONField(_("how it runs"), default=list, blank=True)
    practises = models.TextField(_("what students practise"), max_length=600, blank=True)
    safety = models.TextField(_("safety and hygiene"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [models.UniqueConstraint(fields=["offer", "language"], name="offer_text_once")]

    def __str__(self) -> str:
        return self.title


class Package(models.Model):
    """A size of an offer that has packages; `texts` maps a language to its name and description."""

    CODES = ("S", "M", "L")

    offer = models.ForeignKey("marketplace.Offer", models.CASCADE, related_name="packages")
    code = models.CharField(_("code"), max_length=2)
    price = models.DecimalField(_("net price"), max_digits=10, decimal_places=2)
    texts = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "code"], name="package_once"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="package_price_positive"),
        ]

    def __str__(self) -> str:
        return self.words_for(None)["name"]

    def words_for(self, language: str | None) -> dict[str, str]:
        chain = (language, "en", *self.texts)
        return next(
            (self.texts[lang] for lang in chain if lang in self.texts),
            {"name": self.code, "description": ""},
        )
