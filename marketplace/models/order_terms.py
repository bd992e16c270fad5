from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Refusal
from marketplace.models.prices import PriceModel

MAX_QUANTITY = 100_000


class Terms:
    """The rules that a request or a booking must meet; each raises Refusal with the field that breaks it."""

    def check_terms(self) -> None:
        offer = self.offer
        if not offer.is_live or not self.seller.is_verified:
            raise Refusal(_("This service cannot be ordered at the moment."))
        if self.quantity < offer.min_quantity:
            raise Refusal(_("The smallest quantity is %(n)s.") % {"n": offer.min_quantity}, field="quantity")
        if offer.max_quantity and self.quantity > offer.max_quantity:
            raise Refusal(_("The largest quantity is %(n)s.") % {"n": offer.max_quantity}, field="quantity")
        if self.quantity > MAX_QUANTITY:
            raise Refusal(_("The largest quantity is %(n)s.") % {"n": MAX_QUANTITY}, field="quantity")
        if offer.price_model == PriceModel.PACKAGES and self.package is None:
            raise Refusal(_("Choose a package."), field="package")
        if offer.price_model == PriceModel.PACKAGES and self.package.offer_id != offer.pk:
            raise Refusal(_("Choose a package."), field="package")
        self.check_date()
        if self.place_mode and self.place_mode not in offer.delivery_modes:
            raise Refusal(_("The school does not work there. Choose another place."), field="place_mode")
        if self.place_mode in {"at_client", "shipped"} and not self.place.strip():
            raise Refusal(_("Write the address."), field="place")

    def check_date(self) -> None:
        if self.offer.is_by_time:
            if self.starts_at is None:
                raise Refusal(_("Choose a time."), field="starts_at")
            return  # a seat was taken under the rules of the plan
        if self.window:
            self.window.refuse_closed_days(self.calendar)
        if self.window and (self.window.offer_id != self.offer_id or not self.window.is_open()):
            raise Refusal(_("This window is just full or over. Choose another one."), field="window")
        day = self.window.starts_on if self.window else self.wished_on
        if day and day < self.earliest_day():
            days = self.offer.lead_time_days or 0
            raise Refusal(
                ngettext(
                    "The school needs %(n)s day before it can start. Choose a later date.",
                    "The school needs %(n)s days before it can start. Choose a later date.",
                    days,
                )
                % {"n": days},
                field="window" if self.window else "wished_on",
            )

    def earliest_day(self) -> date:
        """In the school's time zone: today and the lead time."""
        today = timezone.localdate(timezone=ZoneInfo(self.seller.zone))
        return today + timedelta(days=self.offer.lead_time_days or 0)

    def check_limit(self, gross: Decimal, by: Membership) -> None:
        limit = self.buyer.approval_limit
        if limit is not None and gross > limit and not by.is_owner:
            raise Refusal(_("This is above your organisation's limit. An owner has to accept it."))
