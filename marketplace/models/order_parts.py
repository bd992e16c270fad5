from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Refusal

if TYPE_CHECKING:
    from marketplace.models.order_querysets import OrderQuerySet
    from marketplace.models.orders import Order


class SubOrders:
    """A school passes a part of an order that it leads on to another school, from which it orders it as a client.

    Whoever locks an order and a part of it locks the order above first. Trigger order_part_fits keeps the rules."""

    @property
    def shown_parts(self) -> OrderQuerySet:
        """What the client is told of: not what came to nothing."""
        return self.sub_orders.exclude(status__in=self.LOST).select_related("seller").order_by("pk")

    @property
    def unfinished_parts(self) -> list[Order]:
        return list(self.sub_orders.exclude(status__in=self.ENDED).select_related("seller").order_by("pk"))

    def can_become_part(self) -> OrderQuerySet:
        """Orders of this one's school that it may still pass on as a part: none is agreed yet."""
        own = self.seller.orders_placed.filter(status__in=self.NEGOTIATING | {self.S.DRAFT}, part_of=None)
        own = own.filter(sub_orders=None, seller__status="verified").exclude(seller=self.buyer)
        return own.select_related("seller").order_by("-pk")

    @transaction.atomic
    def pass_part(self, part: Order, title: str, *, by: Membership, names_client: bool = False) -> None:
        """Makes an order that is not agreed yet a part of this one, and tells the client who does what.

        `title` is what the client reads; `names_client` lets the other school know for whom it is."""
        self.guard("pass_part", by=by)
        part.lock()
        self.check_part(part, title)
        part.part_of, part.part_title, part.names_client = self, title.strip(), names_client
        part.save(update_fields=["part_of", "part_title", "names_client", "updated_at"])
        self.move("pass_part", by=by, notify=self.buyers(), school=part.seller.name, part=part.part_title)
        told = part.sellers() if part.status != part.S.DRAFT else []
        part.record("become_part", by=by, notify=told)

    def check_part(self, part: Order, title: str) -> None:
        if not title.strip():
            raise Refusal(_("Say what the other school does."), field="title")
        if self.part_of_id:
            raise Refusal(_("This is a part itself, and cannot be divided further."), field="part")
        if not self.can_become_part().filter(pk=part.pk).exists():
            raise Refusal(_("Choose an order of yours that is not agreed yet."), field="part")

    def refuse_open_parts(self) -> None:
        """Within the delivery."""
        parts = self.unfinished_parts
        if parts:
            words = ngettext(
                "A part is not finished yet: %(what)s.", "%(n)s parts are not finished yet: %(what)s.", len(parts)
            )
            named = ", ".join(_("%(title)s (%(school)s)") % {"title": p.part_title, "school": p.seller} for p in parts)
            raise Refusal(words % {"n": len(parts), "what": named})

    def tell_parts(self) -> None:
        """Within a verb that ended this order without its work: both sides of each open part decide about it."""
        for part in self.unfinished_parts:
            part.lock()
            told = [] if part.status == part.S.DRAFT else part.sellers()
            part.record("lose_whole", by=None, notify=[*part.buyers(), *told])
