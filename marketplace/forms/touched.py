from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from marketplace.models import Order

KEEP = "keep"
# verbs of an order; each order allows those of its state
VERBS = {
    "ask_new_time": _("Ask the client for another time"),
    "cancel": _("Cancel it"),
    "decline": _("Decline it"),
    "withdraw_quote": _("Withdraw the quote"),
}


class TouchedForm(forms.Form):
    """What becomes of each order that a change of the school touches.

    Every order needs its answer, so one that came since the page was drawn brings the page again."""

    use_required_attribute = False  # a reason is needed only with some answers
    touched = forms.CharField(widget=forms.HiddenInput, initial="1")

    def __init__(self, data: Any = None, *, orders: Iterable[Order], by: Membership, reason: str = ""):
        super().__init__(data)
        self.orders, self.by = list(orders), by
        for order in self.orders:
            self.add_order(order, reason)

    def add_order(self, order: Order, reason: str) -> None:
        self.fields[f"do_{order.ref}"] = self.answer_field(order)
        is_needed = not self.is_bound or self.data.get(f"do_{order.ref}") in VERBS
        self.fields[f"why_{order.ref}"] = forms.CharField(
            label=_("Reason"), max_length=1000, required=is_needed, initial=reason,
            widget=forms.Textarea(attrs={"rows": 2}), help_text=_("The client reads it."),
            error_messages={"required": _("Please give a reason.")},
        )  # fmt: skip

    def answer_field(self, order: Order) -> forms.ChoiceField:
        may = [(verb, label) for verb, label in VERBS.items() if order.can(verb, by=self.by)]
        words = {"buyer": order.buyer.name, "title": order.title}
        return forms.ChoiceField(
            label=_t("What becomes of the order of %(buyer)s") % words, initial=KEEP,
            choices=[(KEEP, _t("Keep it as it is")), *may], widget=forms.RadioSelect,
            error_messages={
                "required": _t("Say what becomes of “%(title)s”.") % words,
                "invalid_choice": _t("That cannot be done with “%(title)s” any more.") % words,
            },
        )  # fmt: skip

    def rows(self) -> Iterator[tuple[Order, forms.BoundField, forms.BoundField]]:
        return ((order, self[f"do_{order.ref}"], self[f"why_{order.ref}"]) for order in self.orders)

    def settle(self) -> None:
        """Does what was answered, in the caller's transaction."""
        for order in self.orders:
            answer = self.cleaned_data[f"do_{order.ref}"]
            if answer != KEEP:
                getattr(order, answer)(by=self.by, reason=self.cleaned_data[f"why_{order.ref}"])
