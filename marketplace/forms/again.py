from __future__ import annotations

from django import forms


class AgainForm(forms.Form):
    request_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
