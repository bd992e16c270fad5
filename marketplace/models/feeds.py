"""Secret addresses under which a calendar program reads a calendar."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership, Organisation
from marketplace.models.appointments import Seat
from marketplace.models.order_querysets import OrderQuerySet
from marketplace.models.orders import Order
from marketplace.models.resources import Resource
from marketplace.models.slots import Span
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_token, token_hash

CANCELLED_FOR = timedelta(days=30)
PAST_FOR = timedelta(days=366)


class FeedQuerySet(models.QuerySet["Feed"]):
    def for_token(self, token: str) -> Feed | None:
        """The feed behind the secret, as long as its person still has the right to read it."""
        rows = self.filter(token_hash=token_hash(token)).select_related(
            "membership__user", "membership__organisation", "resource"
        )
        feed = rows.first()
        return feed if feed and feed.is_live else None


class Feed(TimeStamped):
    """A calendar that one member reads with the secret of its address, of which only the hash is kept.

    It ends with the membership, and is asleep while the member may not work or the organisation is suspended."""

    class Kind(models.TextChoices):
        PERSON = "person", pgettext_lazy("calendar feed", "My orders")
        ORGANISATION = "organisation", pgettext_lazy("calendar feed", "Everything of the organisation")
        RESOURCE = "resource", pgettext_lazy("calendar feed", "A class, room or trainer")

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="feeds")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    resource = models.ForeignKey(Resource, models.CASCADE, null=True, blank=True, related_name="feeds")
    token_hash = models.CharField(max_length=64, unique=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["person", "organisation"], resource=None)
                | Q(kind="resource", resource__isnull=False),
                name="feed_kind_known",
            ),
            models.UniqueConstraint(
                fields=["membership", "kind", "resource"], name="feed_once", nulls_distinct=False
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.resource or self.get_kind_display())

    @property
    def is_live(self) -> bool:
        by = self.membership
        is_suspended = by.organisation.status == Organisation.Status.SUSPENDED
        return by.user.is_active and not is_suspended and may_read(by, self.resource)

    @classmethod
    @transaction.atomic
    def make(cls, kind: str, *, by: Membership, resource: Resource | None = None) -> str:
        """Returns the secret of a new address, which nobody can learn again; an earlier one of the same ends."""
        if not may_read(by, resource):
            raise PermissionDenied
        token = new_token()
        feed, _made = cls.objects.update_or_create(
            membership=by, kind=kind, resource=resource, defaults={"token_hash": token_hash(token)}
        )
        by.organisation.record("make_feed", by=by, feed=kind, calendar=str(resource or ""), person=str(by.user))
        return token

    @transaction.atomic
    def stop(self, *, by: Membership) -> None:
        if self.membership_id != by.pk:
            raise PermissionDenied
        if Feed.objects.filter(pk=self.pk).delete()[0]:
            by.organisation.record(
                "stop_feed", by=by, feed=self.kind, calendar=str(self.resource or ""), person=str(by.user)
            )

    def orders(self) -> OrderQuerySet:
        """What the feed shows, a year back; cancelled orders for 30 days."""
        organisation, user = self.membership.organisation, self.membership.user
        orders = dated().for_organisation(organisation)
        if self.kind == self.Kind.PERSON:
            bought = Q(buyer=organisation, contact=user)
            orders = orders.filter(bought | Q(seller=organisation) & (Q(trainer=user) | Q(substitute=user)))
        if self.resource:
            seats = Seat.objects.filter(slot__bookings__resource=self.resource)
            orders = orders.filter(pk__in=seats.filter(still_theirs()).values("order"))
        return orders.select_related("buyer", "seller", "trainer", "substitute").order_by("pk")

    def taken(self) -> dict[int, Span]:
        """Of each order for how long it takes the resource, with preparing and clearing up."""
        if self.resource is None:
            return {}
        seats = Seat.objects.filter(released_at=None, slot__bookings__resource=self.resource)
        rows = seats.values_list("order", "slot__bookings__period__startswith", "slot__bookings__period__endswith")
        return {order: (start, end) for order, start, end in rows}


def may_read(by: Membership, resource: Resource | None) -> bool:
    """Learners read no feed; a school's resources are read by its staff."""
    if resource is None:
        return by.can_work
    return by.can_sell and resource.school_id == by.organisation_id


def still_theirs() -> Q:
    """The seat that the order has, or had when it ended without the work."""
    return Q(released_at=None) | Q(order__status__in=Order.LOST, slot__starts_at=F("order__starts_at"))


def dated() -> OrderQuerySet:
    """Orders with a day or a time, agreed or asked for, that a calendar still shows."""
    kept, shown = timezone.now() - CANCELLED_FOR, timezone.now() - PAST_FOR
    orders = Order.objects.exclude(requested_at=None).exclude(starts_on=None, starts_at=None)
    recent = Q(ends_on__gte=shown) | Q(starts_on__gte=shown) | Q(ends_at__gte=shown)
    lost = Q(status__in=Order.LOST)
    return orders.filter(recent, ~lost | lost & Q(updated_at__gte=kept))
