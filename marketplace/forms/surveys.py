"""One question and a comment."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.models import Survey
from marketplace.models.surveys import MOST_WORDS


class SurveyForm(forms.Form):
    use_required_attribute = False
    choice = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": _("Choose an answer.")})
    comment = forms.CharField(
        label=_("A comment, if you like"), required=False, max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}), help_text=_("We delete it after a year. Please name no student."),
    )  # fmt: skip

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["choice"].label = survey.question
        self.fields["choice"].choices = survey.choices
