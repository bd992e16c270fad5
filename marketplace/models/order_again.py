from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal
from marketplace.models.windows import Window

if TYPE_CHECKING:
    from marketplace.models.orders import Order


class Again:
    """A completed order leads to the next one."""

    def can_be_repeated(self, by: Membership | None) -> bool:
        """By its buyer; whether the school still offers it is another question."""
        is_done = self.status in {self.S.COMPLETED, self.S.CLOSED}
        return is_done and by is not None and by.can_work and by.organisation_id == self.buyer_id

    @property
    def is_still_offered(self) -> bool:
        return self.offer is not None and self.offer.is_live and self.seller.is_verified

    @transaction.atomic
    def repeat(self, *, by: Membership, request_key: Any = None) -> Order:
        """A draft of the same once more, for the next open window; an appointment gets its time on its page.

        The same `request_key` twice gives the same draft."""
        self.lock()
        if not by.can_work or by.organisation_id != self.buyer_id:
            raise PermissionDenied
        if not self.can_be_repeated(by):
            raise Refusal(_("Only a completed order can be ordered again."))
        if not self.is_still_offered:
            raise Refusal(_("The school does not offer this any more."))
        return type(self).draft(self.offer, by=by, request_key=request_key, repeats=self, **self.wishes_of_last_time())

    def wishes_of_last_time(self) -> dict[str, Any]:
        """What of this order its offer still allows."""
        offer = self.offer
        wishes = {"brief": self.brief, "quantity": max(self.quantity, offer.min_quantity)}
        if self.package and self.package.offer_id == offer.pk:
            wishes["package"] = self.package
        if self.place_mode in offer.delivery_modes:
            wishes |= {"place_mode": self.place_mode, "place": self.place}
        elif offer.delivery_modes:
            wishes["place_mode"] = offer.delivery_modes[0]
        if not offer.is_by_time:
            wishes["window"] = Window.objects.bookable(offer).order_by("starts_on").first()
        return wishes
