from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation, User


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles_in(organisation)
        self.fields["role"].initial = Membership.Role.STAFF


def roles_in(organisation: Organisation) -> list[tuple[str, str]]:
    """The roles with what they may do, in the words of this kind of organisation."""
    if organisation.is_school:
        return [
            (Membership.Role.STAFF, _("Staff: a trainer who writes offers and leads orders")),
            (Membership.Role.OWNER, _("Owner: also runs the organisation and its members")),
            (Membership.Role.LEARNER, _("Learner: sees how the orders of the school run, without names")),
        ]
    return [
        (Membership.Role.STAFF, _("Staff: places and follows orders")),
        (Membership.Role.OWNER, _("Owner: also runs the organisation and its members")),
    ]


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=[(r.value, r.label) for r in sorted(Membership.WORKING)])
    is_signatory = forms.BooleanField(
        label=_("Signs agreements"), required=False, help_text=_("In the name of the organisation, and binding for it.")
    )
    is_coordinator = forms.BooleanField(
        label=_("Frees learners from class"), required=False,
        help_text=_("Decides whether a class may miss lessons for an order."),
    )  # fmt: skip

    def __init__(self, *args: Any, member: Membership, **kwargs: Any):
        super().__init__(*args, initial={"role": member.role} | dict.fromkeys(member.powers, True), **kwargs)
        if not member.organisation.is_school:
            del self.fields["is_coordinator"]


class TitleForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ["title"]


class SuccessorForm(forms.Form):
    """Who takes over the open work of a member who goes."""

    successor = forms.ModelChoiceField(
        label=_("Who takes over?"), queryset=User.objects.none(), empty_label=_("Choose a person"),
        help_text=_("Open orders, offers and drafts go to this person at once."),
    )  # fmt: skip

    def __init__(self, *args: Any, leaver: Membership, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = (
            User.objects.filter(
                memberships__organisation=leaver.organisation, memberships__role__in=Membership.WORKING, is_active=True
            )
            .exclude(pk=leaver.user_id)
            .order_by("name", "email")
        )
