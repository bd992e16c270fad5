"""What one side writes to change an agreed order, and what the other answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.forms.offers import LineField
from marketplace.forms.orders import DateInput
from marketplace.models import Order
from marketplace.models.change_terms import MAX_NET, MAX_SCOPE, MAX_WORDS


class ChangeForm(forms.Form):
    """Begins with what is agreed; what is left as it is does not change."""

    use_required_attribute = False
    net = forms.DecimalField(
        label=_("Net price"), max_digits=12, decimal_places=2, min_value=0, max_value=MAX_NET, required=False,
        help_text=_("VAT is charged as agreed so far."),
    )  # fmt: skip
    starts_on = forms.DateField(label=_("First day"), widget=DateInput, required=False)
    ends_on = forms.DateField(label=_("Last day"), widget=DateInput, required=False)
    scope = forms.CharField(
        label=_("On top of the quote"), max_length=MAX_SCOPE, widget=forms.Textarea(attrs={"rows": 4}), required=False,
        help_text=_("What is to be done besides, or no more. The quote itself stays as it was."),
    )  # fmt: skip
    words = forms.CharField(
        label=_("Why"), max_length=MAX_WORDS, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why.")}, help_text=_("The other side reads it with the change."),
    )  # fmt: skip

    def __init__(self, *args: Any, order: Order, **kwargs: Any):
        agreed = {name: getattr(order, name) for name in ("net", "starts_on", "ends_on", "scope")}
        super().__init__(*args, initial=agreed, **kwargs)
        self.fields["net"].label = _("Net price in %(currency)s") % {"currency": order.currency}
        if order.starts_at:
            del self.fields["starts_on"], self.fields["ends_on"]

    @property
    def wishes(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "words"}


class SealForm(forms.Form):
    """A signature under the terms whose hash the page showed."""

    use_required_attribute = False
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    name = LineField(label=_("Your full name"), max_length=120)
    function = LineField(
        label=pgettext_lazy("signatory", "Your function"), max_length=120,
        help_text=_("For example headteacher, director or managing director."),
    )  # fmt: skip
    has_read = forms.BooleanField(
        label=_("I have read these terms"), error_messages={"required": _("Tick this once you have read them.")}
    )

    def signature(self, method: str) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("sha256", "name", "function")} | {"method": method}


class AnswerForm(forms.Form):
    """`change` is the ref of the request that was read."""

    use_required_attribute = False
    change = forms.CharField(widget=forms.HiddenInput, max_length=14)


class RefuseForm(AnswerForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), required=False,
        help_text=_("The other side reads it."),
    )  # fmt: skip
