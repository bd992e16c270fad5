from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.forms.order_files import FilesField
from marketplace.models import Order
from marketplace.models.quality import Answer, QualityPoint


class DeliverForm(forms.Form):
    """The checks of the trainer, and with them the hand-over, which is needed only where they pass."""

    use_required_attribute = False
    note = forms.CharField(
        label=_("What you deliver, and how to get it"), max_length=3000, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    files = FilesField()

    def __init__(self, *args: Any, order: Order, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.points = list(order.quality_points)
        for point in self.points:
            self.fields[f"point_{point.pk}"] = forms.ChoiceField(
                label=point.text, choices=Answer, widget=forms.RadioSelect,
                error_messages={"required": _("Answer this point.")},
            )  # fmt: skip
            self.fields[f"note_{point.pk}"] = forms.CharField(
                label=_t("Note to “%(point)s”") % {"point": point.text}, max_length=500, required=False
            )

    def rows(self) -> Iterator[tuple[QualityPoint, forms.BoundField, forms.BoundField]]:
        return ((point, self[f"point_{point.pk}"], self[f"note_{point.pk}"]) for point in self.points)

    def answers(self) -> dict[int, tuple[str, str]]:
        found = self.cleaned_data
        return {point.pk: (found[f"point_{point.pk}"], found[f"note_{point.pk}"]) for point in self.points}

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        passes = not any(point.is_required and found.get(f"point_{point.pk}") == Answer.NO for point in self.points)
        if passes and not found.get("note", "").strip() and "note" not in self.errors:
            self.add_error("note", _("Say what you deliver, or how to get it."))
        return found
