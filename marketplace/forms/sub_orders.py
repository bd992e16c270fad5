from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.forms.offers import LineField
from marketplace.models import Order


class PartChoice(forms.ModelChoiceField):
    def label_from_instance(self, order: Order) -> str:
        return f"{order.title} · {order.seller} · {order.get_status_display()}"


class PassForm(forms.Form):
    """Which of the school's own orders becomes a part, and what the client is told of it."""

    use_required_attribute = False
    part = PartChoice(Order.objects.none(), label=_("Your order from the other school"), to_field_name="ref")
    title = LineField(
        label=_("What the other school does"), max_length=120,
        help_text=_("Your client reads it, with the school's name."),
        error_messages={"required": _("Say what the other school does.")},
    )  # fmt: skip
    names_client = forms.BooleanField(label=_("The other school may know your client's name"), required=False)

    def __init__(self, *args: Any, order: Order, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["part"].queryset = order.can_become_part()
