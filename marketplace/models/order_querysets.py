from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from accounts.models import Organisation, Timer

if TYPE_CHECKING:
    from marketplace.models.orders import Order  # noqa: F401 - named in a string


class OrderQuerySet(models.QuerySet["Order"]):
    def for_organisation(self, organisation: Organisation) -> OrderQuerySet:
        """Orders in which it buys or sells; what the buyer never sent is the buyer's alone."""
        return self.filter(Q(buyer=organisation) | Q(seller=organisation, requested_at__isnull=False))

    def open(self) -> OrderQuerySet:
        return self.filter(status__in=self.model.OPEN)

    def awaiting(self, party: str) -> OrderQuerySet:
        """Orders in which "buyer" or "seller" has to act; drafts wait for nobody."""
        asked = Q(status=self.model.Status.REQUESTED, is_awaiting_answer=True)
        turn = Q(status__in=self.model.TURNS[party] - {self.model.Status.DRAFT})
        return self.filter(turn | asked if party == "buyer" else turn & ~asked)

    def with_next_due(self) -> OrderQuerySet:
        """Annotates `due_at`: when the running clock rings next."""
        clocks = Timer.objects.filter(
            subject_type=ContentType.objects.get_for_model(self.model), subject_id=models.OuterRef("pk"),
            verb__in=self.model.CLOCKS, done_at=None, failed_at=None,
        )  # fmt: skip
        return self.annotate(due_at=models.Subquery(clocks.order_by("due_at").values("due_at")[:1]))

    def with_parties(self) -> OrderQuerySet:
        return self.select_related(
            "buyer", "seller", "offer__category", "offer__plan", "contact", "trainer", "substitute", "window"
        )
