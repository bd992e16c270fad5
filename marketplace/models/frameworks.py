"""What a client and a school agree once for all orders of some services until a day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Lifecycle, Membership, Move, Organisation, Timed, User
from marketplace.models.framework_verbs import FrameworkVerbs
from marketplace.models.offers import Offer, Package
from marketplace.models.prices import BY_QUANTITY, Currency, PriceModel, cents
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref

if TYPE_CHECKING:
    from marketplace.models.orders import Order


class FrameworkQuerySet(models.QuerySet["Framework"]):
    def for_organisation(self, organisation: Organisation) -> FrameworkQuerySet:
        """A draft is its own side's alone."""
        own = Q(buyer=organisation) | Q(school=organisation)
        hidden = Q(status=Framework.Status.DRAFT) | Q(status=Framework.Status.ENDED, proposed_at=None)
        return self.filter(own).exclude(hidden & ~Q(proposer=organisation))

    def between(self, one: Organisation, other: Organisation) -> FrameworkQuerySet:
        return self.filter(Q(buyer=one, school=other) | Q(buyer=other, school=one))

    def covering(self, buyer: Organisation, offer: Offer) -> Framework | None:
        """The active one under which the buyer can order this service today."""
        today = timezone.localdate(timezone=ZoneInfo(offer.school.zone))
        active = self.filter(
            status=Framework.Status.ACTIVE, buyer=buyer, school=offer.school_id, services__offer=offer,
            valid_from__lte=today, ends_on__gte=today, fixed_until__gte=today,
        )  # fmt: skip
        return next((framework for framework in active.order_by("-accepted_at", "-pk") if framework.has_room), None)


