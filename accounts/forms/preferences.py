from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import ALWAYS_MAILED, Delivery, Kind, NotificationPreference, User


class PersonForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "language"]
        labels = {"language": _("Language of the mails we send you")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class DeliveryForm(forms.Form):
    """One choice for each kind of notice: at once, in the daily digest, or none."""

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user
        chosen = NotificationPreference.objects.of(user)
        for kind in Kind:
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label, choices=deliveries_of(kind), initial=chosen[kind], widget=forms.RadioSelect
            )

    def save(self) -> None:
        NotificationPreference.objects.choose(self.user, self.cleaned_data)


def deliveries_of(kind: Kind) -> list[tuple[str, Any]]:
    return [(d.value, d.label) for d in Delivery if d != Delivery.OFF or kind not in ALWAYS_MAILED]
