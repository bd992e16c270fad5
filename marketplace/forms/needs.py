"""The short questions of a need, a topic a page, and a school's answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.forms.organisations import country_choices
from accounts.models import Membership
from marketplace.asked import understand
from marketplace.facets import labels_of
from marketplace.forms.offers import LineField, languages
from marketplace.forms.order_files import FilesField
from marketplace.forms.orders import DateInput
from marketplace.models import Category, Need, Offer, Order

ANSWER_DAYS = (7, 14, 21, 30)


class WhatForm(forms.Form):
    """Where no category is chosen, the words tell it."""

    use_required_attribute = False
    text = forms.CharField(
        label=_("What do you need?"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What should be made or done, how much of it, and what matters to you."),
        error_messages={"required": _("Say what you need.")},
    )  # fmt: skip
    title = LineField(
        label=_("In a few words"), max_length=100, help_text=_("Everybody can read this line."),
        error_messages={"required": _("Give it a title.")},
    )  # fmt: skip
    category = forms.ChoiceField(
        label=_("Category"), required=False, help_text=_("Leave it empty, and we take it from your words.")
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", "–"), *sorted(labels_of("category").items(), key=lambda row: row[1])]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("category") and cleaned.get("title"):
            cleaned["category"] = guess(cleaned["title"]) or guess(cleaned.get("text", ""))
            if not cleaned["category"]:
                self.add_error("category", _t("Choose a category."))
        return cleaned


def guess(text: str) -> str:
    """The category that most of the words mean; "" where they mean none."""
    meant = [code for word in understand(text).words for code in sorted(word.categories)]
    return max(meant, key=meant.count, default="")


class WhenForm(forms.Form):
    use_required_attribute = False
    starts_on = forms.DateField(
        label=_("From"), widget=DateInput, required=False, help_text=_("Leave both empty if any time will do.")
    )
    ends_on = forms.DateField(label=_("Until"), widget=DateInput, required=False)
    place_mode = forms.ChoiceField(
        label=_("Where"), choices=Order.PlaceMode.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose where.")},
    )  # fmt: skip
    country = forms.ChoiceField(label=_("Country"), error_messages={"required": _("Choose a country.")})
    place = LineField(label=_("Town and address"), max_length=250, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and start < timezone.localdate():
            self.add_error("starts_on", _t("Choose a day in the future."))
        if end and (not start or end < start):
            self.add_error("ends_on", _t("It ends after it starts."))
        if cleaned.get("place_mode") in {"at_client", "shipped"} and not cleaned.get("place"):
            self.add_error("place", _t("Write the address."))
        return cleaned


class BudgetForm(forms.Form):
    use_required_attribute = False
    budget = forms.ChoiceField(
        label=_("Your budget, without VAT"), choices=Need.Budget.choices, widget=forms.RadioSelect, required=False,
        help_text=_("Schools charge what material and training cost. A range helps them to propose what fits."),
    )  # fmt: skip


class AnswersForm(forms.Form):
    use_required_attribute = False
    languages = forms.MultipleChoiceField(
        label=_("Languages in which you can work with a school"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one language.")},
    )  # fmt: skip
    answer_days = forms.TypedChoiceField(
        label=_("How long schools may answer"), coerce=int, widget=forms.RadioSelect, initial=14,
        error_messages={"required": _("Choose how long.")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = languages()
        self.fields["languages"].initial = [get_language()]
        self.fields["answer_days"].choices = [(days, _t("%(n)s days") % {"n": days}) for days in ANSWER_DAYS]


STEPS: dict[str, type[forms.Form]] = {
    "what": WhatForm, "when": WhenForm, "budget": BudgetForm, "answers": AnswersForm
}  # fmt: skip


class SendForm(forms.Form):
    use_required_attribute = False
    files = FilesField(label=_("Anything to show the schools?"))


class NearestForm(forms.Form):
    """With a quote: the service of the school on whose terms the class works."""

    use_required_attribute = False
    offer = forms.ModelChoiceField(
        label=_("Which of your services is nearest?"), queryset=Offer.objects.none(), empty_label=None,
        help_text=_("It says who leads the work, which class does it, and under which rules."),
        error_messages={"required": _("Choose one of your published services.")},
    )  # fmt: skip

    def __init__(self, *args: Any, by: Membership, need: Need, **kwargs: Any):
        super().__init__(*args, **kwargs)
        own = Offer.objects.published().for_organisation(by.organisation).filter(plan=None)
        self.fields["offer"].queryset = own.prefetch_related("texts")
        self.fields["offer"].label_from_instance = lambda offer: offer.title
        self.initial.setdefault("offer", own.filter(category=need.category_id).first() or own.first())


def category_of(code: str) -> Category:
    return Category.objects.get(pk=code)