class Framework(FrameworkVerbs, Lifecycle, Timed, TimeStamped):
    """Proposed by either side, accepted by a signatory of the other. Nothing of it is changed once it is proposed."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("framework status", "Draft")
        PROPOSED = "proposed", pgettext_lazy("framework status", "Proposed")
        ACTIVE = "active", pgettext_lazy("framework status", "In force")
        ENDED = "ended", pgettext_lazy("framework status", "Ended")

    S = Status
    TRANSITIONS = {
        "change": Move(frozenset({S.DRAFT}), None, "proposer"),
        "discard": Move(frozenset({S.DRAFT}), S.ENDED, "proposer"),
        "propose": Move(frozenset({S.DRAFT}), S.PROPOSED, "proposer"),
        "take_back": Move(frozenset({S.PROPOSED}), S.DRAFT, "proposer"),
        "refuse": Move(frozenset({S.PROPOSED}), S.ENDED, "answerer", needs_reason=True),
        "accept": Move(frozenset({S.PROPOSED}), S.ACTIVE, "signatory_of_answerer"),
        "give_notice": Move(frozenset({S.ACTIVE}), None, "signatory", needs_reason=True),
        "end": Move(frozenset({S.PROPOSED, S.ACTIVE}), S.ENDED, "system"),
    }
    TIMED_VERBS = frozenset({"end"})

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    buyer = models.ForeignKey(
        Organisation, models.PROTECT, related_name="frameworks_as_buyer", verbose_name=_("client")
    )
    school = models.ForeignKey(
        Organisation, models.PROTECT, related_name="frameworks_as_school", verbose_name=_("school")
    )
    proposer = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("author"))
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("what else is agreed"), max_length=5000, blank=True)
    discount = models.DecimalField(_("discount in %"), max_digits=4, decimal_places=2, default=Decimal(0))
    currency = models.CharField(max_length=3, choices=Currency)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    fixed_until = models.DateField(_("prices fixed until"))
    max_orders = models.PositiveIntegerField(_("at most this many orders"), null=True, blank=True)
    max_net = models.DecimalField(_("at most this net total"), max_digits=12, decimal_places=2, null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("days of notice"), default=30)
    ends_on = models.DateField(_("ends on"))
    proposed_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    method = models.CharField(max_length=30, blank=True, help_text="How the signatory proved who they are.")

    objects = FrameworkQuerySet.as_manager()

    class Meta:
        verbose_name = _("framework agreement")
        verbose_name_plural = _("framework agreements")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "proposed", "active", "ended"]), name="framework_status_known"
            ),
            models.CheckConstraint(condition=~Q(buyer=F("school")), name="framework_not_with_oneself"),
            models.CheckConstraint(
                condition=Q(proposer=F("buyer")) | Q(proposer=F("school")), name="framework_proposed_by_a_side"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from"), valid_until__lte=F("valid_from") + timedelta(days=1096)),
                name="framework_at_most_three_years",
            ),
            models.CheckConstraint(
                condition=Q(fixed_until__gte=F("valid_from"), fixed_until__lte=F("valid_until")),
                name="framework_prices_fixed_within",
            ),
            models.CheckConstraint(condition=Q(ends_on__lte=F("valid_until")), name="framework_ends_in_time"),
            models.CheckConstraint(condition=Q(discount__gte=0, discount__lte=90), name="framework_discount_sane"),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="framework_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="active") | Q(accepted_at__isnull=False), name="framework_active_is_accepted"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("marketplace:framework_detail", args=[self.ref])

    def allows(self, party: str, by: Membership | User | None) -> bool:
        if party == "system":
            return by is None
        if not isinstance(by, Membership) or not by.can_trade:
            return False
        if by.organisation_id not in {self.buyer_id, self.school_id}:
            return False
        if party == "signatory":
            return by.can_sign
        is_proposer = by.organisation_id == self.proposer_id
        if party == "proposer":
            return is_proposer
        return not is_proposer and (party == "answerer" or by.can_sign)

    @property
    def other(self) -> Organisation:
        """The side that answers the proposal."""
        return self.school if self.proposer_id == self.buyer_id else self.buyer

    @property
    def agreed_orders(self) -> models.QuerySet[Order]:
        return self.orders.filter(accepted_at__isnull=False).exclude(status__in=self.orders.model.LOST)

    @property
    def used(self) -> tuple[int, Decimal]:
        """How many orders were agreed under it, and their net total."""
        sums = self.agreed_orders.aggregate(n=models.Count("pk"), net=models.Sum("net"))
        return sums["n"], sums["net"] or Decimal(0)

    @property
    def has_room(self) -> bool:
        return self.has_room_for(Decimal(0))

    def has_room_for(self, net: Decimal) -> bool:
        if self.max_orders is None and self.max_net is None:
            return True
        count, total = self.used
        fits = self.max_net is None or total + net <= self.max_net
        return fits and (self.max_orders is None or count < self.max_orders)

    def price_of_one(self, offer: Offer, quantity: int, package: Package | None) -> Decimal | None:
        """Net, of one where the service is counted; None where it cannot tell."""
        service = self.services.filter(offer=offer).first()
        if service is None or offer.currency != self.currency:
            return None
        if service.price is not None:
            return service.price
        is_packed = offer.price_model == PriceModel.PACKAGES
        price = package.price if is_packed and package else offer.price
        if price is None or offer.price_for(quantity, package) is None:
            return None
        return cents(price * (100 - self.discount) / 100)

    def line_for(self, offer: Offer, quantity: int, package: Package | None, title: str) -> dict[str, Any] | None:
        """As a line of a quote; None where it cannot tell the price."""
        price = self.price_of_one(offer, quantity, package)
        if price is None:
            return None
        is_counted = offer.price_model in BY_QUANTITY
        return {
            "description": (str(package) if package else title)[:200],
            "quantity": Decimal(quantity if is_counted else 1), "unit": offer.unit if is_counted else "",
            "unit_price": price, "vat_rate": offer.vat_rate,
        }  # fmt: skip

    def midnight_after(self, day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(self.school.zone))

    def people_of(self, organisation: Organisation) -> list[tuple[User, Organisation | None]]:
        """Who proposed it, or may sign for the other side; its owners where nobody may."""
        signing = [(member.user, organisation) for member in organisation.memberships.signatories()]
        own = [(self.author, organisation)] if organisation.pk == self.proposer_id else []
        return own + (signing or organisation.owners())

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.title, "ref": self.ref, "buyer": self.buyer.name, "school": self.school.name}


class FrameworkService(models.Model):
    """A service that it covers; `price` is net, in place of the discount."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="services")
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="+")
    price = models.DecimalField(_("net price"), max_digits=10, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("service of a framework agreement")
        verbose_name_plural = _("services of a framework agreement")
        constraints = [
            models.UniqueConstraint(fields=["framework", "offer"], name="framework_service_once"),
            models.CheckConstraint(condition=Q(price=None) | Q(price__gte=0), name="framework_price_positive"),
        ]

    def __str__(self) -> str:
        return str(self.offer)
