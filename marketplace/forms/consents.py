from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Refusal
from marketplace.forms.offers import LineField, languages
from marketplace.forms.order_files import FilesField
from marketplace.models import Consent, ConsentRequest, Learner
from marketplace.models.consents import Giver, Kind, needs_guardian
from vet2b.lib.uploads import Checked


class ConsentForm(forms.Form):
    """What is agreed to, by whom, and in which language."""

    use_required_attribute = False
    kind = forms.ChoiceField(label=_("Consent to"), choices=Kind, widget=forms.RadioSelect)
    giver = forms.ChoiceField(label=_("Given by"), choices=Giver, widget=forms.RadioSelect)
    giver_name = LineField(
        label=_("Name of the parent or guardian"), max_length=120, required=False,
        help_text=_("Not needed where the student decides."),
    )  # fmt: skip
    relation = LineField(
        label=_("Relation"), max_length=60, required=False, help_text=_("For example mother, father, legal guardian.")
    )
    language = forms.ChoiceField(label=_("Language"), help_text=_("In which the text is read and agreed to."))

    def __init__(self, *args: Any, learner: Learner, **kwargs: Any):
        self.learner = learner
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = languages()
        self.fields["language"].initial = learner.school.source_language
        is_guardians = needs_guardian(learner, self["kind"].value(), learner.today)
        self.fields["giver"].initial = Giver.GUARDIAN if is_guardians else Giver.LEARNER

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("giver") == Giver.LEARNER:
            cleaned["giver_name"] = cleaned["relation"] = ""
        elif "giver_name" in cleaned and not cleaned["giver_name"]:
            self.add_error("giver_name", _t("Write the name of the parent or guardian."))
        return cleaned

    def apply(self, *, by: Membership) -> bool:
        try:
            self.save(by=by)
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return False
        return True

    def save(self, *, by: Membership) -> None:
        raise NotImplementedError


class AskForm(ConsentForm):
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("Of the person who is asked. We forget it with the answer, at the latest after 14 days."),
    )  # fmt: skip

    field_order = ("kind", "giver", "giver_name", "relation", "email", "language")

    def save(self, *, by: Membership) -> None:
        ConsentRequest.ask(self.learner, by=by, **self.cleaned_data)


class PaperForm(ConsentForm):
    file = FilesField(
        label=_("Scan of the paper"),
        help_text=_("A picture or PDF of at most 10 MB. Only your school's staff opens it."),
    )

    def clean_file(self) -> Checked | None:
        files = self.cleaned_data["file"]
        if len(files) > 1:
            raise ValidationError(_t("One file, please."))
        return files[0] if files else None

    def save(self, *, by: Membership) -> None:
        Consent.record_paper(self.learner, by=by, **self.cleaned_data)
