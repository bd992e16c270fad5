"""What a trainer confirms of a team, what its client says of it, and what a learner shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Refusal
from marketplace.forms.offers import LineField
from marketplace.models import Evidence, Learner, Order, Shown, Skill, TeamFeedback
from marketplace.models.evidence_verbs import Finding, confirmed_minutes, skills_of
from marketplace.models.team_feedback import Mark, marked_skills

MOST_TASKS = 2000
CLOCK = r"^\d{1,4}:[0-5]\d$"


def as_clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


class SkillsField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class SharedForm(forms.Form):
    """The same for all of the team."""

    use_required_attribute = False
    tasks = forms.CharField(
        label=_("What was done"), max_length=MOST_TASKS, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say what was done.")},
        help_text=_("For all of the team. Without names of people or of the client."),
    )  # fmt: skip
    skills = SkillsField(
        Skill.objects.none(), label=_("Skills"), required=False, help_text=_("Those of the offer that were practised.")
    )


class RecordForm(forms.Form):
    """What differs for one learner."""

    use_required_attribute = False
    is_chosen = forms.BooleanField(label=_("Confirm the work of this student"), required=False)
    hours = forms.RegexField(
        CLOCK, label=_("Hours"), max_length=7,
        error_messages={"required": _("Say how many hours."), "invalid": _("Write hours and minutes, such as 12:30.")},
    )  # fmt: skip
    minutes_reason = LineField(
        label=_("Why the hours differ"), max_length=200, required=False,
        help_text=_("Only if they are not the sum of the confirmed hours."),
    )  # fmt: skip
    level = forms.ChoiceField(label=_("How the student works"), choices=Evidence.Level.choices)
    words = LineField(label=_("Assessment in a line"), max_length=400, required=False)
    own_tasks = forms.CharField(
        label=_("What this student did, if different"), max_length=MOST_TASKS, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, learner: Learner, minutes: int, **kwargs: Any):
        self.learner = learner
        initial = {"is_chosen": True, "hours": as_clock(minutes), "level": Evidence.Level.ALONE}
        super().__init__(*args, prefix=learner.ref, initial=initial, **kwargs)

    def full_clean(self) -> None:
        """Who is not confirmed now needs nothing filled in."""
        super().full_clean()
        if self.is_bound and not self.cleaned_data.get("is_chosen"):
            self._errors = forms.utils.ErrorDict()

    def finding(self, shared: dict[str, Any]) -> Finding:
        hours, minutes = map(int, self.cleaned_data["hours"].split(":"))
        return Finding(
            learner=self.learner, tasks=self.cleaned_data["own_tasks"] or shared["tasks"], minutes=hours * 60 + minutes,
            level=self.cleaned_data["level"], words=self.cleaned_data["words"],
            minutes_reason=self.cleaned_data["minutes_reason"], skills=tuple(shared["skills"]),
        )  # fmt: skip


class TeamEvidenceForm:
    """One form for the whole team: what is shared, and a part for each learner without a record."""

    def __init__(self, sent: Any = None, *, order: Order):
        skills = skills_of(order)
        self.order = order
        initial = {"tasks": prefilled(order), "skills": skills}
        self.shared = SharedForm(sent, initial=initial)
        self.shared.fields["skills"].queryset = Skill.objects.filter(pk__in=[skill.pk for skill in skills])
        if not skills:
            del self.shared.fields["skills"]
        minutes = confirmed_minutes(order)
        self.records = [
            RecordForm(sent, learner=each, minutes=minutes.get(each.pk, 0)) for each in learners_without_record(order)
        ]

    def __iter__(self) -> Iterator[forms.Form]:
        return iter([self.shared, *self.records])

    def is_valid(self) -> bool:
        return all(form.is_valid() for form in self)

    @property
    def errors(self) -> bool:
        return any(form.errors for form in self)

    def apply(self, *, by: Membership) -> bool:
        shared = {"skills": (), **self.shared.cleaned_data}
        chosen = [record for record in self.records if record.cleaned_data.get("is_chosen")]
        try:
            Evidence.confirm_team(self.order, [record.finding(shared) for record in chosen], by=by)
        except Refusal as refusal:
            self.refuse(chosen, refusal)
            return False
        return True

    def refuse(self, chosen: list[RecordForm], refusal: Refusal) -> None:
        """At the field of the learner it is about, where it is about hours."""
        confirmed = confirmed_minutes(self.order)
        for record in chosen:
            if refusal.field == "minutes_reason":
                told = record.finding({"tasks": "", "skills": ()})
                if told.minutes != confirmed.get(record.learner.pk, 0) and not told.minutes_reason:
                    record.add_error("minutes_reason", refusal.message)
                    return
        self.shared.add_error(None, refusal.message)


def prefilled(order: Order) -> str:
    """The order, and what the team wrote beside its hours, each thing once."""
    done = order.hours.confirmed().order_by("starts_at", "pk").values_list("done", flat=True)
    return "\n".join(dict.fromkeys([order.title, *done]))[:MOST_TASKS]


def learners_without_record(order: Order) -> list[Learner]:
    """Of the team, those who left it too where they have confirmed hours."""
    worked = order.hours.confirmed().values("learner")
    team = order.team.filter(left_at=None) | order.team.filter(learner__in=worked)
    found = Learner.objects.filter(pk__in=team.values("learner"))
    return list(found.exclude(pk__in=order.evidence.live().values("learner")))


class FeedbackForm(forms.Form):
    """A mark for each skill; none has to be given."""

    use_required_attribute = False
    line = LineField(
        label=_("In one line"), max_length=200, required=False,
        help_text=_("About the team, never about one student. It stands in the students' records."),
    )  # fmt: skip
    may_be_named = forms.BooleanField(label=_("Our name may stand in the students' records"), required=False)

    def __init__(self, *args: Any, order: Order, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.order, self.skills = order, marked_skills(order)
        marks = {
            f"skill{skill.pk}": forms.TypedChoiceField(
                label=skill.label, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect,
                choices=[("", _t("no answer")), *Mark.choices],
            )
            for skill in self.skills
        }  # fmt: skip
        self.fields = {**marks, **self.fields}

    def apply(self, *, by: Membership) -> bool:
        given = {skill: self.cleaned_data[f"skill{skill.pk}"] for skill in self.skills}
        marks = {skill: mark for skill, mark in given.items() if mark}
        words = {name: self.cleaned_data[name] for name in ("line", "may_be_named")}
        try:
            TeamFeedback.give(self.order, marks, by=by, **words)
        except Refusal as refusal:
            self.add_error(None, refusal.message)
            return False
        return True


class ShownForm(forms.ModelForm):
    class Meta:
        model = Shown
        fields = Shown.PARTS
        widgets = {"name": forms.RadioSelect}

    use_required_attribute = False

    def __init__(self, *args: Any, evidence: Evidence, **kwargs: Any):
        super().__init__(*args, instance=getattr(evidence, "shown", None), **kwargs)
        self.evidence = evidence
        allowed = evidence.names_to_show
        self.fields["name"].choices = [choice for choice in Shown.Name.choices if choice[0] in allowed]
        if evidence.feedback is None:
            del self.fields["feedback"]
        if not evidence.client_name:
            del self.fields["client"]

    def apply(self, *, by: Membership) -> bool:
        try:
            self.evidence.show(by=by, **self.cleaned_data)
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return False
        return True


class RevokeForm(forms.Form):
    use_required_attribute = False
    reason = LineField(
        label=_("Reason"), max_length=200, error_messages={"required": _("Please give a reason.")},
        help_text=_("The student reads it."),
    )  # fmt: skip
