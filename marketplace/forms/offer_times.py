"""How an offer is booked by day and time: the plan with its week, and the rows of what a booking needs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.models import fields_for_model, model_to_dict
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.forms.offers import restrict
from marketplace.forms.resources import WeekForm
from marketplace.models import Plan, Resource
from marketplace.models.offer_times import MAX_REQUIREMENTS, week_of
from marketplace.models.weeks import SCHOOL_WEEK

GROUPS = {
    _("How long it takes"): ("minutes", "break_minutes", "before_minutes", "after_minutes", "step_minutes"),
    _("How soon and how far ahead"): ("notice_hours", "furthest_days"),
    _("How many"): ("seats", "is_by_quantity", "seats_a_day"),
    _("Moving and cancelling"): ("free_until_hours",),
}
PLAN_FIELDS = [name for names in GROUPS.values() for name in names]
BOUNDS = {
    "minutes": (5, 720), "break_minutes": (0, 240), "before_minutes": (0, 480), "after_minutes": (0, 480),
    "step_minutes": (5, 720), "notice_hours": (0, 2000), "furthest_days": (1, 366), "seats": (1, 500),
    "seats_a_day": (1, 5000), "free_until_hours": (0, 2000),
}  # fmt: skip
HINTS = {
    "break_minutes": _("It counts into the length. Students under 18 need 30 minutes or more after 4.5 hours of work."),
    "before_minutes": _("Added to each appointment: rooms and classes are taken for it, companies do not see it."),
    "step_minutes": _("With 30, a company can choose 10:00, 10:30, 11:00 and so on."),
    "notice_hours": _("How long before it begins a company can still book."),
    "seats": _("How many companies, or guests, you can have at the same time."),
    "is_by_quantity": _("As with guests at tables: ten guests take ten places."),
    "seats_a_day": _("Empty: only the places at one time count."),
    "free_until_hours": _("Later than this, the other side has to agree."),
}


class PlanForm(WeekForm):
    def __init__(self, data: Any = None, *, plan: Plan | None, **kwargs: Any):
        super().__init__(data, week=week_of(plan) if plan else SCHOOL_WEEK, **kwargs)
        self.fields = fields_for_model(Plan, PLAN_FIELDS, help_texts=HINTS) | self.fields
        self.initial = {**model_to_dict(plan or Plan(), PLAN_FIELDS), **self.initial}
        for name, (least, most) in BOUNDS.items():
            restrict(self.fields[name], least, most)

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(label, [self[name] for name in names]) for label, names in GROUPS.items()]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in PLAN_FIELDS} | {"hours": self.week}


class NeedsForm(forms.Form):
    """Rows of resources, of each of which one is needed; empty rows are left out."""

    use_required_attribute = False

    def __init__(self, data: QueryDict | None = None, *, resources: list[Resource], needs: list[list[Any]]):
        super().__init__(data, initial={f"need{number}": choices for number, choices in enumerate(needs)})
        choices = [(resource.pk, f"{resource.name} · {resource.get_kind_display()}") for resource in resources]
        for number in range(len(needs)):
            self.fields[f"need{number}"] = forms.TypedMultipleChoiceField(
                label=_t("And one of these") if number else _t("One of these"), choices=choices, coerce=int,
                required=False, widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip

    @property
    def can_grow(self) -> bool:
        return len(self.fields) < MAX_REQUIREMENTS

    def needs(self) -> list[list[int]]:
        return list(self.cleaned_data.values())


def typed_needs(data: QueryDict) -> list[list[str]]:
    """The rows as they were sent, ticked or not; a row more for “add”, one less for “remove”."""
    count = data.get("rows", "")
    rows = [
        data.getlist(f"need{number}") for number in range(min(int(count), MAX_REQUIREMENTS) if is_count(count) else 0)
    ]
    removed = data.get("remove", "")
    if is_count(removed) and int(removed) < len(rows):
        del rows[int(removed)]
    if "add" in data and len(rows) < MAX_REQUIREMENTS:
        rows.append([])
    return rows


def is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 3
