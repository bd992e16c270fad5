from __future__ import annotations

import csv
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Membership, Organisation, Refusal
from marketplace.forms.offers import LineField
from marketplace.models import Learner, Resource
from vet2b.lib.richtext import one_line

MAX_ROWS = 100  # a class, twice over
MAX_BYTES = 100_000
GIVEN, FAMILY = 60, 80


def day_field(label: Any, **words: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **words)


class LearnerForm(forms.Form):
    """One learner: a new one of a class, or with more fields one who is there."""

    use_required_attribute = False
    given_name = LineField(label=_("First name"), max_length=GIVEN)
    family_name = LineField(
        label=_("Family name"), max_length=FAMILY,
        help_text=_("Only your school's staff ever read it. Everybody else sees at most the first letter."),
    )  # fmt: skip
    minor_until = day_field(
        _("Turns 18 on"), required=False,
        help_text=_("The day of the 18th birthday, only for those who are younger. It is deleted on that day."),
    )  # fmt: skip

    def __init__(self, *args: Any, group: Resource, **kwargs: Any):
        self.group = group
        super().__init__(*args, **kwargs)

    def apply(self, *, by: Membership) -> Learner | None:
        """The learner, or None with the reason among the form's errors."""
        try:
            return self.save(by=by)
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
        return None

    def save(self, *, by: Membership) -> Learner:
        return Learner.add(self.group, by=by, **self.cleaned_data)


class AccountChoice(forms.ModelChoiceField):
    def label_from_instance(self, account: Membership) -> str:
        return f"{account.user.name} ({account.user.email})"


class LearnerChangeForm(LearnerForm):
    group = forms.ModelChoiceField(label=_("Class"), queryset=Resource.objects.none())
    membership = AccountChoice(
        label=_("Account"), queryset=Membership.objects.none(), required=False,
        help_text=_("Of a learner whom you invited on the page of your people. Not needed for anything here."),
    )  # fmt: skip

    def __init__(self, *args: Any, learner: Learner, **kwargs: Any):
        self.learner = learner
        names = ("given_name", "family_name", "minor_until", "group", "membership")
        initial = {name: getattr(learner, name) for name in names}
        super().__init__(*args, group=learner.group, initial=initial, **kwargs)
        self.fields["group"].queryset = classes_of(learner.school)
        self.fields["membership"].queryset = accounts_for(learner)

    def save(self, *, by: Membership) -> Learner:
        self.learner.change(by=by, **self.cleaned_data)
        return self.learner


def classes_of(school: Organisation) -> Any:
    return Resource.objects.in_use().filter(school=school, kind=Resource.Kind.CLASS)


def accounts_for(learner: Learner) -> Any:
    """Accounts of the school's learners that belong to nobody in the lists yet, and the one that this one has."""
    accounts = Membership.objects.filter(organisation=learner.school, role=Membership.Role.LEARNER)
    taken = Learner.objects.exclude(membership=None).exclude(pk=learner.pk).values("membership")
    return accounts.exclude(pk__in=taken).select_related("user").order_by("user__name", "pk")


class LeaveForm(forms.Form):
    use_required_attribute = False
    left_on = day_field(_("Last day at the school"))


class ListForm(forms.Form):
    """A whole list at once, typed or as a file; what a file held is shown, so that it can be mended in place."""

    use_required_attribute = False
    rows = forms.CharField(
        label=_("The list"), required=False, widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_(
            "One student a line: first name; family name; day of the 18th birthday for those who are younger, "
            "as 2027-05-31. Copied from a spreadsheet it works too."
        ),
    )  # fmt: skip
    file = forms.FileField(
        label=_("Or a CSV file"), required=False, help_text=_("With the same columns. It is read and not kept."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )  # fmt: skip

    def clean_file(self) -> File | None:
        file = self.cleaned_data["file"]
        if file and file.size > MAX_BYTES:
            raise ValidationError(_t("This file is too large for a list of students."))
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        text = cleaned.get("rows", "")
        if file := cleaned.get("file"):
            text = self.text_of(file)
            self.data = QueryDict(mutable=True)
            self.data["rows"] = text
        self.learners = self.read(text) if not self.errors else []
        return cleaned

    def text_of(self, file: File) -> str:
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", _t("This file cannot be read. Save it as CSV in UTF-8."))
            return ""

    def read(self, text: str) -> list[dict[str, Any]]:
        lines = [(number, cells) for number, cells in rows_of(text) if any(cells)]
        if not lines:
            self.add_error("rows", _t("The list is empty."))
        if len(lines) > MAX_ROWS:
            self.add_error("rows", _t("At most %(n)s students at once.") % {"n": MAX_ROWS})
            return []
        return [learner for number, cells in lines if (learner := self.read_row(number, cells))]

    def read_row(self, number: int, cells: list[str]) -> dict[str, Any] | None:
        wrong, day = what_is_wrong(cells)
        for words in wrong:
            self.add_error("rows", _t("Line %(number)s: %(what)s") % {"number": number, "what": words})
        if wrong:
            return None
        return {"given_name": cells[0], "family_name": cells[1], "minor_until": day}

    def apply(self, group: Resource, *, by: Membership) -> list[Learner]:
        """Those who were added; none, with the reason among the form's errors, when one cannot be."""
        try:
            return Learner.add_many(group, self.learners, by=by)
        except Refusal as refusal:
            self.add_error("rows", refusal.message)
        return []


def rows_of(text: str) -> list[tuple[int, list[str]]]:
    """Lines with their number; cells stand between semicolons, tabs or commas, whichever the first line has."""
    first = text.split("\n", 1)[0]
    delimiter = next((sign for sign in ";\t," if sign in first), ";")
    rows = csv.reader(text.splitlines(), delimiter=delimiter)
    found = [(number, [one_line(cell) for cell in row]) for number, row in enumerate(rows, start=1)]
    return found[1:] if found and is_heading(found[0][1]) else found


def is_heading(cells: list[str]) -> bool:
    return cells[:2] == [str(name) for name in HEADINGS[:2]] or [cell.casefold() for cell in cells[:2]] == [
        "first name", "family name",
    ]  # fmt: skip


HEADINGS = (_("First name"), _("Family name"), _("Turns 18 on"), _("Left on"))


def what_is_wrong(cells: list[str]) -> tuple[list[str], date | None]:
    """What is wrong with a line, in words, and its day."""
    given, family, day = [*cells[:3], "", "", ""][:3]
    wrong = []
    if not given or not family:
        wrong.append(_t("a first name and a family name are needed."))
    if len(given) > GIVEN or len(family) > FAMILY:
        wrong.append(_t("a name is too long."))
    if any(cells[4:]):
        extra = len(cells) - 3
        wrong.append(
            ngettext("there is %(n)s column too many.", "there are %(n)s columns too many.", extra) % {"n": extra}
        )
    minor_until = day_in(day)
    if day and minor_until is None:
        wrong.append(_t("“%(day)s” is no day. Write it as 2027-05-31.") % {"day": day[:20]})
    return wrong, minor_until


def day_in(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
