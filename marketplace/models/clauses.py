"""The texts that agreements are made of, by country and language. A version, once written, stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

FALLBACK = "en"


@dataclass(frozen=True)
class ClauseText:
    """`is_checked` tells whether a lawyer has looked at it; every page and paper that shows the text says so."""

    title: str
    text: str
    version: int
    is_checked: bool
    country: str = ""
    language: str = FALLBACK


class ClauseQuerySet(models.QuerySet["Clause"]):
    def newest(self) -> ClauseQuerySet:
        """The latest version of each clause of each country and language."""
        return self.order_by("key", "country", "language", "-version").distinct("key", "country", "language")


class Clause(models.Model):
    """One version of one clause; trigger clause_stays refuses to change or remove it."""

    class Key(models.TextChoices):
        AIMS = "aims", pgettext_lazy("clause", "Aims")
        TIME = "time", pgettext_lazy("clause", "Time")
        MODES = "modes", pgettext_lazy("clause", "Way of working")
        IP = "ip", pgettext_lazy("clause", "Intellectual property and reuse")
        PHOTOS = "photos", pgettext_lazy("clause", "Photos")
        INSURANCE = "insurance", pgettext_lazy("clause", "Insurance")
        MATERIALS = "materials", pgettext_lazy("clause", "Materials")
        SUPERVISION = "supervision", pgettext_lazy("clause", "Supervision")
        DATA_PROTECTION = "data_protection", pgettext_lazy("clause", "Data protection")
        CANCELLATION = "cancellation", pgettext_lazy("clause", "Cancellation")

    key = models.CharField(_("clause"), max_length=20, choices=Key)
    country = CountryField(
        _("country"), blank=True, help_text=_("Empty: for all countries without a text of their own.")
    )
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), help_text=_("An empty line begins a new paragraph."))
    is_checked = models.BooleanField(
        _("checked by a lawyer"), default=False, help_text=_("Only where a lawyer of that country has read this text.")
    )
    created_at = models.DateTimeField(_("written on"), default=timezone.now, editable=False)

    objects = ClauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses of agreements")
        ordering = ["key", "country", "language", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "country", "language", "version"], name="clause_version_once"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="clause_version_from_one"),
            models.CheckConstraint(condition=~models.Q(title="") & ~models.Q(text=""), name="clause_has_words"),
        ]

    def __str__(self) -> str:
        place = self.country.name or _("any country")
        return f"{self.get_key_display()} · {place} · {self.get_language_display()} · {self.version}"

    def versions(self) -> ClauseQuerySet:
        """All versions of the same clause, the newest first."""
        same = Clause.objects.filter(key=self.key, country=self.country, language=self.language)
        return same.order_by("-version")

    @transaction.atomic
    def supersede(self) -> None:
        """Saves these words as the next version of the same clause; the versions before it stay."""
        list(self.versions().select_for_update())
        latest = self.versions().values_list("version", flat=True).first() or 0
        self.pk, self.version, self.created_at = None, latest + 1, timezone.now()
        self._state.adding = True
        self.save(force_insert=True)


def clauses_for(country: str, language: str) -> dict[str, ClauseText]:
    """Each clause, in the order of an agreement, in the newest words for this country and language.

    A country's own text goes before the general one, even where it exists in English only: a general text in the
    reader's language would say something else than what the other side reads."""
    wanted = Clause.objects.filter(country__in={country, ""}, language__in={language, FALLBACK})
    found = {(row.key, row.country.code or "", row.language): row for row in wanted.newest()}
    return dict(in_order(found, [(place, tongue) for place in (country, "") for tongue in (language, FALLBACK)]))


def in_order(
    found: dict[tuple[str, str, str], Clause], preferred: list[tuple[str, str]]
) -> Iterator[tuple[str, ClauseText]]:
    for key in Clause.Key.values:
        row = next((found[key, *place] for place in preferred if (key, *place) in found), None)
        if row:
            yield (
                key,
                ClauseText(row.title, row.text, row.version, row.is_checked, row.country.code or "", row.language),
            )
