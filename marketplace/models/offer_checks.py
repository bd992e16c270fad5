from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from marketplace.models.prices import BY_QUANTITY, UNPRICED, PriceModel

if TYPE_CHECKING:
    from marketplace.models.offer_texts import OfferText


@dataclass(frozen=True)
class Check:
    """One thing a complete offer has. `part` is the page of the form where it is done."""

    part: str
    is_met: bool
    label: str
    is_must: bool = True


class OfferChecks:
    """What an offer still needs. Everything is read through `.all()`, so that lists may prefetch it."""

    def checks(self: Any) -> list[Check]:
        return [*self.text_checks(), *self.term_checks(), *self.people_checks(), *self.advice()]

    def text_checks(self: Any) -> list[Check]:
        text = self.source_text
        return [
            Check("texts", bool(text and text.summary and text.body), _("Write a title, summary and description")),
            Check("texts", bool(text and text.included), _("Say what the client gets")),
            Check("texts", bool(text and text.practises), _("Say what students practise")),
            Check("texts", bool(text and text.safety), _("Describe safety and hygiene")),
            Check(
                "texts",
                not self.has_foreign_template,
                _("Make the English version yours, or remove it: it still holds our template's words"),
            ),
        ]  # fmt: skip

    def term_checks(self: Any) -> list[Check]:
        model = self.price_model
        has_vat = self.vat_rate is not None or bool(self.vat_exemption)
        has_price = self.price is not None or model in UNPRICED
        return [
            Check("price", has_price, _("Set the net price")),
            Check("price", has_vat or model == PriceModel.FREE, _("Set the VAT rate, or why there is none")),
            Check("price", model != PriceModel.PACKAGES or bool(self.packages.all()), _("Add the packages")),
            Check("terms", self.lead_time_days is not None, _("Set the lead time")),
            Check("terms", model not in BY_QUANTITY or bool(self.max_quantity), _("Set the largest quantity")),
            Check("terms", bool(self.delivery_modes), _("Say where the work is done")),
            Check("terms", bool(self.languages), _("Say which languages you work in")),
            Check(
                "windows",
                not self.is_instant or self.has_times_to_book,
                _("Instant booking needs a window with places, or appointments"),
            ),
        ]  # fmt: skip

    def people_checks(self: Any) -> list[Check]:
        has_substitute = bool(self.substitute_id) and self.substitute_id != self.trainer_id
        return [
            Check("people", bool(self.trainer_id), _("Name the responsible trainer")),
            Check("people", has_substitute, _("Name a substitute trainer")),
            Check("people", bool(self.class_name and self.eqf_level), _("Name the class and its EQF level")),
            Check("skills", bool(self.pk and self.skills.all()), _("Choose at least one ESCO skill")),
        ]

    def advice(self: Any) -> list[Check]:
        """What makes an offer easier to find and trust, but is not asked for."""
        text: OfferText | None = self.source_text
        has_english = any(other.language == "en" for other in self.texts.all())
        return [
            Check("texts", has_english, _("Add an English version: companies abroad find it"), False),
            Check("texts", bool(text and text.stages), _("Describe how the job runs"), False),
            Check("texts", bool(text and text.excluded), _("Say what is not included"), False),
            Check(
                "windows", self.has_times_to_book, _("Add windows, so that companies see when you are free"), False
            ),
            Check("pictures", bool(self.images.all()), _("Add pictures of finished work"), False),
        ]  # fmt: skip

    @property
    def missing(self) -> list[tuple[str, str]]:
        """What a submission still needs, as (name of the form part, what to do)."""
        return [(check.part, check.label) for check in self.checks() if check.is_must and not check.is_met]

    @property
    def advisable(self) -> list[tuple[str, str]]:
        return [(check.part, check.label) for check in self.checks() if not check.is_must and not check.is_met]

    @property
    def completeness(self) -> int:
        """Percent of all that is looked at."""
        return percent(self.checks())

    @property
    def has_bookable_window(self: Any) -> bool:
        source = self.revision_of if self.is_revision else self
        return source.pk is not None and any(window.is_bookable(self) for window in source.windows.all())

    @property
    def has_times_to_book(self: Any) -> bool:
        return self.times is not None or self.has_bookable_window

    @property
    def has_foreign_template(self: Any) -> bool:
        """Whether an offer written in another language still shows the template's English as the school's own."""
        text = next((text for text in self.texts.all() if text.language == "en"), None)
        template = getattr(self.category, "template", None)
        if self.source_language == "en" or text is None or template is None:
            return False
        return all(getattr(text, name) == template.content[name] for name in ("title", "summary", "body"))


def percent(checks: list[Check]) -> int:
    return round(100 * sum(check.is_met for check in checks) / len(checks))
