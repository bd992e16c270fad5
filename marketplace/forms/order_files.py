from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.models.order_words import MAX_FILES
from vet2b.lib.uploads import Checked, check_upload


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Up to 10 checked uploads; cleans to a list of `Checked`."""

    widget = ManyFiles

    def __init__(self, **kwargs: Any):
        words = {
            "label": gettext_lazy("Files"),
            "help_text": gettext_lazy("Pictures or PDFs, at most 10 files of 10 MB."),
            "required": False,
        }
        super().__init__(**words | kwargs)
        self.widget.attrs["accept"] = ".jpg,.jpeg,.png,.webp,.pdf"

    def clean(self, files: Any, initial: Any = None) -> list[Checked]:
        files = files or []
        if len(files) > MAX_FILES:
            raise ValidationError(_("At most %(n)s files at once.") % {"n": MAX_FILES})
        errors: list[ValidationError] = []
        checked = []
        for file in files:
            try:
                checked.append(check_upload(file))
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)
        return checked
