from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.forms.orders import MessageForm, ReasonForm
from marketplace.models import Outcome


class StatementForm(MessageForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Your statement")


class SettlementForm(ReasonForm):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[("", _("Choose the outcome")), *Outcome.choices])
    net = forms.DecimalField(
        label=_("New net price"), max_digits=12, decimal_places=2, min_value=0, required=False,
        help_text=_("For a price cut only, in the order's currency."),
    )  # fmt: skip
    field_order = ["outcome", "net", "reason"]


class AcceptSettlementForm(forms.Form):
    settlement = forms.CharField(widget=forms.HiddenInput, max_length=14)


class TakeBackSettlementForm(AcceptSettlementForm):
    pass


class RefuseSettlementForm(AcceptSettlementForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea, required=False,
        help_text=_("The other side reads it."),
    )  # fmt: skip
