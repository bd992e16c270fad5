"""Which students of a school work on an order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Refusal
from marketplace.forms.orders import Card
from marketplace.models import Learner, Order, Resource, TeamMember
from vet2b.lib.formats import day


def learners_of(order: Order) -> Any:
    return Learner.objects.present().filter(school=order.seller).select_related("group")


def card_of(learner: Learner) -> Card:
    facts = [learner.group and learner.group.name]
    if learner.is_minor_on(timezone.localdate()):
        facts.append(_t("under 18 until %(day)s") % {"day": day(learner.minor_until)})
    return Card(str(learner), " · ".join(fact for fact in facts if fact))


class LearnersField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, learner: Learner) -> Any:
        return card_of(learner)


class TeamForm(forms.Form):
    """The team as it is, and a class to choose from."""

    use_required_attribute = False
    learners = LearnersField(Learner.objects.none(), label=_("Who takes part"), required=False)

    def __init__(self, *args: Any, order: Order, group: Resource | None, **kwargs: Any):
        self.order = order
        self.team = set(order.team.live().values_list("learner", flat=True))
        super().__init__(*args, initial={"learners": self.team}, **kwargs)
        members = Q(pk__in=self.team)
        self.fields["learners"].queryset = learners_of(order).filter(members | Q(group=group) if group else members)

    def apply(self, *, by: Membership) -> bool:
        try:
            self.order.assign_team(self.cleaned_data["learners"], by=by)
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return False
        return True


class LearnerField(forms.ModelChoiceField):
    def label_from_instance(self, learner: Learner) -> str:
        return f"{learner} · {learner.group.name}" if learner.group else str(learner)


class AbsentForm(forms.Form):
    """Who cannot take part, and who stands in."""

    use_required_attribute = False
    old = LearnerField(
        Learner.objects.none(), label=_("Who cannot take part"), empty_label=_("Choose"),
        error_messages={"required": _("Say who cannot take part.")},
    )  # fmt: skip
    reason = forms.ChoiceField(
        label=_("Why"), widget=forms.RadioSelect, help_text=_("Never a diagnosis: “absent” is enough."),
        error_messages={"required": _("Say why.")},
        choices=[choice for choice in TeamMember.Reason.choices if choice[0] != TeamMember.Reason.UNASSIGNED],
    )  # fmt: skip
    new = LearnerField(
        Learner.objects.none(), label=_("Who stands in"), required=False, empty_label=_("Nobody"),
        help_text=_("Students of the classes that are in the team."),
    )  # fmt: skip

    def __init__(self, *args: Any, order: Order, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.order = order
        live = order.team.live()
        others = learners_of(order).filter(group__in=live.values("learner__group"))
        self.fields["old"].queryset = Learner.objects.filter(pk__in=live.values("learner")).select_related("group")
        self.fields["new"].queryset = others.exclude(pk__in=live.values("learner"))

    def apply(self, *, by: Membership) -> bool:
        try:
            self.order.replace_learner(**self.cleaned_data, by=by)
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return False
        return True
