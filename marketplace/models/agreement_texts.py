"""What an agreement says: the facts of the order and the clauses of the school's country, in both languages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Refusal
from marketplace.models.clauses import Clause, ClauseText, clauses_for
from vet2b.lib import formats

if TYPE_CHECKING:
    from accounts.models import Organisation
    from marketplace.models.orders import Order
    from marketplace.models.quotes import Quote

LANGUAGE_OF = {"IT": "it", "LT": "lt", "LV": "lv", "PL": "pl", "PT": "pt"}
Texts = Mapping[str, Mapping[str, str]]  # of sections, by key and language
Fact = list[str]  # what it is, and what was agreed
Facts = Mapping[str, Mapping[str, list[Fact]]]  # by language and section


class Stale(Refusal):
    """Something else than what the page showed would be signed or changed (CON-3, CON-5)."""


def language_of(organisation: Organisation) -> str:
    """In which an organisation reads what it signs: of its country, or else of its own description."""
    return LANGUAGE_OF.get(organisation.country.code, organisation.source_language)


def languages_of(order: Order) -> list[str]:
    """The school's and the buyer's; one where they are the same."""
    return list(dict.fromkeys([language_of(order.seller), language_of(order.buyer)]))


def canonical(content: dict[str, Any]) -> str:
    """One text for one content: its UTF-8 bytes are what is signed."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def seal(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def first_content(order: Order) -> dict[str, Any]:
    """Version 1: the clauses of the school's country as they are now."""
    languages = languages_of(order)
    clauses = {language: clauses_for(order.seller.country.code, language) for language in languages}
    words = {
        key: {language: clause_words(language, key, clauses[language].get(key)) for language in languages}
        for key in Clause.Key.values
    }
    return content(order, 1, languages, words)


def next_content(order: Order, before: dict[str, Any], texts: Texts) -> dict[str, Any]:
    """The version after `before`: the facts as they are now, and `texts` in place of those that were there."""
    words = {
        part["key"]: {
            language: changed_words(old, texts.get(part["key"], {}).get(language))
            for language, old in part["words"].items()
        }
        for part in before["sections"]
    }
    return content(order, before["number"] + 1, before["languages"], words)


def changed_content(order: Order, before: dict[str, Any], facts: Facts, change: dict[str, Any]) -> dict[str, Any]:
    """The version after `before` with nothing else in it than a change that both sides signed: `facts` are those
    before the change."""
    after = json.loads(canonical(before)) | {"number": before["number"] + 1, "change": change}
    for section in after["sections"]:
        for language, words in section["words"].items():
            old, new = facts[language].get(section["key"], []), facts_of(order, language).get(section["key"], [])
            words["facts"] = replaced(words["facts"], old, new)
    return after


def replaced(facts: list[Fact], old: list[Fact], new: list[Fact]) -> list[Fact]:
    """`facts` with what differs between `old` and `new`."""
    gone = {name for name, value in old if [name, value] not in new}
    came = {name: value for name, value in new if [name, value] not in old}
    kept = [[name, came.pop(name, value)] for name, value in facts if name in came or name not in gone]
    return kept + [[name, value] for name, value in came.items()]


def facts_of(order: Order, language: str) -> dict[str, list[Fact]]:
    quote = order.quotes.prefetch_related("lines").filter(accepted_at__isnull=False).first()
    with override(language):
        return {key: facts(order, quote) for key, facts in FACTS.items()}


def content(order: Order, number: int, languages: list[str], words: dict[str, dict[str, Any]]) -> dict[str, Any]:
    quote = order.quotes.prefetch_related("lines").filter(accepted_at__isnull=False).first()
    for key, each in words.items():
        for language, section in each.items():
            with override(language):
                section["facts"] = FACTS.get(key, no_facts)(order, quote)
    return {
        "order": order.ref,
        "number": number,
        "title": order.title,
        "languages": languages,
        "parties": [party_of(order.seller, "seller"), party_of(order.buyer, "buyer")],
        "sections": [{"key": key, "words": each} for key, each in words.items()],
    }


