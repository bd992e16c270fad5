"""The price of an offer: ten models, each with its own fields, VAT and packages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.forms.offers import LineField, PartForm
from marketplace.models import Offer, Package, PriceModel

# known words, so that readers see them in their language
UNITS = {
    "guest": _("guest"),
    "person": _("person"),
    "hour": _("hour"),
    "day": _("day"),
    "week": _("week"),
    "minute": _("minute"),
    "piece": _("piece"),
    "part": _("part"),
    "sample": _("sample"),
    "page": _("page"),
    "kg": _("kg"),
    "car": _("car"),
    "vehicle": _("vehicle"),
    "room": _("room"),
    "team": _("team"),
    "cube": _("cube"),
}
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
    unit = forms.ChoiceField(label=_("Unit"), required=False, help_text=_("What the price is for."))

    class Meta:
        model = Offer
        fields = ["price_model", "price", "price_to", "unit", "is_instant", "currency", "vat_rate", "vat_exemption"]
        widgets = {"price_model": forms.RadioSelect}
        help_texts = {
            "price_to": _("Only where the price is a range; leave it empty for one price."),
            "vat_rate": _("In percent, as your school's accountant says. Leave it empty where no VAT is charged."),
            "vat_exemption": _("Why no VAT is charged, for example “Educational institution”. Not with a rate."),
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["price_model"].choices = PriceModel.choices
        self.fields["unit"].choices = units(self.offer.unit)
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


def units(current: str) -> list[tuple[str, Any]]:
    """The known ones, and the one that the offer has already."""
    known = [("", _("Choose")), *UNITS.items()]
    return known if current in dict(known) else [*known, (current, current)]
