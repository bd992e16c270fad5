"""What the two sides of an order write about its milestones."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.forms.offers import LineField
from marketplace.forms.order_files import FilesField
from marketplace.forms.orders import DateInput


class PlanForm(forms.Form):
    use_required_attribute = False
    title = LineField(
        label=_("What will be ready"), max_length=120, error_messages={"required": _("Say what will be ready.")}
    )
    due_on = forms.DateField(label=_("Due on"), widget=DateInput, error_messages={"required": _("Choose a day.")})


class SubmitForm(forms.Form):
    use_required_attribute = False
    note = forms.CharField(
        label=_("What is ready"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The client reads it. Add pictures, or say where to look."),
        error_messages={"required": _("Say what is ready, or how to look at it.")},
    )  # fmt: skip
    files = FilesField()


class RemarkForm(forms.Form):
    use_required_attribute = False
    reason = forms.CharField(
        label=_("Your remarks"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Say what should be otherwise. The class works on it and shows it again."),
        error_messages={"required": _("Write your remarks.")},
    )  # fmt: skip
