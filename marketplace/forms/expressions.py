"""What an organisation answers to a call, and what the caller says to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Refusal
from marketplace.forms.calls import LearnersChoice, own_learners
from marketplace.models import Call, Expression, Learner
from marketplace.models.call_rules import FOR_LEARNERS

NEEDED = _("Needed before the answer is sent.")


def long_text(label: Any, most: int, help_text: Any = "", rows: int = 4) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    errors = {"required": NEEDED}
    return forms.CharField(label=label, max_length=most, widget=widget, help_text=help_text, error_messages=errors)


class ExpressForm(forms.Form):
    """A draft may have gaps; what is sent, or was, may not, and the page says which those are."""

    use_required_attribute = False
    why_us = long_text(_("Why us"), 2000, _("What makes you the right one for this."))
    what_we_bring = long_text(_("What we bring"), 2000, _("Experience, rooms, machines, people, contacts."))
    who_takes_part = long_text(
        _("Who would take part"), 1000, _("Teachers, a class, a department. No names of students."), 3
    )
    when_we_can = long_text(_("When we can"), 300, rows=2)
    link = forms.URLField(label=_("Link"), max_length=200, required=False, assume_scheme="https")
    learners = LearnersChoice(
        Learner.objects.none(), label=_("Students you put forward"), required=False,
        help_text=_("The caller reads their first names and classes, never more."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, call: Call, expression: Expression | None, by: Membership):
        self.call, self.expression, self.by = call, expression, by
        super().__init__(data, initial=answers_of(expression) if expression else {})
        must_be_whole = data is None or "send" in data or is_sent(expression)
        for name in Expression.ANSWERS:
            self.fields[name].required = must_be_whole
        if call.kind in FOR_LEARNERS and by.organisation.is_school:
            self.fields["learners"].queryset = own_learners(by.organisation)
        else:
            del self.fields["learners"]

    def apply(self) -> Expression | None:
        """Saved, or None with the reason among the form's errors."""
        try:
            return Expression.start(self.call, by=self.by, **self.cleaned_data)
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return None

    def send(self, expression: Expression) -> bool:
        """The draft stays saved where it cannot be sent."""
        try:
            expression.submit(by=self.by)
        except Refusal as refusal:
            self.add_error(None, refusal.message)
            return False
        return True


def is_sent(expression: Expression | None) -> bool:
    return expression is not None and expression.status == Expression.Status.SUBMITTED


def answers_of(expression: Expression) -> dict[str, Any]:
    names = (*Expression.ANSWERS, "link")
    return {name: getattr(expression, name) for name in names} | {"learners": list(expression.learners.all())}


class ReasonForm(forms.Form):
    use_required_attribute = False
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please give a reason.")},
    )  # fmt: skip


class DecideForm(forms.Form):
    use_required_attribute = False
    reason = forms.CharField(
        label=_("What those read who are neither selected nor declined yet"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}), help_text=_("A kind word and the reason."),
    )  # fmt: skip
