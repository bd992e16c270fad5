from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from marketplace.models import Order
from marketplace.settling import KEEP, answers_for


class AnswersForm(forms.Form):
    """What to do with each order that a change touches; the reason goes to the clients."""

    use_required_attribute = False

    def __init__(self, *args: Any, orders: list[Order], by: Membership, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.orders = orders
        for order in orders:
            self.fields[name_of(order)] = forms.ChoiceField(
                label=_t("What to do with it"), choices=answers_for(order, by=by), widget=forms.RadioSelect,
                error_messages={"required": _("Say what to do with each order.")},
            )  # fmt: skip
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("The clients whose orders you do not keep read it."),
        )  # fmt: skip

    def rows(self) -> list[tuple[Order, forms.BoundField]]:
        return [(order, self[name_of(order)]) for order in self.orders]

    def answers(self) -> dict[int, str]:
        return {order.pk: self.cleaned_data[name_of(order)] for order in self.orders}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {cleaned.get(name_of(order), KEEP) for order in self.orders}
        if given - {KEEP} and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _t("Give a reason: the clients read it."))
        return cleaned


def name_of(order: Order) -> str:
    return f"order_{order.ref}"
