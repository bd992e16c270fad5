from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.forms.offers import LineField
from marketplace.models import SavedSearch


class SearchForm(forms.Form):
    use_required_attribute = False
    name = LineField(label=_("Name"), max_length=80, error_messages={"required": _("Give the search a name.")})
    cadence = forms.ChoiceField(
        label=_("Mails about what is new"), choices=SavedSearch.Cadence.choices, widget=forms.RadioSelect,
        help_text=_("At once means within minutes, and at most one mail an hour. The others come at 8 in the morning."),
        error_messages={"required": _("Choose how often."), "invalid_choice": _("Choose how often.")},
    )  # fmt: skip
