from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.forms.orders import BookForm, DateInput, RequestForm
from marketplace.models import Offer
from marketplace.models.order_terms import MAX_QUANTITY
from marketplace.strip import Strip

THIS_ERA = (2000, 3000)  # years in which all arithmetic on days is sound


class MomentField(forms.Field):
    """A moment as a radio button of the strip carries it: ISO 8601 with its offset."""

    default_error_messages = {"invalid": gettext_lazy("Choose one of the times.")}

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            moment = datetime.fromisoformat(str(value)[:40].replace(" ", "+"))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not THIS_ERA[0] < moment.year < THIS_ERA[1]:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


def day_of(request: HttpRequest) -> date | None:
    """The first day to show, from the address."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
    return day if THIS_ERA[0] < day.year < THIS_ERA[1] else None


class TimeForm(forms.Form):
    """When, and for how many."""

    request_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    starts_at = MomentField(label=gettext_lazy("Time"), error_messages={"required": gettext_lazy("Choose a time.")})

    def __init__(self, *args: Any, offer: Offer, has_quantity: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("request_key", uuid.uuid4())
        least, most, unit = offer.min_quantity, offer.max_quantity, offer.unit
        self.least = least
        if not has_quantity or (not offer.plan.is_by_quantity and least == 1 and most in (None, 1)):
            return
        label = _("How many (%(unit)s)") % {"unit": unit} if unit else _("How many")
        field = self.fields["quantity"] = forms.IntegerField(
            label=label, min_value=least, max_value=most or MAX_QUANTITY, initial=least
        )
        field.widget.attrs["inputmode"] = "numeric"

    @property
    def how_many(self) -> int:
        """What was typed where it can be used, so that the strip shows times for that many."""
        if not hasattr(self, "cleaned_data"):
            return self.initial.get("quantity") or self.least
        return self.cleaned_data.get("quantity") or self.least

    def strip_of(self, offer: Offer, **kwargs: Any) -> Strip:
        chosen = getattr(self, "cleaned_data", self.initial).get("starts_at")
        return Strip(offer, quantity=self.how_many, chosen=chosen, **kwargs)


class ConfirmForm(BookForm):
    """What is left to say of a draft that has its time."""

    def set_dates(self) -> None:
        RequestForm.set_dates(self)
        for name in ("window", "wished_on"):
            self.fields.pop(name, None)

    def set_quantity(self) -> None:
        del self.fields["quantity"]

    @property
    def given_quantity(self) -> int:
        return self.instance.quantity


class DaysForm(forms.Form):
    """Other days for an order that has no appointment."""

    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=DateInput)
    ends_on = forms.DateField(label=gettext_lazy("Last day"), widget=DateInput, required=False)


class ReasonPart(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why (the other side reads it)"), max_length=1000, widget=forms.Textarea, required=False
    )
