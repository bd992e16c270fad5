from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from marketplace.models import Order

KEEP, ASK, CANCEL = "keep", "ask_new_time", "cancel"
LABELS = {
    KEEP: _("Keep it as agreed"),
    ASK: _("Ask the client for another time"),
    CANCEL: _("Cancel it"),
}


class TouchedForm(forms.Form):
    """What becomes of each order that a change of the school touches.

    Every order needs its answer, so one that came since the page was drawn brings the page again."""

    touched = forms.CharField(widget=forms.HiddenInput, initial="1")

    def __init__(self, data: Any = None, *, orders: Iterable[Order], by: Membership, reason: str = ""):
        super().__init__(data)
        self.orders, self.by = list(orders), by
        for order in self.orders:
            self.add_order(order, reason)

    def add_order(self, order: Order, reason: str) -> None:
        may = [KEEP, *(verb for verb in (ASK, CANCEL) if order.can(verb, by=self.by))]
        self.fields[f"do_{order.ref}"] = forms.ChoiceField(
            label=_("What becomes of it"), choices=[(verb, LABELS[verb]) for verb in may], widget=forms.RadioSelect,
            initial=KEEP, error_messages={
                "required": _t("Say what becomes of “%(title)s”.") % {"title": order.title},
                "invalid_choice": _t("That cannot be done with “%(title)s” any more.") % {"title": order.title},
            },
        )  # fmt: skip
        self.fields[f"why_{order.ref}"] = forms.CharField(
            label=_("Reason"), max_length=1000, required=False, initial=reason,
            widget=forms.Textarea(attrs={"rows": 2}), help_text=_("The client reads it."),
        )  # fmt: skip

    def rows(self) -> Iterator[tuple[Order, forms.BoundField, forms.BoundField]]:
        return ((order, self[f"do_{order.ref}"], self[f"why_{order.ref}"]) for order in self.orders)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for order in self.orders:
            answer = cleaned.get(f"do_{order.ref}")
            if answer in (ASK, CANCEL) and not cleaned.get(f"why_{order.ref}", "").strip():
                self.add_error(f"why_{order.ref}", _t("Please give a reason."))
        return cleaned

    def settle(self) -> None:
        """Does what was answered, in the caller's transaction."""
        for order in self.orders:
            answer = self.cleaned_data[f"do_{order.ref}"]
            if answer != KEEP:
                getattr(order, answer)(by=self.by, reason=self.cleaned_data[f"why_{order.ref}"])
