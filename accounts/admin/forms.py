from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

REASON_LENGTH = 3000


class DecisionForm(forms.Form):
    """Why a moderator decides so. The people concerned read it in their mail, word for word."""

    is_required = True
    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Goes to the people concerned by mail: what you saw, and what they can do."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = self.is_required

    def arguments(self) -> dict[str, Any]:
        """What the verb takes besides `by`."""
        return {"reason": self.cleaned_data["reason"]}


class ApprovalForm(DecisionForm):
    is_required = False


class RuleForm(DecisionForm):
    """A restriction names the rule that it rests on (DSA article 17)."""

    RULES: dict[str, Any] = {}
    rule = forms.ChoiceField(label=_("Rule"))
    field_order = ["rule", "reason"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = [("", _("Choose the rule")), *self.RULES.items()]

    def arguments(self) -> dict[str, Any]:
        rule = self.RULES[self.cleaned_data["rule"]]
        return {"reason": f"{self.cleaned_data['reason']}\n\n{_('Rule')}: {rule}"}
