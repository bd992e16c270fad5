from __future__ import annotations

from io import BytesIO
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from PIL import Image

from accounts.models import Organisation, Region
from accounts.models.places import nuts_country
from accounts.numbers import clean_registration_number, clean_vat_id
from vet2b.lib.refs import new_token
from vet2b.lib.uploads import check_upload

LOGO_SIDE = 512
PARTNERS = ["IT", "LV", "LT", "PL", "PT"]


def redraw_logo(upload: File) -> ContentFile:
    """The picture drawn anew at the size in which it is shown at most, under a name that tells nothing."""
    logo = Image.open(check_upload(upload, {"image"}, to_webp=True).file)
    logo.thumbnail((LOGO_SIDE, LOGO_SIDE))
    content = BytesIO()
    logo.save(content, "WEBP", quality=88)
    return ContentFile(content.getvalue(), name=f"{new_token()}.webp")


def country_choices() -> list[tuple[str, Any]]:
    """The partner countries first, then the rest of Europe by name: those for which we hold regions."""
    names, known = dict(countries), Region.objects.countries()
    european = [code for code in names if nuts_country(code) in known]
    first = [(code, names[code]) for code in PARTNERS]
    rest = sorted(((code, names[code]) for code in european if code not in PARTNERS), key=lambda pair: str(pair[1]))
    return [("", _t("Choose a country")), *first, *rest]


class IdentityForm(forms.ModelForm):
    """Checks the numbers of an organisation against the country it is in."""

    has_no_vat_id = forms.BooleanField(label=_("We have no VAT id"), required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices()
        self.fields["town"].required = self.fields["address"].required = True
        for name, empty in (("sector", _("Choose a sector")), ("size", _("Choose a size"))):
            self.fields[name].choices = [("", empty), *self.fields[name].choices[1:]]
        if "registration_number" in self.fields:
            self.fields["registration_number"].help_text = _(
                "In the company register. Needed where you have no VAT id."
            )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        country = values.get("country")
        if country:
            self.clean_number("vat_id", country, clean_vat_id)
            if self.kind == Organisation.Kind.COMPANY:
                self.clean_number("registration_number", country, clean_registration_number)
        if self.kind == Organisation.Kind.COMPANY:
            self.require_company_details()
        return values

    @property
    def kind(self) -> str:
        return self.cleaned_data.get("kind") or self.instance.kind

    def clean_number(self, name: str, country: str, check: Any) -> None:
        if self.cleaned_data.get(name):
            try:
                self.cleaned_data[name] = check(country, self.cleaned_data[name])
            except ValidationError as error:
                self.add_error(name, error)

    def require_company_details(self) -> None:
        values = self.cleaned_data
        for name in ("sector", "size"):
            if name in self.fields and name not in self.errors and not values.get(name):
                self.add_error(name, _t("Please choose one; companies need it for verification."))
        if "vat_id" not in self.fields or {"vat_id", "registration_number"} & set(self.errors):
            return
        if not values.get("vat_id") and not values.get("has_no_vat_id"):
            self.add_error("vat_id", _t("Enter your VAT id, or tick that you have none."))
        elif values.get("vat_id") and values.get("has_no_vat_id"):
            self.add_error("has_no_vat_id", _t("You entered a VAT id, so this cannot be ticked."))
        elif not values.get("vat_id") and not values.get("registration_number"):
            self.add_error(
                "registration_number",
                _t("Without a VAT id we need your number in the company register to verify you."),
            )


class OrganisationNew(IdentityForm):
    """The least that verification needs, on one page."""

    kind = forms.ChoiceField(
        label=_("What are you?"), choices=Organisation.Kind, initial=Organisation.Kind.COMPANY, widget=forms.RadioSelect
    )
    field_order = [
        "kind", "name", "country", "town", "address",
        "vat_id", "has_no_vat_id", "registration_number", "sector", "size",
    ]  # fmt: skip

    class Meta:
        model = Organisation
        fields = ["kind", "name", "country", "town", "address", "vat_id", "registration_number", "sector", "size"]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "town": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "address": forms.TextInput(attrs={"autocomplete": "street-address"}),
        }

    def details(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        if values["kind"] != Organisation.Kind.COMPANY:
            values |= {"sector": "", "size": ""}
        return values


class OrganisationDetails(IdentityForm):
    languages = forms.MultipleChoiceField(
        label=_("Languages you work in"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    website = forms.URLField(label=_("Website"), max_length=200, required=False, assume_scheme="https")
    logo = forms.FileField(
        label=_("Logo"), required=False, widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP. Shown small, so a square works best."),
    )  # fmt: skip
    remove_logo = forms.BooleanField(label=_("Remove the logo"), required=False)

    class Meta:
        model = Organisation
        fields = [
            "name", "country", "registration_number", "vat_id", "region", "town", "address", "postcode", "sector",
            "size", "description", "source_language", "languages", "website", "logo", "approval_limit",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        organisation = self.instance
        if organisation.is_identity_locked:
            for name in (*organisation.IDENTITY, "has_no_vat_id"):
                del self.fields[name]
        else:
            self.fields["has_no_vat_id"].initial = bool(organisation.registration_number and not organisation.vat_id)
        if organisation.kind != Organisation.Kind.COMPANY and "has_no_vat_id" in self.fields:
            del self.fields["has_no_vat_id"]
        if not organisation.logo:
            del self.fields["remove_logo"]
        self.fields["region"].queryset = Region.objects.smallest().of_country(self.chosen_country())
        self.fields["region"].empty_label = _("Not said")

    def chosen_country(self) -> str:
        posted = self.data.get("country", "") if self.is_bound and "country" in self.fields else ""
        return posted or self.instance.country.code

    def clean_approval_limit(self) -> Any:
        limit = self.cleaned_data["approval_limit"]
        if limit is not None and limit < 0:
            raise ValidationError(_t("The limit cannot be below zero."))
        return limit

    def clean_logo(self) -> Any:
        logo = self.cleaned_data["logo"]
        return redraw_logo(logo) if logo and "logo" in self.changed_data else logo

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("remove_logo") and "logo" not in self.changed_data:
            values["logo"] = ""
        return values

    @property
    def changed_fields(self) -> list[str]:
        names = [name for name in self.changed_data if name in self.Meta.fields]
        return [*names, "logo"] if "remove_logo" in self.changed_data and "logo" not in names else names
