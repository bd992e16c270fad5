"""What the sides of an order write about its agreement: other texts, a signature, the scan of a paper."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.forms.offers import LineField
from marketplace.models import AgreementVersion
from marketplace.models.agreement_texts import tidy
from marketplace.models.agreement_verbs import MAX_TEXT
from vet2b.lib.uploads import Checked, check_upload


class TextsForm(forms.Form):
    """One field a section and language, over what the latest version says."""

    use_required_attribute = False
    based_on = forms.IntegerField(widget=forms.HiddenInput)
    note = LineField(
        label=_("Why"), max_length=300, required=False, help_text=_("The other side reads it with the change.")
    )

    def __init__(self, data: Any = None, *, version: AgreementVersion):
        super().__init__(data, initial={"based_on": version.number})
        self.version = version
        self.meanwhile: list[Any] = []  # what another version changed after this form was opened
        for part in version.content["sections"]:
            for language, words in part["words"].items():
                self.fields[f"{part['key']}_{language}"] = text_field(words, language)

    def parts(self) -> list[dict[str, Any]]:
        """The sections as the page shows them, with their fields."""
        return [
            {
                "key": part["key"],
                "columns": [
                    {"language": language, "words": words, "field": self[f"{part['key']}_{language}"]}
                    for language, words in part["words"].items()
                ],
            }
            for part in self.version.content["sections"]
        ]

    def rebase(self, base: AgreementVersion) -> None:
        """Onto the version that was made meanwhile: what was typed stays, what was left alone follows it."""
        left = {name: text for name, text in texts_of(base).items() if tidy(self.data.get(name, "")) == text}
        latest = {name: text for name, text in texts_of(self.version).items() if name in left}
        self.data = self.data.copy()
        self.data.update(latest | {"based_on": self.version.number})

    def texts(self) -> dict[str, dict[str, str]]:
        return {
            part["key"]: {language: self.cleaned_data[f"{part['key']}_{language}"] for language in part["words"]}
            for part in self.version.content["sections"]
        }


def texts_of(version: AgreementVersion) -> dict[str, str]:
    """By the names of the fields."""
    return {
        f"{part['key']}_{language}": words["text"]
        for part in version.content["sections"]
        for language, words in part["words"].items()
    }


def text_field(words: dict[str, Any], language: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"lang": language, "rows": 8})
    return forms.CharField(
        label=words["title"], initial=words["text"], max_length=MAX_TEXT, widget=widget, required=bool(words["text"]),
        error_messages={"required": _("Leave some words here, if only that nothing is agreed about it.")},
    )  # fmt: skip


class SignForm(forms.Form):
    """The hash is that of the text on the page that was signed."""

    use_required_attribute = False
    number = forms.IntegerField(widget=forms.HiddenInput)
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    name = LineField(label=_("Your full name"), max_length=120)
    function = LineField(
        label=pgettext_lazy("signatory", "Your function"), max_length=120,
        help_text=_("For example headteacher, director or managing director."),
    )  # fmt: skip
    has_read = forms.BooleanField(
        label=_("I have read this version"), error_messages={"required": _("Tick this once you have read it.")}
    )

    def __init__(self, *args: Any, version: AgreementVersion, **kwargs: Any):
        super().__init__(*args, initial=first(version) | kwargs.pop("initial", {}), **kwargs)
        self.fields["has_read"].label = _("I have read version %(number)s") % {"number": version.number}

    def renew(self) -> None:
        """The page now shows something else: what was typed stays, but it is to be read and ticked anew."""
        self.data = self.data.copy()
        self.data.pop("has_read", None)
        self.data.update({name: self.initial[name] for name in ("number", "ref", "sha256") if name in self.fields})

    def signature(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "has_read"}


class PaperForm(SignForm):
    file = forms.FileField(
        label=_("Scan as PDF"), help_text=_("With the signatures of both sides, at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf"}),
    )  # fmt: skip
    has_read = forms.BooleanField(
        label=_("Both sides signed it"), error_messages={"required": _("Tick this if both sides have signed it.")}
    )
    field_order = ["number", "sha256", "file", "name", "function", "has_read"]

    def __init__(self, *args: Any, version: AgreementVersion, **kwargs: Any):
        super().__init__(*args, version=version, **kwargs)
        self.fields["has_read"].label = _("Both sides have signed version %(number)s on this paper") % {
            "number": version.number
        }

    def clean_file(self) -> Checked:
        file: UploadedFile = self.cleaned_data["file"]
        return check_upload(file, {"pdf"})


class ConfirmForm(SignForm):
    """Number and hash are those of the scan."""

    number = None
    ref = forms.CharField(widget=forms.HiddenInput, max_length=14)
    has_read = forms.BooleanField(
        label=_("This is the paper that we signed"), error_messages={"required": _("Tick this once you have compared.")}
    )

    def __init__(self, *args: Any, version: AgreementVersion, paper: Any, **kwargs: Any):
        initial = {"ref": paper.ref, "sha256": paper.sha256}
        super().__init__(*args, version=version, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.fields["has_read"].label = _("This is the paper that we signed")


def first(version: AgreementVersion) -> dict[str, Any]:
    return {"number": version.number, "sha256": version.sha256}


class TerminateForm(forms.Form):
    use_required_attribute = False
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("This ends the order too."), error_messages={"required": _("Please give a reason.")},
    )  # fmt: skip
