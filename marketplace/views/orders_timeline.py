"""The timeline of an order: what happened, what was said, and each version of the quote, oldest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from accounts.models import Activity, Organisation
from marketplace.models import Order, Quote, QuoteLine

HIDDEN = frozenset({"draft", "open_for_need", "discard", "agreement_activate", "agreement_end", "remind_milestone"})
SAID = frozenset(
    {
        "request",
        "book",
        "write",
        "ask",
        "answer",
        "counter",
        "deliver",
        "ask_changes",
        "state",
        "propose_change",
        "submit_milestone",
        "remark_milestone",
    }
)
ICONS = {
    "remind": "bell", "expire": "hourglass", "window_full": "calendar", "start": "play", "resume": "play",
    "lose": "circle-x", "accept": "handshake",
    "accept_delivery": "circle-check", "auto_accept": "circle-check", "chase_start": "bell",
    "remind_start": "bell", "chase_changes": "bell", "miss_start": "scale", "urge": "bell", "warn_first": "bell",
    "warn_last": "bell", "extend_review": "clock", "dispute": "scale", "resolve": "gavel", "decline": "circle-x",
    "reject": "circle-x", "withdraw": "rotate-ccw", "withdraw_quote": "rotate-ccw", "cancel": "ban",
    "ask_new_time": "calendar", "ready": "list-checks", "unready": "triangle-alert", "ask_for_agreement": "file-text",
    "agreement_propose": "file-text", "agreement_edit": "pen-line", "agreement_amend": "pen-line",
    "agreement_sign": "signature", "agreement_offer_paper": "upload", "agreement_confirm_paper": "file-check",
    "agreement_terminate": "ban", "warn_agreement": "bell", "expire_agreement": "hourglass", "review": "star",
    "remind_review": "bell", "close": "lock-keyhole", "record_invoice": "receipt-text",
    "correct_invoice": "receipt-text", "record_paid": "banknote", "correct_paid": "banknote",
    "record_unpaid": "banknote", "propose_time": "calendar", "agree_time": "calendar-check",
    "refuse_time": "calendar", "assign_team": "users", "replace_learner": "users", "ask_release": "school",
    "approve_release": "school", "refuse_release": "school", "waive_release": "school", "reopen_release": "school",
    "confirm_evidence": "badge-check", "give_feedback": "thumbs-up",
    "name_client": "thumbs-up", "unname_client": "thumbs-up",
    "propose_settlement": "handshake", "accept_settlement": "handshake", "refuse_settlement": "circle-x",
    "take_back_settlement": "rotate-ccw", "propose_change": "pen-line", "accept_change": "handshake",
    "refuse_change": "circle-x", "take_back_change": "rotate-ccw",
    "plan_milestone": "target", "change_milestone": "pen-line", "remove_milestone": "trash-2",
    "approve_milestone": "circle-check", "quote_by_framework": "receipt-text",
    "pass_part": "share-2", "become_part": "share-2", "lose_whole": "triangle-alert",
}  # fmt: skip


@dataclass
class Entry:
    kind: str  # "event", "message" or "quote"
    verb: str
    at: datetime
    line: str
    who: str = ""
    organisation: str = ""
    is_mine: bool = False
    text: str = ""
    icon: str = "circle-dot"
    files: list[dict[str, Any]] = field(default_factory=list)
    wished_price: Decimal | None = None
    wished_on: date | None = None
    quote: QuoteCard | None = None


@dataclass
class LineCard:
    line: QuoteLine
    was: QuoteLine | None = None
    is_new: bool = False

    @property
    def is_changed(self) -> bool:
        return self.is_new or self.was is not None


@dataclass
class QuoteCard:
    """A version of the quote beside the one before it."""

    quote: Quote
    lines: list[LineCard]
    removed: list[QuoteLine]
    vat: list[tuple[Decimal | None, Decimal]]
    terms: list[tuple[str, str, bool]]
    previous: Quote | None
    is_latest: bool = False


def timeline(order: Order, viewer: Organisation, quotes: list[QuoteCard]) -> list[Entry]:
    cards = {card.quote.version: card for card in quotes}
    activities = order.activities.select_related("actor").order_by("created_at", "pk")
    rows = [(activity, activity.verb.removeprefix("order.")) for activity in activities]
    return [entry_of(activity, verb, order, viewer, cards) for activity, verb in rows if verb not in HIDDEN]


def entry_of(activity: Activity, verb: str, order: Order, viewer: Organisation, cards: dict[int, QuoteCard]) -> Entry:
    details = activity.details
    entry = Entry(
        kind="message" if verb in SAID else "event",
        verb=verb,
        at=activity.created_at,
        line=activity.line.rstrip("."),  # some end with somebody's own words
        who=activity.actor.name if activity.actor and activity.organisation_id else "",
        organisation=details.get("by", ""),
        is_mine=activity.organisation_id == viewer.pk,
        text=order.brief if verb in {"request", "book"} else details.get("text", ""),
        icon=ICONS.get(verb, "circle-dot"),
        files=details.get("files") or [],
    )
    if verb in {"quote", "quote_by_framework"} and details.get("version") in cards:
        entry.kind, entry.quote = "quote", cards[details["version"]]
    if verb == "counter":
        entry.wished_price = Decimal(details["wished_price"]) if details.get("wished_price") else None
        entry.wished_on = date.fromisoformat(details["wished_on"]) if details.get("wished_on") else None
    return entry


def quote_cards(order: Order) -> list[QuoteCard]:
    """All versions with their lines, in one query; each knows what changed since the one before."""
    lines = QuoteLine.objects.filter(quote__order=order).select_related("quote__window")
    versions = [(quote, list(rows)) for quote, rows in groupby_quote(lines.order_by("quote__version", "position"))]
    cards, previous = [], (None, [])
    for quote, rows in versions:
        cards.append(card_of(quote, rows, *previous))
        previous = (quote, rows)
    if cards:
        cards[-1].is_latest = True
    return cards


def groupby_quote(lines: Iterable[QuoteLine]) -> Iterable[tuple[Quote, list[QuoteLine]]]:
    for _pk, rows in groupby(lines, key=lambda line: line.quote_id):
        found = list(rows)
        yield found[0].quote, found


def card_of(quote: Quote, rows: list[QuoteLine], previous: Quote | None, before: list[QuoteLine]) -> QuoteCard:
    old = {line.description: line for line in before}
    lines = [compared(line, old.pop(line.description, None), has_previous=previous is not None) for line in rows]
    vat: dict[Decimal | None, Decimal] = {}
    for line in rows:
        vat[line.vat_rate] = vat.get(line.vat_rate, Decimal("0.00")) + line.vat
    return QuoteCard(quote, lines, list(old.values()), list(vat.items()), terms_of(quote, previous), previous)


def compared(line: QuoteLine, old: QuoteLine | None, *, has_previous: bool) -> LineCard:
    if old is None:
        return LineCard(line, is_new=has_previous)
    same = (line.quantity, line.unit, line.unit_price, line.vat_rate) == (
        old.quantity, old.unit, old.unit_price, old.vat_rate,
    )  # fmt: skip
    return LineCard(line, was=None if same else old)


def terms_of(quote: Quote, previous: Quote | None) -> list[tuple[str, str, bool]]:
    """Label, words and whether they changed since the version before."""
    names = ("deliverables", "exclusions", "client_supplies")
    return [
        (
            str(Quote._meta.get_field(name).verbose_name),
            getattr(quote, name),
            previous is not None and getattr(previous, name) != getattr(quote, name),
        )
        for name in names
        if getattr(quote, name)
    ]
