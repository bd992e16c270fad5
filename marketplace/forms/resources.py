"""What a school's staff writes about its resources: what they are, their hours, and what becomes of orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership, Organisation, Refusal, User
from marketplace.forms.offers import LineField, PersonChoice, restrict
from marketplace.models import Resource
from marketplace.models.resource_verbs import CLASS_FIELDS
from marketplace.models.resources import WEEKDAYS
from marketplace.models.weeks import MAX_SPANS, WeekSpan, tidy_week

K = Resource.Kind
NAMES = {
    K.CLASS: _("For example “3B, web development”. Never the names of students."),
    K.ROOM: _("For example “Salon” or “Room 204”."),
    K.KITCHEN: _("For example “Training kitchen 1”."),
    K.MACHINE: _("For example “CNC mill”."),
    K.VEHICLE: _("For example “Van”."),
    K.TRAINER: _("As in your calendars; empty: the person's name."),
}
NO_SCRIPT_TIME = {"type": "time", "step": 300}


class ResourceForm(forms.Form):
    """The fields of one kind; the person of a trainer is chosen once and stays."""

    use_required_attribute = False
    person = PersonChoice(label=_("Trainer"), queryset=User.objects.none())
    name = LineField(label=_("Name"), max_length=80)
    year = forms.IntegerField(label=_("Year"), required=False)
    eqf_level = forms.TypedChoiceField(label=_("EQF level"), coerce=int, empty_value=None, required=False)
    headcount = forms.IntegerField(label=_("Number of students"), required=False)
    has_minors = forms.BooleanField(
        label=_("Students under 18 are in this class"), required=False,
        help_text=_("Then no booking breaks the rules for young workers: no late hours, no long days."),
    )  # fmt: skip

    def __init__(self, *args: Any, kind: str, school: Organisation, resource: Resource | None = None, **kwargs: Any):
        self.kind, self.resource = kind, resource
        initial = {name: getattr(resource, name) for name in ("name", *CLASS_FIELDS)} if resource else {}
        super().__init__(*args, initial=initial, **kwargs)
        self.drop_fields(kind, is_new=resource is None)
        self.fields["name"].help_text = NAMES[K(kind)]
        if "person" in self.fields:
            self.fields["name"].required = False
            self.fields["person"].queryset = trainers_to_add(school)
        if "year" in self.fields:
            self.fields["eqf_level"].choices = [("", _t("Choose")), *((n, str(n)) for n in range(1, 9))]
            restrict(self.fields["year"], 1, 6)
            restrict(self.fields["headcount"], 1, 60)

    def drop_fields(self, kind: str, *, is_new: bool) -> None:
        unused = set() if kind == K.CLASS else set(CLASS_FIELDS)
        if kind != K.TRAINER or not is_new:
            unused.add("person")
        for name in unused:
            del self.fields[name]

    def apply(self, *, by: Membership) -> Resource | None:
        """The resource, or None with the reason among the form's errors."""
        try:
            if self.resource is None:
                return Resource.add(self.kind, by=by, **self.cleaned_data)
            self.resource.change(by=by, **self.cleaned_data)
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return None
        return self.resource


def trainers_to_add(school: Organisation) -> Any:
    members = school.memberships.filter(role__in=Membership.WORKING).values("user")
    listed = Resource.objects.in_use().filter(school=school, person__isnull=False).values("person")
    return User.objects.filter(pk__in=members, is_active=True).exclude(pk__in=listed).order_by("name", "pk")


def clock(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs=NO_SCRIPT_TIME)
    return forms.TimeField(label=label, required=False, widget=widget)


class WeekForm(forms.Form):
    """A whole week on one page, a row a day with room for a few spans."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, week: Iterable[WeekSpan], **kwargs: Any):
        super().__init__(data, initial=initial_of(week), **kwargs)
        for weekday, label in WEEKDAYS:
            for number in range(MAX_SPANS):
                words = {"day": label, "number": number + 1}
                self.fields[f"day{weekday}_{number}_from"] = clock(_t("%(day)s, from (%(number)s)") % words)
                self.fields[f"day{weekday}_{number}_to"] = clock(_t("%(day)s, to (%(number)s)") % words)

    def days(self) -> list[dict[str, Any]]:
        """The first span of each day is in sight, the others where one of them holds something."""
        rows = []
        for weekday, label in WEEKDAYS:
            first, *more = [self.span(weekday, number) for number in range(MAX_SPANS)]
            is_open = any(field.value() or field.errors for span in more for field in span)
            rows.append({"label": label, "first": [first], "more": more, "is_open": is_open})
        return rows

    def span(self, weekday: int, number: int) -> tuple[forms.BoundField, forms.BoundField]:
        return self[f"day{weekday}_{number}_from"], self[f"day{weekday}_{number}_to"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        spans = []
        for weekday, _label in WEEKDAYS:
            for number in range(MAX_SPANS):
                opens_at, closes_at = (cleaned.get(f"day{weekday}_{number}_{end}") for end in ("from", "to"))
                if opens_at and closes_at:
                    spans.append((weekday, opens_at, closes_at))
                elif opens_at or closes_at:
                    missing = f"day{weekday}_{number}_{'to' if opens_at else 'from'}"
                    if missing not in self.errors:
                        self.add_error(missing, _t("Give both times, or none."))
        self.week = self.tidy(spans)
        return cleaned

    def tidy(self, spans: list[WeekSpan]) -> list[WeekSpan]:
        try:
            return tidy_week(spans)
        except Refusal as refusal:
            self.add_error(f"{refusal.field}_0_from", refusal.message)
            return []


def initial_of(week: Iterable[WeekSpan]) -> dict[str, time]:
    initial: dict[str, time] = {}
    for weekday, opens_at, closes_at in week:
        number = sum(name.startswith(f"day{weekday}_") for name in initial) // 2
        initial |= {f"day{weekday}_{number}_from": opens_at, f"day{weekday}_{number}_to": closes_at}
    return initial


def with_monday_copied(data: Any) -> Any:
    """What was typed, with Monday's hours on Tuesday to Friday too."""
    data = data.copy()
    for weekday in range(1, 5):
        for number in range(MAX_SPANS):
            for end in ("from", "to"):
                data[f"day{weekday}_{number}_{end}"] = data.get(f"day0_{number}_{end}", "")
    return data


class SpecialForm(forms.Form):
    use_required_attribute = False
    starts_on = forms.DateField(
        label=pgettext_lazy("date", "From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Say on which day.")},
    )  # fmt: skip
    ends_on = forms.DateField(
        label=pgettext_lazy("date", "To"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False, help_text=_("Empty: the same day."),
    )  # fmt: skip
    opens_at = clock(_("Hours from"))
    closes_at = clock(_("Hours to"))
    note = LineField(label=_("Why"), max_length=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["opens_at"].help_text = _t("Leave both times empty for days without any hours.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["ends_on"] = cleaned.get("ends_on") or cleaned.get("starts_on")
        return cleaned

    def span(self) -> tuple[date, date, time | None, time | None]:
        return tuple(self.cleaned_data[name] for name in ("starts_on", "ends_on", "opens_at", "closes_at"))
