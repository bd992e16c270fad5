from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Activity, Membership, Refusal
from marketplace.models.agreement_rules import Reason, reasons

if TYPE_CHECKING:
    from marketplace.models.agreements import Agreement

WARN_AFTER = 10  # working days without signatures (E4)
EXPIRES_AFTER = 15


class Signed:
    """How an order and its agreement go together."""

    @property
    def own_agreement(self) -> Agreement | None:
        return getattr(self, "agreement", None)

    def begin_agreement(self, asked: list[str]) -> None:
        """Within a verb, once the price is settled. Does nothing where no reason asks for one."""
        if codes := [*reasons(self), *asked]:
            apps.get_model("marketplace", "Agreement").begin(self, codes)

    @transaction.atomic
    def ask_for_agreement(self, *, by: Membership) -> None:
        """Either side may want it in writing before the work begins; both are told when it is proposed."""
        self.guard("ask_for_agreement", by=by)
        if self.own_agreement:
            raise Refusal(_("There is an agreement already."))
        self.begin_agreement([Reason.ASKED.value])
        self.move("ask_for_agreement", by=by)

    def move(self, verb: str, **told: Any) -> Activity:
        before = self.status
        activity = super().move(verb, **told)
        if self.status != before:
            self.carry_agreement()
            self.end_change()
        return activity

    def carry_agreement(self) -> None:
        """Proposes, activates or ends the agreement as the order moves on."""
        agreement = self.own_agreement
        if agreement is None:
            return
        if self.status == self.S.AGREEMENT_PENDING and agreement.status == agreement.S.DRAFT:
            agreement.propose(by=None)
        elif self.status == self.S.IN_PROGRESS and agreement.status == agreement.S.SIGNED:
            agreement.activate(by=None)
        elif self.status in self.ENDED and agreement.status in agreement.OPEN:
            agreement.end(by=None)

    def await_signatures(self) -> None:
        """Anew from each version on."""
        now, calendar = timezone.now(), self.calendar
        self.set_timer("warn_agreement", calendar.add_working_days(now, WARN_AFTER))
        self.set_timer("expire_agreement", calendar.add_working_days(now, EXPIRES_AFTER))

    def agreement_is_signed(self) -> None:
        """Within a verb of the agreement, when both have signed."""
        self.clear_timers("warn_agreement", "expire_agreement")
        if self.is_planned:
            self.schedule(by=None)
        elif self.status not in self.ENDED:
            self.own_agreement.activate(by=None)

    @transaction.atomic
    def warn_agreement(self, *, by: None) -> None:
        self.guard("warn_agreement", by=by)
        self.move("warn_agreement", by=by, notify=self.own_agreement.told(self.seller, self.buyer))

    @transaction.atomic
    def expire_agreement(self, *, by: None) -> None:
        """15 working days without both signatures."""
        self.guard("expire_agreement", by=by)
        told = list(self.own_agreement.told(self.seller, self.buyer))
        self.free_time()
        self.move("expire_agreement", by=by, notify=told)
        self.clear_timers()
        self.come_to_nothing()
