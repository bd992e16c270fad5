from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Refusal
from marketplace.forms.offers import LineField
from marketplace.models.readiness import MAX_TRAINERS, Line, Readiness
from marketplace.models.ready_items import Item

CONFIRM = {
    Item.INSURANCE: _("Our insurance covers this work"),
    Item.CLIENT_INSURANCE: _("Our place is insured for visitors who work there"),
    Item.SAFETY: _("We have read the safety sheet and keep to it"),
    Item.MATERIALS: _("What we supply is ready"),
}


class ReadyForm(forms.Form):
    """What one side has still to confirm, in one go: it confirms what it can, and leaves the rest."""

    use_required_attribute = False

    def __init__(self, *args: Any, readiness: Readiness, lines: list[Line], side: str, **kwargs: Any):
        self.readiness = readiness
        super().__init__(*args, **kwargs)
        for line in lines:
            if line.side == side and not line.is_met and not line.is_counted:
                self.ask(line.kind)

    def ask(self, kind: str) -> None:
        if kind != Item.CONTACT:
            if kind not in CONFIRM:
                return
            self.fields[kind] = forms.BooleanField(label=CONFIRM[Item(kind)], required=False)
            return
        self.fields["contact_name"] = LineField(
            label=_("Whom the class asks for on the day"), max_length=120, required=False
        )
        self.fields["contact_phone"] = LineField(
            label=_("Phone of this person"), max_length=40, required=False,
            widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.kinds = [name for name, value in cleaned.items() if value is True]
        if cleaned.get("contact_name") or cleaned.get("contact_phone"):
            self.kinds.append(Item.CONTACT)
        if not self.kinds and not self.errors:
            self.add_error(None, _("Confirm at least one thing."))
        return cleaned

    def apply(self, *, by: Membership) -> bool:
        words = {name: self.cleaned_data.get(name, "") for name in ("contact_name", "contact_phone")}
        try:
            self.readiness.confirm(self.kinds, by=by, **words)
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return False
        return True


class WaiveForm(forms.Form):
    use_required_attribute = False
    reason = LineField(
        label=_("Why this order does not need it"),
        max_length=300,
        error_messages={"required": _("Please give a reason.")},
    )


class TrainersForm(forms.Form):
    use_required_attribute = False
    count = forms.IntegerField(label=_("Trainers present"), min_value=1, max_value=MAX_TRAINERS)
