from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Report


class ReportForm(forms.ModelForm):
    class Meta:
        model = Report
        fields = ["ground", "text", "reporter_email"]
        widgets = {"ground": forms.RadioSelect, "text": forms.Textarea(attrs={"rows": 6})}
        error_messages = {
            "ground": {"required": _("Choose why you report this.")},
            "text": {"required": _("Say what is wrong.")},
        }
        help_texts = {
            "text": _("What you saw and where. Please name no student."),
            "reporter_email": _("We write to you what was decided. Nobody else sees it."),
        }

    def __init__(self, *args: Any, is_stranger: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = Report.Ground.choices
        if is_stranger:
            self.fields["reporter_email"].required = True
            self.fields["reporter_email"].error_messages["required"] = _("Write the e-mail address for our answer.")
        else:
            del self.fields["reporter_email"]
