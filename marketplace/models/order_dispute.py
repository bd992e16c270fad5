from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Activity, Membership, Refusal
from marketplace.models.order_trouble import URGE_AFTER
from vet2b.lib.uploads import Checked

if TYPE_CHECKING:
    from marketplace.models.settlements import Settlement


class Dispute:
    """What the two sides of a disputed order may do while they wait for a moderator."""

    @property
    def dispute_opening(self) -> Activity:
        return self.activities.filter(to_status=self.S.DISPUTED).exclude(from_status=self.S.DISPUTED).last()

    @property
    def disputed_since(self) -> datetime:
        return self.dispute_opening.created_at

    @property
    def decision_days(self) -> list[datetime]:
        """Until when a moderator is to look at it, and until when it is to be decided."""
        since = self.disputed_since
        return [self.calendar.add_working_days(since, days) for days in URGE_AFTER]

    @property
    def open_settlement(self) -> Settlement | None:
        return self.settlements.filter(answer="").select_related("organisation", "proposed_by").first()

    @transaction.atomic
    def state(self, text: str, *, by: Membership, files: Iterable[Checked] = ()) -> None:
        """What one side says about the dispute, for the other side and the moderator."""
        self.guard("state", by=by)
        files = list(files)
        if not text.strip() and not files:
            raise Refusal(_("Write something first."), field="text")
        if self.has_just_written(text, files, by, verb="state"):
            return
        stored = self.attach(files, purpose="statement", by=by)
        self.move("state", by=by, notify=self.other_side(by), text=text, files=stored)

    @transaction.atomic
    def propose_settlement(self, outcome: str, *, by: Membership, reason: str, net: Decimal | None = None) -> None:
        """Asks the other side to end the dispute so; `net` is the reduced price of a price cut."""
        self.guard("propose_settlement", by=by, reason=reason)
        self.check_outcome(outcome, net)
        if self.open_settlement:
            raise Refusal(_("A proposal is open already. It is answered or taken back first."))
        net = net if outcome == "price_cut" else None
        self.settlements.create(
            organisation=by.organisation, proposed_by=by.user, outcome=outcome, net=net, words=reason.strip()
        )
        told = {"notify": self.other_side(by), "reason": reason, "outcome": self.ending(outcome, net)}
        self.move("propose_settlement", by=by, **told)

    @transaction.atomic
    def accept_settlement(self, settlement: str, *, by: Membership) -> None:
        """Ends the dispute as both sides want, without a moderator. `settlement` is the ref of what was read."""
        self.guard("accept_settlement", by=by)
        agreed = self.settlement_for(settlement, by, is_own=False)
        self.close_settlement(agreed, "accepted")
        self.end_dispute("accept_settlement", agreed.outcome, by=by, reason=agreed.words, net=agreed.net)

    @transaction.atomic
    def refuse_settlement(self, settlement: str, *, by: Membership, reason: str = "") -> None:
        self.guard("refuse_settlement", by=by)
        self.close_settlement(self.settlement_for(settlement, by, is_own=False), "refused")
        self.move("refuse_settlement", by=by, notify=self.other_side(by), reason=reason)

    @transaction.atomic
    def take_back_settlement(self, settlement: str, *, by: Membership) -> None:
        self.guard("take_back_settlement", by=by)
        self.close_settlement(self.settlement_for(settlement, by, is_own=True), "taken_back")
        self.move("take_back_settlement", by=by, notify=self.other_side(by))

    def settlement_for(self, ref: str, by: Membership, *, is_own: bool) -> Settlement:
        """The open proposal that `by` has read, under the lock of the calling verb."""
        found = self.open_settlement
        if found is None or found.ref != ref:
            raise Refusal(_("This proposal is not open any more. Look at what happened since."))
        if (found.organisation_id == by.organisation_id) != is_own:
            raise PermissionDenied
        return found

    def close_settlement(self, settlement: Settlement, answer: str) -> None:
        settlement.answer = answer
        settlement.save(update_fields=["answer", "updated_at"])

    def can_answer_settlement(self, verb: str, by: Any) -> bool:
        """Who proposed may take it back, the other side accepts or refuses, and nobody proposes twice."""
        found = self.open_settlement if self.status == self.S.DISPUTED else None
        if verb == "propose_settlement":
            return found is None
        is_own = found is not None and found.organisation_id == getattr(by, "organisation_id", None)
        return found is not None and is_own == (verb == "take_back_settlement")
