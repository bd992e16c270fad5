"""What an organisation writes in a call."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.forms.organisations import country_choices
from accounts.models import Membership, Refusal, User
from accounts.models.places import Region
from marketplace.forms.offers import LineField, PersonChoice, languages
from marketplace.forms.orders import DateInput
from marketplace.models import Call, Category, Learner
from marketplace.models.call_rules import ALWAYS_NEEDED, NEEDED, is_caller
from vet2b.lib.formats import zone_name

NOON = time(12)
NEEDED_NOW = _("Needed before the call is published.")
GROUPS = (
    (_("What it is about"), ("kind", "title", "summary", "text", "source_language", "themes")),
    (_("Partner search"), ("programme", "reference", "role_wanted")),
    (_("Whom you look for"), ("countries", "regions", "languages", "places", "starts_on", "ends_on", "learners")),
    (_("Answers"), ("deadline_day", "deadline_time", "cap", "contact")),
)


class LearnersChoice(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, learner: Learner) -> str:
        return f"{learner} · {learner.group.name}" if learner.group else str(learner)


class CallForm(forms.Form):
    """The whole call on one page. A draft needs its kind and title; `is_publishing` asks for the rest."""

    use_required_attribute = False
    kind = forms.ChoiceField(label=_("Kind of call"), widget=forms.RadioSelect)
    title = LineField(
        label=_("Title"),
        max_length=90,
        error_messages={"required": _("Give the call a title.")},
    )
    summary = LineField(
        label=_("Summary"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One or two sentences, at most 200 characters. They stand in the list."),
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=6000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_(
            "Leave an empty line between paragraphs. **Two stars** make words bold, "
            "a line that starts with - becomes a list point, [words](https://…) a link."
        ),
    )
    source_language = forms.ChoiceField(label=_("Written in"))
    themes = forms.ModelMultipleChoiceField(
        Category.objects.none(), label=_("Themes"), required=False, widget=forms.CheckboxSelectMultiple
    )
    programme = LineField(
        label=_("Programme"),
        max_length=80,
        required=False,
        help_text=_("For example Erasmus+. Needed for a partner search."),
    )
    reference = LineField(label=_("Reference of the programme's call"), max_length=60, required=False)
    role_wanted = LineField(
        label=_("Role wanted"),
        max_length=120,
        required=False,
        help_text=_("What the partner would do. Needed for a partner search."),
    )
    countries = forms.MultipleChoiceField(
        label=_("Countries"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: anywhere."),
    )
    regions = forms.ModelMultipleChoiceField(
        Region.objects.none(),
        label=_("Regions"),
        required=False,
        help_text=_("Only where a region matters. Hold Ctrl or ⌘ to choose more than one."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages of the work"), required=False, widget=forms.CheckboxSelectMultiple
    )
    places = forms.IntegerField(
        label=_("Places"), min_value=1, max_value=500, required=False, help_text=_("How many you can select.")
    )
    starts_on = forms.DateField(label=_("First day"), widget=DateInput, required=False)
    ends_on = forms.DateField(label=_("Last day"), widget=DateInput, required=False)
    learners = LearnersChoice(
        Learner.objects.none(),
        label=_("Students you look for a placement for"),
        required=False,
        help_text=_("Only those whom you shortlist read their first names and classes, and never more."),
    )
    deadline_day = forms.DateField(label=_("Day of the deadline"), widget=DateInput, required=False)
    deadline_time = forms.TimeField(
        label=_("Time of the deadline"),
        initial=NOON,
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    cap = forms.IntegerField(
        label=_("Most answers"),
        min_value=1,
        max_value=200,
        initial=30,
        help_text=_("The call is full with so many answers, until one is withdrawn."),
    )
    contact = PersonChoice(
        User.objects.none(), label=_("Contact person"), required=False,
        help_text=_("Applicants learn the name when you shortlist them. Without one they see your organisation."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, by: Membership, call: Call | None = None, is_publishing: bool = False):
        self.by, self.call, self.is_publishing = by, call, is_publishing
        super().__init__(
            data, initial=initial_of(call) if call else {"source_language": by.organisation.source_language}
        )
        organisation = by.organisation
        kinds = [pair for pair in Call.Kind.choices if is_caller(pair[0], is_school=organisation.is_school)]
        self.fields["kind"].choices = kinds
        self.fields["source_language"].choices = self.fields["languages"].choices = languages()
        self.fields["countries"].choices = country_choices()[1:]
        self.fields["themes"].queryset = Category.objects.with_labels()
        self.fields["regions"].queryset = Region.objects.filter(level=2)
        self.fields["regions"].label_from_instance = lambda region: f"{region.country} · {region.name}"
        self.fields["regions"].widget.attrs["size"] = 8
        self.fields["contact"].queryset = colleagues(organisation)
        self.fields["contact"].empty_label = _t("Nobody in particular")
        self.fields["deadline_time"].help_text = zone_name(self.zone)
        for name in ("summary", "text", "deadline_day"):
            self.fields[name].required = data is None or is_publishing
            self.fields[name].error_messages["required"] = NEEDED_NOW
        if organisation.is_school:
            self.fields["learners"].queryset = own_learners(organisation)
        else:
            del self.fields["learners"]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.by.organisation.zone)

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(label, [self[name] for name in names if name in self.fields]) for label, names in GROUPS]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        start, end = values.get("starts_on"), values.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _t("The last day is not before the first."))
        values["deadline"] = self.deadline_of(values)
        if self.is_publishing:
            self.require_all(values)
        return values

    def deadline_of(self, values: dict[str, Any]) -> datetime | None:
        """By the caller's clock; the hour that the clock leaps over in spring is no time."""
        if not values.get("deadline_day"):
            return None
        moment = datetime.combine(values["deadline_day"], values.get("deadline_time") or NOON, self.zone)
        if moment.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
            self.add_error("deadline_time", _t("This time does not exist: the clock is put forward that day."))
        if moment <= timezone.now():
            self.add_error("deadline_day", _t("The deadline lies ahead."))
        return moment

    def require_all(self, values: dict[str, Any]) -> None:
        for name in (*ALWAYS_NEEDED, *NEEDED.get(values.get("kind", ""), ())):
            field = "deadline_day" if name == "deadline" else name
            if not values.get(name) and field not in self.errors:
                self.add_error(field, NEEDED_NOW)

    def apply(self) -> Call | None:
        """The call, or None with the reason among the form's errors."""
        values = {
            name: value for name, value in self.cleaned_data.items() if name not in {"deadline_day", "deadline_time"}
        }
        try:
            if self.call is None:
                return Call.start(by=self.by, **values)
            self.call.change(by=self.by, **values)
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return None
        return self.call


def initial_of(call: Call) -> dict[str, Any]:
    many = {name: list(getattr(call, name).all()) for name in ("regions", "themes", "learners")}
    local = call.deadline.astimezone(call.zone) if call.deadline else None
    names = (name for _label, group in GROUPS for name in group)
    values = {name: getattr(call, name) for name in names if name not in many and not name.startswith("deadline")}
    return values | many | ({"deadline_day": local.date(), "deadline_time": local.time()} if local else {})


def colleagues(organisation: Any) -> Any:
    staff = organisation.memberships.filter(role__in=Membership.WORKING)
    return User.objects.filter(memberships__in=staff, is_active=True).order_by("name", "pk")


def own_learners(school: Any) -> Any:
    return (
        Learner.objects.present()
        .filter(school=school)
        .select_related("group")
        .order_by("group__name", "family_name", "given_name", "pk")
    )
