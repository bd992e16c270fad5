from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal, User
from accounts.models.reports import moderators
from marketplace.models.prices import cents
from marketplace.models.slots import give_back

URGE_AFTER = (2, 10)  # working days after which moderators are told of an undecided dispute (E4)


class Trouble:
    """The verbs of an order that goes wrong."""

    # what a moderator may decide, and where the order goes then
    OUTCOMES = {
        "continue": "in_progress",
        "rework": "changes_requested",
        "price_cut": "completed",
        "cancel": "cancelled",
    }

    @transaction.atomic
    def cancel(self, *, by: Membership, reason: str) -> None:
        self.guard("cancel", by=by, reason=reason)
        is_late = self.is_late
        self.free_time()
        self.move("cancel", by=by, notify=self.other_side(by), reason=reason, is_late=is_late)
        self.clear_timers()
        self.come_to_nothing()

    def come_to_nothing(self) -> None:
        """Within a verb that ends an agreed order before its time: those that counted on it hear of it."""
        self.tell_parts()
        if self.need and self.need.status == self.need.S.AWARDED:
            self.need.reopen(by=None)

    def free_time(self) -> None:
        """Gives back the place in the window, or the appointment."""
        if self.window:
            self.window.give_back()
        give_back(self)

    @transaction.atomic
    def dispute(self, *, by: Membership, reason: str) -> None:
        """Stops the clocks and asks a moderator to decide."""
        self.guard("dispute", by=by, reason=reason)
        self.move("dispute", by=by, notify=self.other_side(by), reason=reason)
        self.await_decision()

    @transaction.atomic
    def miss_start(self, *, by: None) -> None:
        """Three working days after the agreed start, when still nothing is recorded."""
        self.guard("miss_start", by=by)
        self.move("miss_start", by=by, notify=[*self.buyers(), *self.sellers()])
        self.await_decision()

    def await_decision(self) -> None:
        """Only the moderators' clock runs on."""
        self.clear_timers()
        self.set_timer("urge", self.calendar.add_working_days(timezone.now(), URGE_AFTER[0]))

    @transaction.atomic
    def urge(self, *, by: None) -> None:
        self.guard("urge", by=by)
        is_first = not self.activities.filter(verb="order.urge", created_at__gte=self.disputed_since).exists()
        deciders = [(user, None) for user in moderators() if self.allows("moderator", user)]
        self.move("urge", by=by, notify=deciders)
        if is_first:
            self.set_timer("urge", self.calendar.add_working_days(timezone.now(), URGE_AFTER[1] - URGE_AFTER[0]))

    @transaction.atomic
    def resolve(self, outcome: str, *, by: User, reason: str, net: Decimal | None = None) -> None:
        """A moderator's decision; `net` is the reduced price of a price cut, in the order's currency."""
        self.guard("resolve", by=by, reason=reason)
        self.settlements.filter(answer="").update(answer="over", updated_at=timezone.now())
        self.end_dispute("resolve", outcome, by=by, reason=reason, net=net)

    def end_dispute(
        self, verb: str, outcome: str, *, by: User | Membership, reason: str, net: Decimal | None = None
    ) -> None:
        """Within a verb: one of the four outcomes, whether a moderator decided it or both sides agreed."""
        self.check_outcome(outcome, net)
        ending = self.ending(outcome, net)
        fields = self.cut_price(net) if outcome == "price_cut" else []
        if outcome == "cancel":
            self.free_time()
        self.clear_timers()
        people = [*self.buyers(), *self.sellers()]
        self.move(
            verb, by=by, to=self.OUTCOMES[outcome], fields=fields, notify=people, reason=reason, outcome=ending
        )  # fmt: skip
        if outcome == "rework":
            self.await_changes()
        if outcome == "cancel":
            self.come_to_nothing()
        if outcome == "price_cut":
            self.await_reviews()

    def check_outcome(self, outcome: str, net: Decimal | None) -> None:
        if outcome not in self.OUTCOMES:
            raise Refusal(_("Choose an outcome."), field="outcome")
        if outcome in {"continue", "rework"} and self.own_agreement and not self.own_agreement.is_in_force:
            raise Refusal(_("The agreement was not signed, so no work may begin."), field="outcome")
        if outcome == "price_cut" and (net is None or not 0 <= net < self.net):
            raise Refusal(_("Write a net price below the agreed one."), field="net")

    def ending(self, outcome: str, net: Decimal | None) -> str:
        """What the record keeps of an outcome: see marketplace.notices.disputes."""
        return f"{outcome} {net} {self.currency}" if outcome == "price_cut" else outcome

    def cut_price(self, net: Decimal) -> list[str]:
        """The quote stays as it was; the sheet for the invoice shows the difference."""
        self.net, self.vat, self.gross = self.price_at(net)
        self.completed_at = timezone.now()
        return ["net", "vat", "gross", "completed_at"]

    def price_at(self, net: Decimal) -> tuple[Decimal, Decimal, Decimal]:
        """Net, VAT and gross at another net price than the agreed one, which is not zero: VAT stays in proportion."""
        vat = cents(self.vat * net / self.net)
        return net, vat, net + vat
