from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError as InvalidNumber

from marketplace.forms.orders import DateInput
from marketplace.models import BankAccount, Invoice


class BankForm(forms.ModelForm):
    iban = forms.CharField(
        label=_("IBAN"), max_length=50, help_text=_("With or without blanks."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    bic = forms.CharField(
        label=_("BIC"), max_length=20, required=False, help_text=_("Only banks outside the SEPA area ask for it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    class Meta:
        model = BankAccount
        fields = ["holder", "iban", "bic"]
        help_texts = {"holder": _("As the bank knows it.")}

    def clean_iban(self) -> str:
        try:
            return ibans.validate(self.cleaned_data["iban"])
        except InvalidNumber as error:
            raise ValidationError(_t("This is not a valid IBAN. Check the digits.")) from error

    def clean_bic(self) -> str:
        try:
            return bics.validate(self.cleaned_data["bic"]) if self.cleaned_data["bic"] else ""
        except InvalidNumber as error:
            raise ValidationError(_t("This is not a valid BIC: 8 or 11 letters and digits.")) from error

    def validate_constraints(self) -> None:
        """The verb keeps them, with words of its own."""


class InvoiceForm(forms.Form):
    number = forms.CharField(label=_("Invoice number"), max_length=40)
    issued_on = forms.DateField(label=_("Date of the invoice"), widget=DateInput)

    def __init__(self, *args: Any, invoice: Invoice | None, **kwargs: Any):
        now: dict[str, Any] = {"issued_on": timezone.localdate()}
        if invoice:
            now = {"number": invoice.number, "issued_on": invoice.issued_on}
        super().__init__(*args, initial=now, auto_id="id_invoice_%s", **kwargs)


class PaidForm(forms.Form):
    paid_on = forms.DateField(label=_("Paid on"), widget=DateInput)

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any):
        day = invoice.paid_on or timezone.localdate()
        super().__init__(*args, initial={"paid_on": day}, auto_id="id_paid_%s", **kwargs)
        if invoice.paid_on:
            self.fields["paid_on"].required = False
            self.fields["paid_on"].help_text = _("Leave it empty to take back that it was paid.")
