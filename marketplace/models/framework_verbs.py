from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, Refusal
from marketplace.models.prices import PriceModel

if TYPE_CHECKING:
    from marketplace.models.frameworks import Framework
    from marketplace.models.offers import Offer

LONGEST = 3  # years
Prices = Mapping["Offer", Decimal | None]  # by service its net price, None for the discount


class FrameworkVerbs:
    """Whoever locks an order and its framework locks the order first."""

    @classmethod
    @transaction.atomic
    def draft(
        cls, *, by: Membership, buyer: Organisation, school: Organisation, services: Prices, **fields: Any
    ) -> Framework:
        """Shown to its own side only."""
        if not by.can_trade or by.organisation not in (buyer, school) or not school.is_school:
            raise PermissionDenied
        other = school if by.organisation == buyer else buyer
        if not other.is_verified or buyer == school:
            raise Refusal(_("This organisation is not verified yet."))
        sides = {"buyer": buyer, "school": school, "proposer": by.organisation, "author": by.user}
        check_terms(school, services, fields)
        framework = cls.objects.create(**sides, **fields, currency=school.currency, ends_on=fields["valid_until"])
        framework.cover(services)
        framework.record("draft", by=by)
        return framework

    @transaction.atomic
    def change(self, *, by: Membership, services: Prices, **fields: Any) -> None:
        self.guard("change", by=by)
        check_terms(self.school, services, fields)
        for name, value in fields.items():
            setattr(self, name, value)
        self.ends_on = self.valid_until
        self.move("change", by=by, fields=[*fields, "ends_on"])
        self.cover(services)

    def cover(self, services: Prices) -> None:
        """Within a verb."""
        self.services.all().delete()
        for offer, price in services.items():
            self.services.create(offer=offer, price=price)

    @transaction.atomic
    def discard(self, *, by: Membership) -> None:
        self.guard("discard", by=by)
        self.move("discard", by=by)

    @transaction.atomic
    def propose(self, *, by: Membership) -> None:
        self.guard("propose", by=by)
        if self.valid_until < self.today:
            raise Refusal(_("It would be over already. Choose a later day."), field="valid_until")
        self.proposed_at = timezone.now()
        self.move("propose", by=by, fields=["proposed_at"], notify=self.people_of(self.other))
        self.set_timer("end", self.midnight_after(self.valid_until))

    @transaction.atomic
    def take_back(self, *, by: Membership) -> None:
        self.guard("take_back", by=by)
        self.move("take_back", by=by, notify=self.people_of(self.other))
        self.clear_timers()

    @transaction.atomic
    def refuse(self, *, by: Membership, reason: str) -> None:
        self.guard("refuse", by=by, reason=reason)
        self.move("refuse", by=by, notify=self.people_of(self.proposer), reason=reason)
        self.clear_timers()

    @transaction.atomic
    def accept(self, seen: str, *, by: Membership, method: str) -> None:
        """`seen` is `proposed_at` of what was read, as ISO text; `method` is how they proved just now who they are."""
        self.guard("accept", by=by)
        if seen != self.proposed_at.isoformat():
            raise Refusal(_("It was changed meanwhile. Read it once more."))
        if self.valid_until < self.today:
            raise Refusal(_("It is over already."))
        self.accepted_at, self.accepted_by, self.method = timezone.now(), by.user, method
        fields = ["accepted_at", "accepted_by", "method"]
        self.move("accept", by=by, fields=fields, notify=self.people_of(self.proposer))

    @transaction.atomic
    def give_notice(self, *, by: Membership, reason: str) -> None:
        """It ends after the days of notice; orders that were made stay as they are."""
        self.guard("give_notice", by=by, reason=reason)
        last = self.today + timedelta(days=self.notice_days)
        if last >= self.ends_on:
            raise Refusal(_("It ends before that anyway."))
        self.ends_on = last
        told = self.people_of(self.school if by.organisation_id == self.buyer_id else self.buyer)
        self.move("give_notice", by=by, fields=["ends_on"], notify=told, reason=reason, day=last.isoformat())
        self.set_timer("end", self.midnight_after(last))

    @transaction.atomic
    def end(self, *, by: None, why: str = "time") -> None:
        """By the clock, or because its cap is reached (`why` is "cap")."""
        self.guard("end", by=by)
        self.move("end", by=by, notify=[*self.people_of(self.buyer), *self.people_of(self.school)], why=why)
        self.clear_timers()

    def count(self, net: Decimal) -> None:
        """Within the verb that agrees an order of this net price, whose lock is held. Raises Refusal above the cap."""
        self.lock()
        if self.status != self.S.ACTIVE:
            return  # what was quoted under it stands
        count, total = self.used
        if self.max_orders is not None and count + 1 > self.max_orders:
            raise Refusal(_("All orders of the framework agreement are made already."))
        if self.max_net is not None and total + net > self.max_net:
            raise Refusal(_("This would go above the total of the framework agreement."))
        if count + 1 == self.max_orders or total + net == self.max_net:
            self.end(by=None, why="cap")

    @property
    def today(self) -> date:
        return timezone.localdate(timezone=ZoneInfo(self.school.zone))


def check_terms(school: Organisation, services: Prices, fields: Mapping[str, Any]) -> None:
    start, last, fixed = (fields[name] for name in ("valid_from", "valid_until", "fixed_until"))
    if last < start:
        raise Refusal(_("The end is before the start."), field="valid_until")
    if last > years_after(start, LONGEST):
        raise Refusal(_("At most 3 years."), field="valid_until")
    if not start <= fixed <= last:
        raise Refusal(_("Choose a day while it is valid."), field="fixed_until")
    if not 0 <= fields["discount"] <= 90:
        raise Refusal(_("From 0 to 90 percent."), field="discount")
    if not services:
        raise Refusal(_("Choose at least one service."), field="services")
    for offer, price in services.items():
        check_service(school, offer, price)


def check_service(school: Organisation, offer: Offer, price: Decimal | None) -> None:
    if offer.school_id != school.pk or not offer.is_live:
        raise Refusal(_("Choose published services of the school."), field="services")
    if price is not None and offer.price_model == PriceModel.PACKAGES:
        raise Refusal(_("“%(title)s” has packages, so only the discount holds.") % {"title": offer}, field="services")
    is_told = offer.price_model == PriceModel.PACKAGES or offer.price_for(1) is not None
    if price is None and not is_told:
        raise Refusal(_("Write a price for “%(title)s”: it has none of its own.") % {"title": offer}, field="services")


def years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
