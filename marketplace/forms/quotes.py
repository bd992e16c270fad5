from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.forms.orders import DateInput
from marketplace.models import BY_QUANTITY, Counter, Order, Quote, QuoteLine, Window
from marketplace.models.order_deal import QUOTE_VALID_DAYS
from marketplace.models.quotes import Total

MAX_LINES = 40
COPIED = (
    "deliverables", "exclusions", "client_supplies", "window", "starts_on", "ends_on", "rounds_of_changes",
    "vat_exemption",
)  # fmt: skip


class QuoteForm(forms.ModelForm):
    """The terms of a quote; its lines stand in `LineFormSet`."""

    class Meta:
        model = Quote
        fields = [
            "deliverables", "exclusions", "client_supplies", "window", "starts_on", "ends_on", "rounds_of_changes",
            "valid_until", "vat_exemption", "message",
        ]  # fmt: skip
        widgets = {"starts_on": DateInput, "ends_on": DateInput, "valid_until": DateInput}
        help_texts = {
            "window": gettext_lazy("Its dates are agreed and its place is taken when the client accepts."),
            "vat_exemption": gettext_lazy("Only when no VAT is charged."),
            "message": gettext_lazy("Goes with the quote."),
        }

    def __init__(self, *args: Any, order: Order, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["window"].queryset = Window.objects.bookable(order.offer) if order.offer else Window.objects.none()
        if not self.fields["window"].queryset:
            del self.fields["window"]
        if order.starts_at:  # an appointment was chosen with the request, and is held
            for name in ("window", "starts_on", "ends_on"):
                self.fields.pop(name, None)
        self.fields["valid_until"].widget.attrs["min"] = timezone.localdate().isoformat()
        self.fields["rounds_of_changes"].validators.append(MaxValueValidator(20))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("The end is before the start."))
        return cleaned


class Amount(forms.DecimalField):
    """Takes a decimal comma as well as a point, whatever the language; three digits after it are refused."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = "".join(value.split())
            value = value.replace(",", ".") if "." not in value and value.count(",") == 1 else value
        return super().to_python(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"inputmode": "decimal"}


class LineForm(forms.ModelForm):
    class Meta:
        model = QuoteLine
        fields = ["description", "quantity", "unit", "unit_price", "vat_rate"]
        field_classes = {"quantity": Amount, "unit_price": Amount, "vat_rate": Amount}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, value in self.initial.items():
            if isinstance(value, Decimal) and name != "unit_price":
                self.initial[name] = f"{value.normalize():f}"
        self.fields["quantity"].validators.append(MinValueValidator(Decimal("0.01")))
        for name in ("unit_price", "vat_rate"):
            self.fields[name].validators.append(MinValueValidator(Decimal(0)))


class CounterForm(forms.ModelForm):
    class Meta:
        model = Counter
        fields = ["text", "wished_price", "wished_on"]
        field_classes = {"wished_price": Amount}
        widgets = {"wished_on": DateInput}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["wished_price"].validators.append(MinValueValidator(Decimal(0)))


class BaseLineFormSet(forms.BaseFormSet):
    deletion_widget = forms.CheckboxInput

    def add_fields(self, form: LineForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove this line")

    def rows(self) -> list[dict[str, Any]]:
        """The filled-in lines that stay, as Order.quote() takes them."""
        return [
            {name: form.cleaned_data[name] for name in LineForm.Meta.fields}
            for form in self.forms
            if form.is_valid() and form.cleaned_data.get("description") and not form.cleaned_data.get("DELETE")
        ]

    @property
    def total(self) -> Total:
        lines = [QuoteLine.of(number, **row) for number, row in enumerate(self.rows())]
        return Total(
            sum((line.net for line in lines), Decimal("0.00")), sum((line.vat for line in lines), Decimal("0.00"))
        )

    def clean(self) -> None:
        if not any(self.errors) and not self.rows():
            raise forms.ValidationError(_("A quote needs at least one line."))


LineFormSet = forms.formset_factory(
    LineForm, BaseLineFormSet, extra=0, can_delete=True, max_num=MAX_LINES, absolute_max=MAX_LINES, validate_max=True
)


def with_one_more(data: Any, prefix: str = "lines") -> Any:
    """The posted form with an empty line added: the "add a line" button where there is no JavaScript."""
    more = data.copy()
    try:
        count = int(data.get(f"{prefix}-TOTAL_FORMS", "0"))
    except ValueError:
        count = 0
    more[f"{prefix}-TOTAL_FORMS"] = str(min(max(count, 0) + 1, MAX_LINES))
    return more


def first_terms(order: Order) -> dict[str, Any]:
    """What a new quote starts from: the one before, else the offer and the request."""
    latest, offer = order.latest_quote, order.offer
    valid = {"valid_until": timezone.localdate() + timedelta(days=QUOTE_VALID_DAYS)}
    if latest:
        return {name: getattr(latest, name) for name in COPIED} | valid
    text = offer.source_text if offer else None
    return {
        "deliverables": "\n".join(text.included) if text else "",
        "exclusions": "\n".join(text.excluded) if text else "",
        "window": order.window,
        "starts_on": order.window.starts_on if order.window else order.wished_on,
        "ends_on": order.window.ends_on if order.window else None,
        "rounds_of_changes": order.rounds_of_changes,
        "vat_exemption": offer.vat_exemption if offer else "",
    } | valid


def first_lines(order: Order) -> list[dict[str, Any]]:
    latest, offer = order.latest_quote, order.offer
    if latest:
        return list(latest.lines.values(*LineForm.Meta.fields))
    if offer is None:
        return [{"quantity": order.quantity}]
    price = order.package.price if order.package else offer.price
    return [
        {
            "description": order.package_name or order.title,
            "quantity": order.quantity if offer.price_model in BY_QUANTITY else 1,
            "unit": offer.unit,
            "unit_price": price,
            "vat_rate": offer.vat_rate,
        }
    ]
