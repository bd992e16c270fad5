from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from marketplace.forms.order_files import FilesField
from marketplace.models import BY_QUANTITY, Framework, Offer, Order, Package, PriceModel, Window
from marketplace.models.order_terms import MAX_QUANTITY
from marketplace.models.quotes import Total, framework_total, offer_total
from marketplace.words import vat_words
from vet2b.lib.formats import day_range, money


@dataclass(frozen=True)
class Card:
    """A choice that shows more than a word."""

    label: str
    hint: str = ""
    figure: str = ""
    lang: str = ""

    def __str__(self) -> str:
        return self.label


class PackageField(forms.ModelChoiceField):
    widget = forms.RadioSelect

    def label_from_instance(self, package: Package) -> Any:
        offer = package.offer
        total = Total(package.price, offer_total(offer, 1, package).vat)
        words = package.words_for(get_language())
        if offer.is_instant:
            figure, note = money(total.gross, offer.currency), _("VAT included") if total.vat else vat_words(offer)
        else:
            figure, note = money(total.net, offer.currency), vat_words(offer)
        hint = " · ".join(part for part in (words.get("description", ""), note) if part)
        return Card(words["name"], hint, figure)


class WindowField(forms.ModelChoiceField):
    widget = forms.RadioSelect

    def label_from_instance(self, window: Window) -> Any:
        left = ngettext("%(n)s of %(all)s places left", "%(n)s of %(all)s places left", window.left)
        return Card(day_range(window.starts_on, window.ends_on), left % {"n": window.left, "all": window.capacity})


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__(attrs, format="%Y-%m-%d")


