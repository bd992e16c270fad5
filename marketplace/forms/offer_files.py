"""Pictures and documents of an offer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from marketplace.forms.offers import LineField
from marketplace.models import OfferDocument, OfferImage, OrderFile
from vet2b.lib.uploads import Checked, check_upload

PER_PERSON = 200 * 1024 * 1024
PER_ORGANISATION = 5 * 1024 * 1024 * 1024


def refuse_over_quota(more: int, by: Membership) -> None:
    """UPL-2: what one person and one organisation may store in all."""
    by_person = sum(total(model, uploaded_by=by.user) for model in (OfferImage, OfferDocument, OrderFile))
    by_school = sum(total(model, offer__school=by.organisation) for model in (OfferImage, OfferDocument))
    by_school += total(OrderFile, organisation=by.organisation)
    if by_person + more > PER_PERSON:
        raise ValidationError(_t("You have stored 200 MB. Remove files that you do not need any more."))
    if by_school + more > PER_ORGANISATION:
        raise ValidationError(_t("Your school has stored 5 GB. Remove files that are not needed any more."))


def total(model: Any, **who: Any) -> int:
    return model.objects.filter(**who).aggregate(bytes=Sum("size"))["bytes"] or 0


class UploadField(forms.FileField):
    """One file that is safe to store; cleans to `Checked`."""

    def __init__(self, kind: str, accept: str, **kwargs: Any):
        super().__init__(error_messages={"required": _("Choose a file.")}, **kwargs)
        self.kind = kind
        self.widget.attrs["accept"] = accept

    def clean(self, value: Any, initial: Any = None) -> Checked:
        return check_upload(super().clean(value, initial), {self.kind}, to_webp=self.kind == "image")


class UploadForm(forms.Form):
    def __init__(self, *args: Any, by: Membership, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.by = by

    def clean_file(self) -> Checked:
        refuse_over_quota(self.cleaned_data["file"].size, self.by)
        return self.cleaned_data["file"]


class ImageWordsForm(forms.Form):
    alt = LineField(
        label=_("What the picture shows"), max_length=200,
        help_text=_("For people who cannot see it. No names of students."),
        error_messages={"required": _("Say what the picture shows, for people who cannot see it.")},
    )  # fmt: skip
    caption = LineField(
        label=_("Caption"), max_length=120, required=False, help_text=_("For example what it was and the year."),
    )  # fmt: skip


class ImageForm(UploadForm, ImageWordsForm):
    file = UploadField(
        "image", ".jpg,.jpeg,.png,.webp", label=_("Picture"),
        help_text=_("JPEG, PNG or WebP, at most 10 MB. Show finished work, no faces."),
    )  # fmt: skip
    field_order = ["file", "alt", "caption"]


class DocumentForm(UploadForm):
    file = UploadField("pdf", ".pdf", label=_("PDF"), help_text=_("At most 10 MB, without forms or scripts in it."))
    title = LineField(label=_("Title"), max_length=120, help_text=_("For example “Menu, autumn 2026”."))
