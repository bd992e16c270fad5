"""When students under 18 may work: a table of rules by country, and the question whether a booking breaks one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import time

from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from django_countries.fields import CountryField


@dataclass(frozen=True)
class Limits:
    """What holds for a place of work. `origin` tells which country a limit comes from; "" is the EU's frame."""

    earliest_start: time = time(6)
    latest_end: time = time(22)
    minutes_a_day: int = 8 * 60
    minutes_a_week: int = 40 * 60
    rest_minutes: int = 12 * 60
    break_minutes: int = 30
    break_after_minutes: int = 4 * 60 + 30
    origin: dict[str, str] = field(default_factory=dict)

    def country_of(self, name: str) -> str | Promise:
        code = self.origin.get(name, "")
        return countries.name(code) if code else _("the European Union")


# Directive 94/33/EC, articles 8 to 12, for those who are 15 to 17 and past compulsory full-time schooling
FRAME = Limits()
LIMITS = tuple(part.name for part in fields(Limits) if part.name != "origin")
STRICTER = dict.fromkeys(LIMITS, min) | {"earliest_start": max, "rest_minutes": max, "break_minutes": max}


class YouthRule(models.Model):
    """The rule of one country, never laxer than the frame; the row without a country is the frame itself."""

    country = CountryField(
        _("country"), unique=True, blank=True, help_text=_("Empty: the frame, for all countries without a rule.")
    )
    earliest_start = models.TimeField(_("work begins at the earliest"), default=FRAME.earliest_start)
    latest_end = models.TimeField(_("work ends at the latest"), default=FRAME.latest_end)
    minutes_a_day = models.PositiveSmallIntegerField(_("minutes a day"), default=FRAME.minutes_a_day)
    minutes_a_week = models.PositiveSmallIntegerField(_("minutes a week"), default=FRAME.minutes_a_week)
    rest_minutes = models.PositiveSmallIntegerField(_("minutes of rest between days"), default=FRAME.rest_minutes)
    break_minutes = models.PositiveSmallIntegerField(_("minutes of break"), default=FRAME.break_minutes)
    break_after_minutes = models.PositiveSmallIntegerField(
        _("at the latest after minutes of work"), default=FRAME.break_after_minutes
    )
    note = models.TextField(_("source"), blank=True, help_text=_("The law, and who checked it when."))

    class Meta:
        verbose_name = _("rule for young workers")
        verbose_name_plural = _("rules for young workers")
        ordering = ["country"]
        constraints = [
            models.CheckConstraint(
                condition=Q(earliest_start__gte=time(6), latest_end__lte=time(22))
                | Q(earliest_start__gte=time(7), latest_end__lte=time(23)),
                name="youth_no_night_work",
                violation_error_message=_("Between 22:00 and 6:00, or 23:00 and 7:00, nobody under 18 works."),
            ),
            models.CheckConstraint(
                condition=Q(latest_end__gt=F("earliest_start")),
                name="youth_ends_after_start",
                violation_error_message=_("Work ends later than it begins."),
            ),
            models.CheckConstraint(
                condition=Q(minutes_a_day__range=(30, FRAME.minutes_a_day)),
                name="youth_hours_a_day",
                violation_error_message=_("A day has 30 to 480 minutes of work."),
            ),
            models.CheckConstraint(
                condition=Q(minutes_a_week__range=(30, FRAME.minutes_a_week)),
                name="youth_hours_a_week",
                violation_error_message=_("A week has 30 to 2400 minutes of work."),
            ),
            models.CheckConstraint(
                condition=Q(rest_minutes__range=(FRAME.rest_minutes, 20 * 60)),
                name="youth_rest",
                violation_error_message=_("The rest between two days has 720 to 1200 minutes."),
            ),
            models.CheckConstraint(
                condition=Q(break_minutes__range=(FRAME.break_minutes, 120))
                & Q(break_after_minutes__range=(30, FRAME.break_after_minutes)),
                name="youth_break",
                violation_error_message=_("The break has 30 to 120 minutes, after 30 to 270 minutes of work."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.country.name or _("European Union"))

    @property
    def is_frame(self) -> bool:
        return not self.country.code

    @property
    def limits(self) -> Limits:
        origin = dict.fromkeys(LIMITS, self.country.code or "")
        return Limits(**{name: getattr(self, name) for name in LIMITS}, origin=origin)


def rules_for(codes: Iterable[str]) -> dict[str, Limits]:
    """The limits of each of these countries, in one query; the frame's where a country has no rule of its own."""
    wanted = set(codes)
    rows = {rule.country.code or "": rule.limits for rule in YouthRule.objects.filter(country__in=[*wanted, ""])}
    frame = rows.get("", FRAME)
    return {code: rows.get(code, frame) for code in wanted}


def stricter(one: Limits, other: Limits) -> Limits:
    """Of each limit the stricter: for work at the client's place the school's and the client's country both hold."""
    merged, origin = {}, {}
    for name in LIMITS:
        mine, theirs = getattr(one, name), getattr(other, name)
        merged[name] = STRICTER[name](mine, theirs)
        origin[name] = (one if merged[name] == mine else other).origin.get(name, "")
    return replace(FRAME, **merged, origin=origin)
