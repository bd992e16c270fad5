from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal

if TYPE_CHECKING:
    from marketplace.models.invoices import Invoice


class Money:
    """Facts about the school's invoice: recorded, never payments."""

    @property
    def recorded_invoice(self) -> Invoice | None:
        return getattr(self, "invoice", None)

    @property
    def total_words(self) -> str:
        return f"{self.gross} {self.currency}"

    def check_day(self, day: date, field: str) -> None:
        if day > timezone.localdate(timezone=ZoneInfo(self.seller.zone)):
            raise Refusal(_("This day is still to come."), field=field)

    @transaction.atomic
    def record_invoice(self, number: str, issued_on: date, *, by: Membership) -> None:
        """Again, it corrects what was recorded; both sides see what it was before."""
        self.guard("record_invoice", by=by)
        number = number.strip()
        if not number:
            raise Refusal(_("Write the number of the invoice."), field="number")
        self.check_day(issued_on, "issued_on")
        before = self.recorded_invoice
        if before and (before.number, before.issued_on) == (number, issued_on):
            return
        fields = {"number": number, "issued_on": issued_on, "recorded_by": by.user}
        apps.get_model("marketplace", "Invoice").objects.update_or_create(order=self, defaults=fields)
        words = {"number": number, "issued_on": issued_on.isoformat(), "total": self.total_words}
        if before:
            words |= {"old_number": before.number, "old_issued_on": before.issued_on.isoformat()}
        verb = "correct_invoice" if before else "record_invoice"
        self.record(verb, by=by, notify=self.buyers(), **words)

    @transaction.atomic
    def record_paid(self, paid_on: date | None, *, by: Membership) -> None:
        """The day on which the money came; None takes it back. Again, it corrects."""
        self.guard("record_paid", by=by)
        invoice = self.recorded_invoice
        if invoice is None:
            raise Refusal(_("Record the invoice first."))
        if paid_on:
            self.check_day(paid_on, "paid_on")
        if paid_on == invoice.paid_on:
            return
        was = invoice.paid_on
        invoice.paid_on, invoice.paid_by = paid_on, by.user if paid_on else None
        invoice.save(update_fields=["paid_on", "paid_by", "updated_at"])
        words = {"number": invoice.number, "paid_on": (paid_on or was).isoformat(), "total": self.total_words}
        verb = "record_paid" if paid_on and not was else "correct_paid" if paid_on else "record_unpaid"
        if verb == "correct_paid":
            words["old_paid_on"] = was.isoformat()
        self.record(verb, by=by, notify=self.buyers(), **words)
