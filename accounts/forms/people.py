from typing import Any

from allauth.core import context as allauth_context
from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User

PROVED_EMAIL = "account_verified_email"  # allauth's key for an address that somebody has already proved to own


class SignupDetails(forms.Form):
    """What sign-up asks beside address and password. Who comes from an invitation keeps the invited address."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ["name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        # allauth cuts a longer address short instead of refusing it
        self.fields["email"].validators.append(MaxLengthValidator(254))
        proved = allauth_context.request.session.get(PROVED_EMAIL) if allauth_context.request else None
        if proved:
            self.initial["email"] = proved
            self.fields["email"].disabled = True
            self.fields["email"].help_text = _("The invitation is for this address.")

    def signup(self, request: HttpRequest, user: User) -> None:
        """allauth calls this after saving; the adapter has already taken the name."""