class RequestForm(forms.ModelForm):
    """What the buyer wants of an offer. Fields that the offer's terms make pointless are left out."""

    request_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    package = PackageField(
        Package.objects.none(), label=gettext_lazy("Package"), to_field_name="code", empty_label=None
    )
    window = WindowField(
        Window.objects.none(), label=gettext_lazy("Project window"), required=False,
        empty_label=gettext_lazy("Another date"), blank=True,
    )  # fmt: skip
    files = FilesField(label=gettext_lazy("Anything to show the school"))

    class Meta:
        model = Order
        fields = ["package", "quantity", "window", "wished_on", "place_mode", "place", "brief"]
        widgets = {"wished_on": DateInput, "place_mode": forms.RadioSelect}
        labels = {"place": gettext_lazy("Address")}

    def __init__(self, *args: Any, offer: Offer, framework: Framework | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.offer, self.framework = offer, framework
        self.initial.setdefault("request_key", uuid.uuid4())
        self.set_package()
        self.set_quantity()
        self.set_dates()
        self.set_place()
        self.fields["brief"].help_text = _("The more the class knows, the better its quote. At most 5,000 characters.")

    def set_package(self) -> None:
        if self.offer.price_model != PriceModel.PACKAGES:
            del self.fields["package"]
            return
        packages = self.fields["package"].queryset = self.offer.packages.select_related("offer")
        if self.instance.package:
            self.initial["package"] = self.instance.package.code
        elif self.is_fresh and packages:
            self.initial.setdefault("package", packages[0].code)

    def set_quantity(self) -> None:
        least, most, unit = self.offer.min_quantity, self.offer.max_quantity, self.offer.unit
        if self.offer.price_model not in BY_QUANTITY and least == 1 and most in (None, 1):
            del self.fields["quantity"]
            return
        field = self.fields["quantity"] = forms.IntegerField(
            label=_("How many (%(unit)s)") % {"unit": unit} if unit else _("How many"),
            min_value=least,
            max_value=most or MAX_QUANTITY,
            help_text=_("%(least)s to %(most)s") % {"least": least, "most": most}
            if most
            else _("at least %(least)s") % {"least": least},
        )
        field.widget.attrs["inputmode"] = "numeric"
        if self.is_fresh:
            self.initial["quantity"] = self.initial.get("asked_quantity") or least

    def set_dates(self) -> None:
        windows = Window.objects.bookable(self.offer).order_by("starts_on")
        self.fields["window"].queryset = windows
        earliest = Order(offer=self.offer, seller=self.offer.school).earliest_day()
        self.fields["wished_on"].widget.attrs["min"] = earliest.isoformat()
        self.fields["wished_on"].label = _("Date you wish")
        self.fields["wished_on"].help_text = _("Leave it empty if you are open. The school needs %(lead)s.") % {
            "lead": ngettext("%(n)s day", "%(n)s days", self.offer.lead_time_days or 0)
            % {"n": self.offer.lead_time_days or 0}
        }
        if not windows:
            del self.fields["window"]
        elif self.is_fresh and not self.initial.get("window") and not self.initial.get("wished_on"):
            self.initial["window"] = windows[0].pk

    @property
    def is_fresh(self) -> bool:
        """Whether it starts from the offer and not from a draft."""
        return self.instance._state.adding

    def set_place(self) -> None:
        labels = dict(Order.PlaceMode.choices)
        modes = [(mode, labels[mode]) for mode in self.offer.delivery_modes]
        if not modes:
            del self.fields["place_mode"]
            return
        self.fields["place_mode"] = forms.ChoiceField(label=_("Where"), choices=modes, widget=forms.RadioSelect)
        if not self.initial.get("place_mode"):
            self.initial["place_mode"] = modes[0][0]
        if {"at_client", "shipped"}.isdisjoint(self.offer.delivery_modes):
            del self.fields["place"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("window"):
            cleaned["wished_on"] = None
        if cleaned.get("place_mode") in {"at_client", "shipped"} and not cleaned.get("place", "").strip():
            self.add_error("place", _("Write the address."))
        return cleaned

    def wishes(self) -> dict[str, Any]:
        """The valid answers, as fields of an order; a draft keeps them even when others are wrong."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


class BookForm(RequestForm):
    """Instant booking: a window is a must, and the price that was seen comes back to be compared."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def set_dates(self) -> None:
        super().set_dates()
        del self.fields["wished_on"]
        if "window" in self.fields:
            self.fields["window"].required = True
            self.fields["window"].empty_label = None

    @property
    def total(self) -> Total | None:
        """Of what is filled in at the moment, so that it can be shown before it is booked."""
        answers = getattr(self, "cleaned_data", self.initial)
        package = answers.get("package") if "package" in self.fields else None
        if isinstance(package, str):
            package = next((p for p in self.fields["package"].queryset if p.code == package), None)
        under = self.framework and framework_total(self.framework, self.offer, self.given_quantity, package)
        return under or offer_total(self.offer, self.given_quantity, package)

    @property
    def given_quantity(self) -> int:
        answers = getattr(self, "cleaned_data", self.initial)
        return int(answers.get("quantity") or self.offer.min_quantity)

    @property
    def has_seen_total(self) -> bool:
        return self.total is not None and self.cleaned_data["seen"] == str(self.total.gross)


class EmptyForm(forms.Form):
    pass


class TextForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Your words"), max_length=3000, widget=forms.Textarea)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = self.label or self.fields["text"].label

    label: Any = None


class AskForm(TextForm):
    label = gettext_lazy("Your question")


class AnswerForm(TextForm):
    label = gettext_lazy("Your answer")


class ChangesForm(TextForm):
    label = gettext_lazy("What should be changed")


class MessageForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Message"), max_length=5000, widget=forms.Textarea, required=False)
    files = FilesField()


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea,
        help_text=gettext_lazy("The other side reads it."),
    )  # fmt: skip


class OptionalReasonForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False


class AcceptForm(forms.Form):
    """With what the schools of a need read that are not chosen."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=30_000)
    because = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)
    word = forms.CharField(widget=forms.HiddenInput, max_length=300, required=False)