def clause_words(language: str, key: str, clause: ClauseText | None) -> dict[str, Any]:
    with override(language):
        return {
            "title": clause.title if clause else str(Clause.Key(key).label),
            "text": tidy(clause.text) if clause else "",
            "clause": clause.version if clause else 0,
            "is_checked": bool(clause and clause.is_checked),
        }


def changed_words(old: dict[str, Any], text: str | None) -> dict[str, Any]:
    """A text that the sides have changed is no longer the one that a lawyer has read."""
    if text is None or tidy(text) == old["text"]:
        return dict(old)
    return old | {"text": tidy(text), "is_checked": False}


def party_of(organisation: Organisation, side: str) -> dict[str, str]:
    return {
        "side": side,
        "name": organisation.name,
        "address": ", ".join(part for part in (organisation.address, organisation.postcode, organisation.town) if part),
        "country": organisation.country.code,
        "registration_number": organisation.registration_number,
        "vat_id": organisation.vat_id,
    }


def tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def no_facts(order: Order, quote: Quote | None) -> list[Fact]:
    return []


def told(*facts: tuple[str, Any]) -> list[Fact]:
    """Those that say something."""
    return [[str(name), str(value).strip()] for name, value in facts if str(value or "").strip()]


def aims(order: Order, quote: Quote | None) -> list[Fact]:
    return told(
        (_("Service"), order.title),
        (_("What the client needs"), order.brief),
        (_("What the school delivers"), quote and quote.deliverables),
        (_("Not included"), quote and quote.exclusions),
        (_("Agreed on top of the quote"), order.scope),
    )


def time(order: Order, quote: Quote | None) -> list[Fact]:
    return told(
        (_("When"), when(order)),
        (_("Another time"), _("Only when both sides consent on the page of the order.")),
    )


def when(order: Order) -> str:
    if order.starts_at:
        return formats.span(order.starts_at, order.ends_at, order.zone)
    if order.starts_on:
        return formats.day_range(order.starts_on, order.ends_on or order.starts_on)
    return _("The sides agree on the days in the order.")


def modes(order: Order, quote: Quote | None) -> list[Fact]:
    return told(
        (_("Where"), ", ".join(part for part in (place_words(order), order.meeting_place) if part)),
        (_("Quantity"), f"{order.quantity} {order.unit}" if order.quantity > 1 else ""),
        (_("Package"), order.package_name),
        *lines(order, quote),
        (_("Net price"), formats.money(order.net, order.currency, cents=True)),
        (_("VAT"), formats.money(order.vat, order.currency, cents=True) if order.vat else ""),
        (_("No VAT"), quote.vat_exemption if quote and not order.vat else ""),
        (_("Price with VAT"), formats.money(order.gross, order.currency, cents=True)),
        (_("Rounds of changes"), order.rounds_of_changes),
    )


def place_words(order: Order) -> str:
    """Seen from neither side."""
    words = {
        "at_school": _("At the school"), "at_client": _("At the client's place"), "remote": _("Online"),
        "shipped": _("Shipped to the client"),
    }  # fmt: skip
    return words.get(order.place_mode, "")


def lines(order: Order, quote: Quote | None) -> Iterator[tuple[str, str]]:
    for line in quote.lines.all() if quote else ():
        price = formats.money(line.unit_price, order.currency, cents=True)
        yield line.description, f"{plain_number(line.quantity)} {line.unit} × {price}".replace("  ", " ")


def plain_number(number: Decimal) -> str:
    return f"{number.normalize():f}"


def materials(order: Order, quote: Quote | None) -> list[Fact]:
    return told((_("What the client supplies"), quote and quote.client_supplies))


def supervision(order: Order, quote: Quote | None) -> list[Fact]:
    return told((_("Trainer"), order.trainer and order.trainer.name), (_("Substitute"), order.substitute or ""))


def data_protection(order: Order, quote: Quote | None) -> list[Fact]:
    works_with_data = bool(order.offer and order.offer.handles_personal_data)
    return told((_("Personal data of the client"), _("The class works with them.") if works_with_data else _("None.")))


FACTS = {
    "aims": aims, "time": time, "modes": modes, "materials": materials, "supervision": supervision,
    "data_protection": data_protection,
}  # fmt: skip
