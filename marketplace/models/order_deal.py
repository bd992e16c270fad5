from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal
from marketplace.models.need_versions import TAKEN
from marketplace.models.offers import Offer
from marketplace.models.order_words import EXPIRES_AFTER
from marketplace.models.slots import give_back

if TYPE_CHECKING:
    from marketplace.models.orders import Order
    from marketplace.models.quotes import Quote

REMIND_AFTER = 2
QUOTE_VALID_DAYS = 14
MAX_ROUNDS = 6
EXPIRED_BEFORE_PAUSE = 3  # within 180 days (E2)


class Deal:
    """The verbs of an order from the request to the accepted quote; the table of moves stands in Order."""

    @classmethod
    @transaction.atomic
    def draft(cls, offer: Offer, *, by: Membership, request_key: Any = None, **fields: Any) -> Order:
        """A draft request, shown to the buyer only. The same `request_key` twice gives the same order."""
        if not by.can_work or by.organisation_id == offer.school_id:
            raise PermissionDenied
        words = {
            "seller": offer.school, "offer": offer, "title": offer.title, "contact": by.user, "unit": offer.unit,
            "trainer": offer.trainer, "substitute": offer.substitute, "currency": offer.currency,
            "rounds_of_changes": offer.rounds_of_changes,
        }  # fmt: skip
        keys = {"request_key": request_key} if request_key else {}
        try:
            # the unique key makes a twin of this very form wait until the first one is stored
            with transaction.atomic():
                order = cls.objects.create(buyer=by.organisation, **words, **keys, **fields)
        except IntegrityError:
            twin = cls.objects.filter(buyer=by.organisation, **keys).first() if keys else None
            if twin is None:
                raise
            return twin
        order.record("draft", by=by)
        return order

    @transaction.atomic
    def change_draft(self, *, by: Membership, **fields: Any) -> None:
        self.guard("change_draft", by=by)
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=[*fields, "updated_at"])

    @transaction.atomic
    def discard(self, *, by: Membership) -> None:
        self.guard("discard", by=by)
        self.move("discard", by=by)
        give_back(self)

    @transaction.atomic
    def request(self, *, by: Membership) -> None:
        """Sends the draft to the school. Raises Refusal where the offer's terms are not met."""
        self.guard("request", by=by)
        self.check_terms()
        self.requested_at = timezone.now()
        if self.package:
            self.package_name = self.package.words_for(None)["name"]
        self.come_under_framework()
        self.move(
            "request", by=by, fields=["requested_at", "package_name", "framework"], notify=self.sellers(),
            files=[file.as_details() for file in self.files.all()],
        )  # fmt: skip
        self.start_clock()
        if self.framework:
            self.quote_by_framework(by=None)

    @transaction.atomic
    def book(self, *, by: Membership) -> None:
        """Instant booking: takes a place of the window and is accepted at once at the offer's own price."""
        self.guard("book", by=by)
        self.check_terms()
        self.come_under_framework()
        price = self.offer.price_for(self.quantity, self.package)
        if not self.offer.is_instant or not (self.window or self.starts_at) or price is None:
            raise Refusal(_("This service cannot be booked at once. Send a request instead."))
        quote = self.framework_quote() or self.quotes.model.of_offer_price(self, price, by=by)
        self.check_limit(quote.gross, by)
        self.is_instant, self.requested_at = True, timezone.now()
        if self.package:
            self.package_name = self.package.words_for(None)["name"]
        self.settle(quote)
        self.need_release()
        self.move(
            "book",
            by=by,
            to=self.planned_status,
            fields=["is_instant", "requested_at", "package_name", *self.SETTLED],
            notify=[*self.sellers()],
            price=quote.gross_text,
        )

    def start_clock(self) -> None:
        now, calendar = timezone.now(), self.calendar
        expires, limit = calendar.add_working_days(now, EXPIRES_AFTER), self.answer_limit(now)
        expires = min(expires, limit) if limit else expires
        self.set_timer("expire", expires)
        self.keep_time(expires)
        reminder = calendar.add_working_days(now, REMIND_AFTER)
        if reminder < expires:
            self.set_timer("remind", reminder)

    def answer_limit(self, asked_at: datetime) -> datetime | None:
        """An answer after the lead time has begun would come too late; yet the school has four hours."""
        start = self.window.starts_on if self.window else self.first_day or self.wished_on
        if not start or not self.offer:
            return None
        last_day = start - timedelta(days=self.offer.lead_time_days or 0)
        return max(self.at(last_day, 18), asked_at + timedelta(hours=4))

    @transaction.atomic
    def quote(self, lines: Iterable[dict[str, Any]], *, by: Membership, **terms: Any) -> Quote:
        """Sends the next version of the quote; earlier versions are kept as they were. A framework holds no more.

        `lines` hold description, quantity, unit, unit_price (net) and vat_rate in percent, None for exempt."""
        self.guard("quote", by=by)
        quote = self.quotes.model.next_version(self, lines, by=by, **terms)
        self.is_awaiting_answer, self.framework = False, None
        self.take_need()
        self.move(
            "quote", by=by, fields=["is_awaiting_answer", "framework", *TAKEN], notify=self.buyers(),
            version=quote.version, price=quote.gross_text, text=quote.message,
        )  # fmt: skip
        self.await_acceptance(quote)
        return quote

    def await_acceptance(self, quote: Quote) -> None:
        self.clear_timers()
        midnight = datetime.max.time().replace(microsecond=0)
        end = datetime.combine(quote.valid_until, midnight, ZoneInfo(self.seller.zone))
        self.set_timer("expire", end)
        self.keep_time(end)
        reminder = self.calendar.add_working_days(timezone.now(), REMIND_AFTER)
        if reminder < end:
            self.set_timer("remind", reminder)

    @transaction.atomic
    def counter(self, text: str, *, by: Membership, wished_price: Decimal | None = None, wished_on: date | None = None):
        """The buyer asks for another quote. At most 6 rounds in all."""
        self.guard("counter", by=by)
        if not text.strip():
            raise Refusal(_("Say what should be different."), field="text")
        if self.counters.count() >= MAX_ROUNDS:
            raise Refusal(_("You have negotiated 6 rounds. Accept the last quote, or end the order."))
        self.counters.create(
            quote=self.latest_quote, text=text, wished_price=wished_price, wished_on=wished_on, author=by.user
        )
        wishes = {"wished_price": wished_price, "wished_on": wished_on}
        self.move(
            "counter", by=by, notify=self.sellers(), text=text,
            **{name: str(wish) for name, wish in wishes.items() if wish is not None},
        )  # fmt: skip
        self.clear_timers()
        self.start_clock()

    @property
    def is_for_earlier_need(self) -> bool:
        return self.need is not None and self.need_version != self.need.version

    def take_need(self) -> None:
        """Within a verb: what the need says now is what the quote is for."""
        if self.need:
            self.brief, self.wished_on, self.need_version = self.need.text, self.need.starts_on, self.need.version
            self.place_mode, self.place = self.need.place_mode, self.need.place

    @transaction.atomic
    def accept(self, version: int, *, by: Membership, because: str = "", word: str = "") -> None:
        """Accepts that version of the quote; a newer version refuses, so nobody accepts what they did not see.

        A need that it answers is awarded in the same step; `because` is a code and `word` a sentence for the others."""
        if self.need:
            self.need.lock()
        self.guard("accept", by=by)
        quote = self.latest_quote
        if quote is None or quote.version != version:
            raise Refusal(_("The school has sent a newer quote. Read it before you accept."))
        if self.is_for_earlier_need:
            raise Refusal(_("You changed the need since. Wait until the school confirms its quote or sends a new one."))
        if quote.valid_until < timezone.localdate(timezone=ZoneInfo(self.seller.zone)):
            raise Refusal(_("This quote is no longer valid. Ask the school for a new one."))
        self.check_limit(quote.gross, by)
        self.window = quote.window
        self.settle(quote)
        self.need_release()
        self.move(
            "accept", by=by, to=self.planned_status, fields=self.SETTLED, notify=self.sellers(),
            version=version, price=quote.gross_text,
        )  # fmt: skip
        if self.need:
            self.need.award_to(self, by=by, because=because, word=word)

    SETTLED = (
        "window", "net", "vat", "gross", "currency", "starts_on", "ends_on", "starts_at", "ends_at",
        "rounds_of_changes", "accepted_at", "is_awaiting_answer",
        "framework",
    )  # fmt: skip

    def settle(self, quote: Quote) -> None:
        """Takes the window's place and copies what was agreed; raises Refusal when the window is full."""
        if self.window:
            self.window.refuse_closed_days(self.calendar)
            if not self.window.take():
                raise Refusal(_("This window was just taken. Choose another one."), field="window")
            self.window.refresh_from_db()
            if not self.window.left:
                self.window.set_timer("tell_full", timezone.now())
        self.keep_time(None)
        if self.framework:
            self.framework.count(quote.net)
        self.net, self.vat, self.gross, self.currency = quote.net, quote.vat, quote.gross, quote.currency
        self.starts_on = self.window.starts_on if self.window else self.first_day or quote.starts_on
        self.ends_on = self.window.ends_on if self.window else self.first_day or quote.ends_on
        self.rounds_of_changes = quote.rounds_of_changes
        self.accepted_at, self.is_awaiting_answer = timezone.now(), False
        quote.accepted_at = self.accepted_at
        quote.save(update_fields=["accepted_at"])
        self.prepare_start()
        self.clear_timers()
        self.begin_agreement([])
        self.await_start()

    @transaction.atomic
    def decline(self, *, by: Membership, reason: str) -> None:
        self.end("decline", by=by, notify=self.buyers, reason=reason)

    @transaction.atomic
    def withdraw(self, *, by: Membership, reason: str = "") -> None:
        self.end("withdraw", by=by, notify=self.sellers, reason=reason)

    @transaction.atomic
    def reject(self, *, by: Membership, reason: str) -> None:
        self.end("reject", by=by, notify=self.sellers, reason=reason)

    @transaction.atomic
    def lose(self, *, by: None, why: str, because: str = "", word: str = "") -> None:
        """The need that it answers was `awarded` to another school, `withdrawn`, or has `expired`."""
        self.end("lose", by=by, notify=self.sellers, why={"code": why, "because": because, "word": word})

    @transaction.atomic
    def withdraw_quote(self, *, by: Membership, reason: str) -> None:
        self.end("withdraw_quote", by=by, notify=self.buyers, reason=reason)

    @transaction.atomic
    def expire(self, *, by: None) -> None:
        silent_school = self.party_to_act == "seller"
        self.end("expire", by=by, notify=lambda: [*self.buyers(), *self.sellers()])
        half_year = timezone.now() - timedelta(days=180)
        expired = type(self).objects.filter(offer=self.offer, status=self.S.EXPIRED, requested_at__gt=half_year)
        if silent_school and self.offer and expired.count() >= EXPIRED_BEFORE_PAUSE:
            self.offer.lock()  # another expiry may be pausing it
            if self.offer.can("pause", by=None):
                self.offer.pause(by=None)

    def end(self, verb: str, *, by: Membership | None, notify: Any, reason: str = "", **told: Any) -> None:
        self.guard(verb, by=by, reason=reason)
        self.move(verb, by=by, notify=notify(), reason=reason, **told)
        self.clear_timers()
        give_back(self)

    @transaction.atomic
    def remind(self, *, by: None) -> None:
        self.guard("remind", by=by)
        self.move("remind", by=by, notify=self.sellers() if self.party_to_act == "seller" else self.buyers())
