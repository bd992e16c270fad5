"""A question about a need, and its answer."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AskForm(forms.Form):
    use_required_attribute = False
    text = forms.CharField(
        label=_("Your question"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The organisation sees which school asks. The others read it once it is answered, without a name."),
        error_messages={"required": _("Write something.")},
    )  # fmt: skip


class ReplyForm(forms.Form):
    use_required_attribute = False
    text = forms.CharField(
        label=_("Your answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Every school that reads your need reads it."), error_messages={"required": _("Write something.")},
    )  # fmt: skip
