from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.restrictions import BY_HAND, DURATIONS, REDRESS, SCOPES, words_of

REASON_LENGTH = 3000


class DecisionForm(forms.Form):
    """Why a moderator decides so. The people concerned read it in their mail, word for word.

    `seen` is the last thing that had happened when the page was drawn."""

    is_required = True
    notes: tuple[Any, ...] = ()
    seen = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)
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

    def statement(self) -> dict[str, str]:
        """What is kept beside the reason, as codes."""
        return words_of(self.cleaned_data)


class ApprovalForm(DecisionForm):
    is_required = False


class RuleForm(DecisionForm):
    """A decision that names the rule that it rests on."""

    RULES: dict[str, Any] = {}
    rule = forms.ChoiceField(label=_("Rule"))
    field_order = ["rule", "reason"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = [("", _("Choose the rule")), *self.RULES.items()]


class RestrictionForm(RuleForm):
    """A restriction says what DSA article 17 asks for: facts, rule, scope, duration, who decided, how to object."""

    SCOPES: Iterable[str] = ("one",)
    DURATIONS: Iterable[str] = ("corrected",)
    notes = (BY_HAND, REDRESS)
    scope = forms.ChoiceField(label=_("Scope"))
    duration = forms.ChoiceField(label=_("Duration"))
    until = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Only if it ends on a day."),
    )  # fmt: skip
    field_order = ["rule", "reason", "scope", "duration", "until"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Facts")
        self.fields["reason"].help_text = _("What you saw, where and when; it goes out by mail, word for word.")
        self.fields["scope"].choices = [("", _("Choose the scope")), *((c, SCOPES[c]) for c in self.SCOPES)]
        durations = [(code, DURATIONS[code]) for code in self.DURATIONS]
        self.fields["duration"].choices = [("", _("Choose the duration")), *durations]
        if "date" not in self.DURATIONS:
            del self.fields["until"]

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("duration") != "date" or "until" in self.errors:
            return
        until = self.cleaned_data.get("until")
        if until is None or until < timezone.localdate():
            self.add_error("until", ValidationError(_t("Give a day that is not over.")))
