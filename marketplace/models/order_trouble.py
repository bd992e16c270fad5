from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal, User
from marketplace.models.prices import cents


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
        self.free_window()
        self.move("cancel", by=by, notify=self.other_side(by), reason=reason)
        self.clear_timers()

    def free_window(self) -> None:
        if self.window:
            self.window.give_back()

    @transaction.atomic
    def dispute(self, *, by: Membership, reason: str) -> None:
        """Stops the clocks and asks a moderator to decide."""
        self.guard("dispute", by=by, reason=reason)
        self.move("dispute", by=by, notify=self.other_side(by), reason=reason)
        self.clear_timers()

    @transaction.atomic
    def resolve(self, outcome: str, *, by: User, reason: str, net: Decimal | None = None) -> None:
        """A moderator's decision; `net` is the reduced price of a price cut, in the order's currency."""
        self.guard("resolve", by=by, reason=reason)
        if outcome not in self.OUTCOMES:
            raise Refusal(_("Choose an outcome."), field="outcome")
        fields = []
        if outcome == "price_cut":
            fields = self.cut_price(net)
        if outcome == "cancel":
            self.free_window()
        self.move(
            "resolve",
            by=by,
            to=self.OUTCOMES[outcome],
            fields=fields,
            notify=[*self.buyers(), *self.sellers()],
            reason=reason,
            outcome=outcome,
        )

    def cut_price(self, net: Decimal | None) -> list[str]:
        if net is None or not 0 <= net < self.net:
            raise Refusal(_("Write a net price below the agreed one."), field="net")
        self.vat = cents(self.vat * net / self.net)
        self.net, self.gross = net, net + self.vat
        self.completed_at = timezone.now()
        return ["net", "vat", "gross", "completed_at"]
