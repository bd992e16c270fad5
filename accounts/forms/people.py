from django import forms
from django.utils.translation import gettext_lazy as _


class SignupDetails(forms.Form):
    """What sign-up asks beside address and password."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ["name", "email", "password1"]

    def signup(self, request, user):
        """allauth calls this after saving; the adapter has already taken the name."""
