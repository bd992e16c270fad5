"""What a trainer writes about an offer, one form a page. A form knows the part of `Offer.change` that it fills."""

from __future__ import annotations

import copy
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Refusal, User
from marketplace.models import Category, Offer
from marketplace.models.offer_edits import Conflict, fingerprint
from vet2b.lib.richtext import one_line


def languages() -> list[tuple[str, str]]:
    return [(code, get_language_info(code)["name_translated"].capitalize()) for code, _name in settings.LANGUAGES]


class LineField(forms.CharField):
    """One line: breaks and other control characters become spaces, since it may end in a subject or a file name."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value))


NO_TITLE = {"required": _("Give the offer a title.")}


class StartForm(forms.Form):
    language = forms.ChoiceField(label=_("Language you write in"))
    title = LineField(
        label=_("Title"),
        max_length=70,
        error_messages=NO_TITLE,
        help_text=_("What a company gets, in a few words and in the language you chose. At most 70 characters."),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = languages()


class PartForm(forms.ModelForm):
    """Saves its part of an offer by `Offer.change`; the hidden `seen` tells what it was built on."""

    part = ""
    needed: frozenset[str] = frozenset()  # for the review: a draft may be saved without
    use_required_attribute = False
    saved_meanwhile: list[tuple[str, str]] = []

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any):
        self.offer = offer
        self.now = self.content()
        super().__init__(*args, instance=self.edited(), **kwargs)
        self.seen = self.data.get("seen", "") if self.is_bound else fingerprint(self.now)
        self.call_required(True)

    def call_required(self, value: bool) -> None:
        for name in self.needed:
            self.fields[name].required = value

    def _clean_fields(self) -> None:
        """The page does not call them optional, yet the form takes them empty."""
        self.call_required(False)
        super()._clean_fields()
        self.call_required(True)

    def edited(self) -> Any:
        """A copy, so that what was typed never shows elsewhere on the page as if it were saved."""
        return copy.copy(self.offer)

    def content(self) -> dict[str, Any]:
        return self.offer.content(self.part)

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)

    def apply(self, *, by: Membership) -> Offer | None:
        """The offer that holds the change, or None with the reason among the form's errors."""
        try:
            return self.offer.change(self.part, self.values(), by=by, seen=self.seen, **self.which())
        except Conflict as conflict:
            self.add_error(None, conflict.message)
            self.renew()
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
        return None

    def which(self) -> dict[str, str]:
        return {}

    def renew(self) -> None:
        """After a conflict: sending the same form again means to replace what the other person saved."""
        self.offer = Offer.objects.get(pk=self.offer.pk)
        self.now = self.content()
        self.seen = fingerprint(self.now)
        typed = self.values()
        self.saved_meanwhile = [
            (field.label, as_words(self.now[name]))
            for name, field in self.fields.items()
            if name in self.now and self.now[name] != typed.get(name)
        ]


def as_words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "–" if value in (None, "") else str(value)


