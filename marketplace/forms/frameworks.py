"""The terms of a framework agreement, and the answers to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from marketplace.forms.orders import DateInput
from marketplace.forms.quotes import Amount
from marketplace.models import Framework, Offer


class FrameworkForm(forms.ModelForm):
    """With a price field for each service of the school."""

    services = forms.ModelMultipleChoiceField(
        Offer.objects.none(), label=gettext_lazy("Services it covers"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one service.")},
    )  # fmt: skip

    class Meta:
        model = Framework
        fields = [
            "title", "valid_from", "valid_until", "discount", "fixed_until", "max_orders", "max_net", "notice_days",
            "text",
        ]  # fmt: skip
        widgets = {"valid_from": DateInput, "valid_until": DateInput, "fixed_until": DateInput}
        field_classes = {"discount": Amount, "max_net": Amount}
        help_texts = {
            "valid_until": gettext_lazy("At most 3 years."),
            "discount": gettext_lazy("On the price of the service. 0 where you write prices below."),
            "max_orders": gettext_lazy("Leave it empty where there is no limit."),
            "max_net": gettext_lazy("Without VAT. Leave it empty where there is no limit."),
        }

    def __init__(self, *args: Any, school: Organisation, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offers = Offer.objects.published().filter(school=school).prefetch_related("texts").order_by("pk")
        self.fields["services"].queryset = offers
        chosen = {service.offer_id: service.price for service in self.covered}
        self.initial.setdefault("services", list(chosen))
        self.offers = list(offers)
        for offer in self.offers:
            self.fields[f"price_{offer.pk}"] = Amount(
                label=_("Net price of “%(title)s”") % {"title": offer.title}, required=False, min_value=Decimal(0),
                max_digits=10, decimal_places=2, initial=chosen.get(offer.pk),
                help_text=_("In place of the discount, for one %(unit)s.") % {"unit": offer.unit or _("order")},
            )  # fmt: skip

    @property
    def covered(self) -> Any:
        return self.instance.services.all() if self.instance.pk else []

    def _post_clean(self) -> None:
        """The verbs check, and change the row; the form does not."""

    def terms(self) -> dict[str, Any]:
        """As `Framework.draft` and `change` take them."""
        services = {offer: self.cleaned_data[f"price_{offer.pk}"] for offer in self.cleaned_data["services"]}
        return {name: self.cleaned_data[name] for name in self.Meta.fields} | {"services": services}


class AcceptForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput, max_length=40)
    has_read = forms.BooleanField(
        label=gettext_lazy("I have read it and accept it for my organisation"),
        error_messages={"required": gettext_lazy("Tick this once you have read it.")},
    )
