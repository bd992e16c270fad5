from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.forms.orders import DateInput
from marketplace.models import CalendarEntry

LONGEST = timedelta(days=400)
YEARS = 5  # back and ahead


class CalendarEntryForm(forms.ModelForm):
    class Meta:
        model = CalendarEntry
        fields = ["kind", "name", "starts_on", "ends_on"]
        widgets = {"starts_on": DateInput, "ends_on": DateInput}
        labels = {
            "kind": _("What it is"), "starts_on": pgettext_lazy("date", "From"), "ends_on": pgettext_lazy("date", "To"),
        }  # fmt: skip
        help_texts = {
            "kind": _("“Open all the same” is for a Saturday or a public holiday on which you work."),
            "name": _("For example “Christmas holidays”."),
            "ends_on": _("The last day. Leave it empty for a single day."),
        }
        error_messages = {"starts_on": {"required": _("Say on which day it begins.")}}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = CalendarEntry.Kind.choices
        self.fields["ends_on"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and not last and "ends_on" not in self.errors:
            last = cleaned["ends_on"] = first
        if first and last:
            self.check_days(first, last)
        return cleaned

    def check_days(self, first: date, last: date) -> None:
        this_year = timezone.localdate().year
        if abs(first.year - this_year) > YEARS:
            self.add_error("starts_on", _t("Check the year."))
        elif last < first:
            self.add_error("ends_on", _t("The last day is not before the first."))
        elif last - first > LONGEST:
            self.add_error("ends_on", _t("At most 400 days at once."))
