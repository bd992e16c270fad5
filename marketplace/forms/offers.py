"""What a trainer writes about an offer, one form a page. A form knows the part of `Offer.change` that it fills."""

from __future__ import annotations

import copy
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Refusal, User
from marketplace.models import Category, Offer, Package, PriceModel
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


UNITS = ("guest", "person", "hour", "day", "week", "piece", "sample", "page", "kg", "minute", "car", "team")
# which fields a price model has; the page shows just these
MODEL_FIELDS = {
    PriceModel.FIXED: {"price", "is_instant"},
    PriceModel.PER_PERSON: {"price", "unit", "is_instant"},
    PriceModel.HOURLY: {"price", "unit"},
    PriceModel.DAILY: {"price", "unit"},
    PriceModel.PER_UNIT: {"price", "price_to", "unit", "is_instant"},
    PriceModel.PACKAGES: {"packages", "is_instant"},
    PriceModel.MATERIALS: {"unit"},
    PriceModel.ESTIMATE: {"price", "unit"},
    PriceModel.SUBSCRIPTION: {"price", "unit"},
    PriceModel.FREE: set(),
}
NEEDS_UNIT = frozenset({PriceModel.PER_PERSON, PriceModel.HOURLY, PriceModel.PER_UNIT, PriceModel.SUBSCRIPTION})
VAT_FIELDS = {"vat_rate", "vat_exemption"}


class PackageForm(forms.Form):
    code = forms.CharField(widget=forms.HiddenInput, max_length=2)
    name = LineField(label=_("Name"), max_length=60, required=False)
    description = LineField(label=_("What it holds"), max_length=200, required=False)
    price = forms.DecimalField(
        label=_("Net price"), min_value=0, max_digits=8, decimal_places=2, required=False, localize=False
    )

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if code not in Package.CODES:
            raise ValidationError(_t("There is no package with this code."))
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.is_filled(cleaned):
            if not cleaned.get("name") and "name" not in self.errors:
                self.add_error("name", _t("Give the package a name."))
            if cleaned.get("price") is None and "price" not in self.errors:
                self.add_error("price", _t("Give the package a net price."))
        return cleaned

    @staticmethod
    def is_filled(cleaned: dict[str, Any]) -> bool:
        return bool(cleaned.get("name") or cleaned.get("description") or cleaned.get("price") is not None)


class PackageFormSet(forms.BaseFormSet):
    """Three rows, small to large; empty ones are left out."""

    def rows(self) -> list[dict[str, Any]]:
        rows = [form.cleaned_data for form in self.forms if PackageForm.is_filled(form.cleaned_data)]
        return sorted(rows, key=lambda row: Package.CODES.index(row["code"]))


PackageRows = forms.formset_factory(PackageForm, PackageFormSet, extra=0, min_num=3, max_num=3, absolute_max=3)


