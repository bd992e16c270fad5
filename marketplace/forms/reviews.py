from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.models import Review
from marketplace.models.reviews import RATINGS

MARKS = [
    (5, pgettext_lazy("rating", "5: very good")),
    (4, pgettext_lazy("rating", "4: good")),
    (3, pgettext_lazy("rating", "3: fair")),
    (2, pgettext_lazy("rating", "2: poor")),
    (1, pgettext_lazy("rating", "1: very poor")),
]
HINTS = {
    "buyer": (
        _("Is it what was agreed?"), _("Answers, questions, remarks during the work."), _("Agreed dates and times."),
    ),
    "seller": (
        _("Was it clear what was wanted?"), _("Answers, material and decisions in time."),
        _("Respect and patience, on the spot and in writing."),
    ),
}  # fmt: skip


class ReviewForm(forms.Form):
    """Three ratings by the criteria of the side that writes, and its words."""

    text = forms.CharField(
        label=_("In your words"), max_length=2000, required=False, widget=forms.Textarea,
        help_text=_(
            "About the work and the organisation. Never name or describe a learner. At most 2,000 characters."
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, side: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, label, hint in zip(RATINGS, Review.CRITERIA[side], HINTS[side], strict=True):
            self.fields[name] = forms.TypedChoiceField(
                label=label, help_text=hint, choices=MARKS, coerce=int, widget=forms.RadioSelect
            )
        self.order_fields(RATINGS)


class ReplyForm(forms.Form):
    text = forms.CharField(
        label=_("Your reply"), max_length=2000, widget=forms.Textarea,
        help_text=_("Shown under the review. It can be written once and not changed."),
    )  # fmt: skip
