from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.models import Review
from marketplace.models.review_rules import mentions
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


class NoLearnerForm(forms.Form):
    """Asks once more before words are sent that may name a learner of the order's team."""

    is_sure = forms.BooleanField(label=_("I have checked: no learner is named or described"), required=False)

    def __init__(self, *args: Any, names: Iterable[str] = (), **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.may_name_a_learner = self.is_bound and mentions(self.data.get("text", ""), names)
        if not self.may_name_a_learner:
            del self.fields["is_sure"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.may_name_a_learner and not cleaned.pop("is_sure", False):
            self.add_error("text", _t("This may name a learner. Change it, or tick below that it does not."))
        return cleaned


class ReviewForm(NoLearnerForm):
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
        self.order_fields([*RATINGS, "text", "is_sure"])


class ReplyForm(NoLearnerForm):
    text = forms.CharField(
        label=_("Your reply"), max_length=2000, widget=forms.Textarea,
        help_text=_("Shown under the review. It can be written once and not changed."),
    )  # fmt: skip
    field_order = ["text", "is_sure"]