class TermsForm(PartForm):
    part = "terms"
    delivery_modes = forms.MultipleChoiceField(
        label=_("Where the work is done"), choices=Offer.DeliveryMode, widget=forms.CheckboxSelectMultiple
    )
    languages = forms.MultipleChoiceField(label=_("Languages you work in"), widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Offer
        fields = [
            "kind", "category", "lead_time_days", "min_quantity", "max_quantity", "rounds_of_changes",
            "delivery_modes", "travel_radius_km", "languages",
        ]  # fmt: skip
        widgets = {"kind": forms.RadioSelect}
        labels = {"lead_time_days": _("Lead time in days")}
        help_texts = {
            "max_quantity": _("The most you can do in one order, for example guests or pieces."),
            "rounds_of_changes": _("How often the client may ask for changes of what you deliver."),
            "travel_radius_km": _("How far the class travels to a client. Only for work at the client's place."),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Offer.Kind.choices
        self.fields["category"].queryset = Category.objects.with_labels()
        self.fields["languages"].choices = languages()
        self.fields["delivery_modes"].choices = [
            (Offer.DeliveryMode.AT_SCHOOL, _t("At the school")),
            (Offer.DeliveryMode.AT_CLIENT, _t("At the client's place")),
            (Offer.DeliveryMode.REMOTE, _t("Online")),
            (Offer.DeliveryMode.SHIPPED, _t("Shipped to the client")),
        ]
        self.fields["lead_time_days"].required = True
        limit = {"lead_time_days": (0, 365), "min_quantity": (1, 100_000), "max_quantity": (1, 100_000)}
        for name, (least, most) in (limit | {"rounds_of_changes": (0, 10), "travel_radius_km": (0, 3000)}).items():
            restrict(self.fields[name], least, most)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        least, most = cleaned.get("min_quantity"), cleaned.get("max_quantity")
        if least and most and most < least:
            self.add_error("max_quantity", _t("The largest quantity is not below the smallest."))
        if Offer.DeliveryMode.AT_CLIENT not in cleaned.get("delivery_modes", []):
            cleaned["travel_radius_km"] = None
        return cleaned


def restrict(field: forms.Field, least: int, most: int) -> None:
    """Bounds of a number, for the browser and for what arrives anyway."""
    assert isinstance(field, forms.IntegerField)
    field.validators = [*field.validators, forms.IntegerField(min_value=least, max_value=most).run_validators]
    field.widget.attrs |= {"min": least, "max": most, "inputmode": "numeric"}


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, person: User) -> str:
        return str(person)


class PeopleForm(PartForm):
    part = "people"
    needed = frozenset({"substitute", "class_name", "eqf_level"})
    trainer = PersonChoice(label=_("Responsible trainer"), queryset=User.objects.none())
    substitute = PersonChoice(
        label=_("Substitute trainer"), queryset=User.objects.none(), required=False,
        help_text=_("Gets every notice too, so that no request waits when somebody is ill."),
    )  # fmt: skip
    eqf_level = forms.TypedChoiceField(
        label=_("EQF level"), coerce=int, empty_value=None, required=False,
        help_text=_("Of the qualification that the class works towards. Most upper secondary VET is level 4."),
    )  # fmt: skip

    class Meta:
        model = Offer
        fields = [
            "trainer", "substitute", "class_name", "class_year", "class_size", "eqf_level", "has_minors",
            "frees_from_class", "learners_per_trainer", "insured_until", "handles_personal_data",
        ]  # fmt: skip
        widgets = {"insured_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        labels = {"learners_per_trainer": _("Students to one trainer, at most")}
        help_texts = {
            "class_name": _("For example “3B, web development”. Never the names of students."),
            "has_minors": _("Then school staff are present at all times, and no work is done at night."),
            "frees_from_class": _("Then a coordinator of your school frees them before the work starts."),
            "handles_personal_data": _(
                "For example names and addresses of the client's customers. Then both sides sign an agreement first."
            ),
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        staff = User.objects.filter(
            memberships__organisation=self.offer.school, memberships__role__in=["owner", "staff"], is_active=True
        ).order_by("name", "pk")
        for name in ("trainer", "substitute"):
            self.fields[name].queryset = staff
        self.fields["eqf_level"].choices = [("", _t("Choose")), *((n, str(n)) for n in range(1, 9))]
        for name, most in (("class_year", 6), ("class_size", 60), ("learners_per_trainer", 60)):
            restrict(self.fields[name], 1, most)

    def clean_class_name(self) -> str:
        return one_line(self.cleaned_data["class_name"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("trainer") and cleaned.get("trainer") == cleaned.get("substitute"):
            self.add_error("substitute", _t("The substitute is somebody else."))
        return cleaned


class WindowForm(forms.Form):
    starts_on = forms.DateField(
        label=pgettext_lazy("date", "From"), widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Say when the window begins.")},
    )  # fmt: skip
    ends_on = forms.DateField(
        label=pgettext_lazy("date", "To"), widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Say when the window ends.")},
    )  # fmt: skip
    capacity = forms.IntegerField(
        label=_("Places"), min_value=1, max_value=500, initial=1,
        help_text=_("How many orders the class can take in this time."),
    )  # fmt: skip


class WindowChangeForm(forms.Form):
    capacity = forms.IntegerField(label=_("Places"), min_value=1, max_value=500)
    is_closed = forms.BooleanField(label=_("Closed: no further orders"), required=False)
