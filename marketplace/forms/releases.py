"""What a trainer asks for when students miss lessons for an order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership, Refusal
from marketplace.forms.orders import DateInput
from marketplace.forms.resources import clock
from marketplace.forms.teams import LearnersField
from marketplace.models import Learner, Order, Release, Resource


class ReleaseForm(forms.Form):
    use_required_attribute = False
    group = forms.ModelChoiceField(
        Resource.objects.none(), label=_("Class"), required=False, empty_label=_("Only the students below"),
        help_text=_("The whole class misses the lessons."),
    )  # fmt: skip
    learners = LearnersField(
        Learner.objects.none(), label=_("Students of the team"), required=False,
        help_text=_("Where not the whole class is freed."),
    )  # fmt: skip
    starts_on = forms.DateField(
        label=pgettext_lazy("date", "From"), widget=DateInput, error_messages={"required": _("Say on which day.")}
    )
    ends_on = forms.DateField(
        label=pgettext_lazy("date", "To"), widget=DateInput, required=False, help_text=_("Empty: the same day.")
    )
    starts_at = clock(_("Hours from"))
    ends_at = clock(_("Hours to"))
    lessons = forms.CharField(
        label=_("Lessons they miss"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Which subjects, on which days and at which hours. No names of students."),
        error_messages={"required": _("Say which lessons they miss.")},
    )  # fmt: skip
    catch_up = forms.CharField(
        label=_("How they catch up"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say how they catch up.")},
    )  # fmt: skip

    def __init__(self, *args: Any, order: Order, release: Release | None, **kwargs: Any):
        self.order = order
        super().__init__(*args, initial=initial_of(order, release), **kwargs)
        classes = Resource.objects.in_use().filter(school=order.seller, kind=Resource.Kind.CLASS)
        team = Learner.objects.filter(pk__in=order.team.live().values("learner")).select_related("group")
        self.fields["group"].queryset, self.fields["learners"].queryset = classes, team
        if not team:
            del self.fields["learners"]
            self.fields["group"].empty_label = _("Choose")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["ends_on"] = cleaned.get("ends_on") or cleaned.get("starts_on")
        return cleaned

    def apply(self, *, by: Membership) -> bool:
        try:
            Release.ask_for(self.order, by=by, **self.cleaned_data)
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return False
        return True


class WhyForm(forms.Form):
    use_required_attribute = False
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Your school reads it, the client does not."),
        error_messages={"required": _("Please give a reason.")},
    )  # fmt: skip


def initial_of(order: Order, release: Release | None) -> dict[str, Any]:
    """What was asked for last, else the order's own time and team."""
    if release and release.lessons:
        asked = {name: getattr(release, name) for name in Release.PLAN}
        return asked | {"learners": list(release.learners.values_list("pk", flat=True))}
    starts_at, ends_at = order.starts_at, order.ends_at
    return {
        "learners": list(order.team.live().values_list("learner", flat=True)),
        "starts_on": order.first_day or order.starts_on,
        "ends_on": order.first_day or order.ends_on,
        "starts_at": starts_at and starts_at.astimezone(order.zone).time(),
        "ends_at": ends_at and ends_at.astimezone(order.zone).time(),
    }