class PriceForm(PartForm):
    part = "price"
    needed = frozenset({"price", "vat_rate", "vat_exemption", "unit"})

    class Meta:
        model = Offer
        fields = ["price_model", "price", "price_to", "unit", "is_instant", "currency", "vat_rate", "vat_exemption"]
        widgets = {"price_model": forms.RadioSelect}
        help_texts = {
            "unit": _("What one is: guest, hour, piece, sample, page, week."),
            "price_to": _("Only where the price is a range; leave it empty for one price."),
            "vat_rate": _("In percent, as your school's accountant says. Leave it empty where no VAT is charged."),
            "vat_exemption": _("Why no VAT is charged, for example “Educational institution”. Not with a rate."),
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["price_model"].choices = PriceModel.choices
        self.fields["price"].min_value = 0
        self.packages = PackageRows(self.data if self.is_bound else None, prefix="packages", initial=self.rows())

    def rows(self) -> list[dict[str, Any]]:
        saved = {row["code"]: row for row in self.now["packages"]}
        return [saved.get(code, {"code": code}) for code in Package.CODES]

    def shown(self) -> list[tuple[forms.BoundField, str]]:
        """Each field after the model, with the price models that have it."""
        return [(self[name], models_with(name)) for name in self.fields if name != "price_model"]

    def packages_models(self) -> str:
        return models_with("packages")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("price_model"):
            return cleaned
        model = PriceModel(cleaned["price_model"])
        self.drop_unused(cleaned, model)
        if "price" in MODEL_FIELDS[model]:
            self.check_price(cleaned, model)
        if model != PriceModel.FREE:
            self.check_vat(cleaned)
        self.check_packages(cleaned, model)
        return cleaned

    def drop_unused(self, cleaned: dict[str, Any], model: PriceModel) -> None:
        """What the chosen model does not have was not on the page, or was left over from another model."""
        unused = {"price", "price_to", "unit", "is_instant"} - MODEL_FIELDS[model]
        unused |= VAT_FIELDS if model == PriceModel.FREE else set()
        for name in unused:
            self.errors.pop(name, None)
            cleaned[name] = {"unit": "", "vat_exemption": "", "is_instant": False}.get(name)

    def check_price(self, cleaned: dict[str, Any], model: str) -> None:
        price, price_to = cleaned.get("price"), cleaned.get("price_to")
        if price is None and "price" not in self.errors:
            self.add_error("price", _t("Set the net price."))
        elif price is not None and price <= 0:
            self.add_error("price", _t("The price is above zero. For free work choose “Free for training”."))
        if price and price_to is not None and price_to <= price:
            self.add_error("price_to", _t("The upper price is above the lower one."))
        if cleaned.get("is_instant") and price_to is not None:
            self.add_error("is_instant", _t("Instant booking needs one price, not a range."))
        if model in NEEDS_UNIT and not cleaned.get("unit") and "unit" not in self.errors:
            self.add_error("unit", _t("Say what one is."))

    def check_vat(self, cleaned: dict[str, Any]) -> None:
        rate, reason = cleaned.get("vat_rate"), cleaned.get("vat_exemption")
        if "vat_rate" in self.errors:
            return
        if rate is None and not reason:
            self.add_error("vat_rate", _t("Set the VAT rate, or below why there is none."))
        if rate is not None and reason:
            self.add_error("vat_exemption", _t("Give a VAT rate or a reason for none, not both."))
        if rate is not None and not 0 <= rate <= 30:
            self.add_error("vat_rate", _t("A VAT rate is between 0 and 30 percent."))

    def check_packages(self, cleaned: dict[str, Any], model: str) -> None:
        cleaned["packages"] = []
        if model != PriceModel.PACKAGES:
            return
        if not self.packages.is_valid():
            self.add_error(None, _t("Look at the packages again."))
            return
        cleaned["packages"] = self.packages.rows()
        if not cleaned["packages"]:
            self.add_error(None, _t("Add at least one package."))
        else:
            cleaned["price"] = min(row["price"] for row in cleaned["packages"])

    def _post_clean(self) -> None:
        packages = self.cleaned_data.pop("packages", [])
        super()._post_clean()
        self.cleaned_data["packages"] = packages


def models_with(name: str) -> str:
    """For CSS: the codes of the models that have a field."""
    if name in VAT_FIELDS:
        return " ".join(model for model in PriceModel.values if model != PriceModel.FREE)
    if name == "currency":
        return " ".join(PriceModel.values)
    return " ".join(model.value for model, fields in MODEL_FIELDS.items() if name in fields)


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
        fields = ["trainer", "substitute", "class_name", "class_year", "class_size", "eqf_level", "has_minors"]
        help_texts = {
            "class_name": _("For example “3B, web development”. Never the names of students."),
            "has_minors": _("Then school staff are present at all times, and no work is done at night."),
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        staff = User.objects.filter(
            memberships__organisation=self.offer.school, memberships__role__in=["owner", "staff"], is_active=True
        ).order_by("name", "pk")
        for name in ("trainer", "substitute"):
            self.fields[name].queryset = staff
        self.fields["eqf_level"].choices = [("", _t("Choose")), *((n, str(n)) for n in range(1, 9))]
        for name, most in (("class_year", 6), ("class_size", 60)):
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
