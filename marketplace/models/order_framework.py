from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import transaction

from marketplace.models.prices import cents

if TYPE_CHECKING:
    from marketplace.models.quotes import Quote


class UnderFramework:
    """An order of a service that a framework agreement of its two sides covers takes its price."""

    def come_under_framework(self) -> None:
        """Within a verb that sends a draft; without a date there is nothing to agree to at once."""
        if not (self.window or self.starts_at or self.wished_on):
            return
        found = apps.get_model("marketplace", "Framework").objects.covering(self.buyer, self.offer)
        line = found and found.line_for(self.offer, self.quantity, self.package, self.title)
        if line and found.has_room_for(cents(line["quantity"] * line["unit_price"])):
            self.framework = found

    def framework_quote(self) -> Quote | None:
        """Under the order's lock: its next quote, at the price of its framework."""
        if self.framework is None:
            return None
        title = self.package_name or self.title
        line = self.framework.line_for(self.offer, self.quantity, self.package, title)
        terms = {"window": self.window, "rounds_of_changes": self.offer.rounds_of_changes}
        if not self.window and not self.starts_at:
            terms |= {"starts_on": self.wished_on, "ends_on": self.wished_on}
        return self.quotes.model.next_version(self, [line], by=None, **terms)

    @transaction.atomic
    def quote_by_framework(self, *, by: None) -> None:
        """Within the request of an order that came under one."""
        self.guard("quote_by_framework", by=by)
        quote = self.framework_quote()
        self.move(
            "quote_by_framework", by=by, notify=[*self.buyers(), *self.sellers()],
            version=quote.version, price=quote.gross_text, framework=self.framework.title,
        )  # fmt: skip
        self.await_acceptance(quote)
