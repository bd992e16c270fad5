"""What a week is made of: slots with their orders, orders by days, and windows, of a person or a resource."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Organisation, User
from marketplace.models import Booking, Milestone, NewTime, Offer, Order, Release, Resource, Seat, Slot, Window
from marketplace.models.milestones import SETTABLE
from marketplace.models.slots import Span

SHOWN = Order.OPEN | {Order.Status.COMPLETED, Order.Status.CLOSED}


@dataclass(frozen=True)
class Subject:
    """Whose week it is: a person's of the school, with the resource that stands for the person if there is one, or
    that of another resource."""

    school: Organisation
    person: User | None = None
    resource: Resource | None = None

    def slots(self, span: Span) -> list[Slot]:
        """Those with a live seat, each with its `live_seats` and `live_bookings`."""
        seats = Seat.objects.live().select_related("order__buyer", "order__trainer").order_by("pk")
        bookings = Booking.objects.live().select_related("resource").order_by("resource__kind", "resource__name")
        slots = Slot.objects.filter(self.in_slots, offer__school=self.school)
        slots = slots.filter(starts_at__lt=span[1], ends_at__gt=span[0]).select_related("offer__plan")
        return [
            slot
            for slot in slots.prefetch_related(
                Prefetch("seats", seats, to_attr="live_seats"), Prefetch("bookings", bookings, to_attr="live_bookings")
            )
            if slot.live_seats
        ]

    @property
    def in_slots(self) -> Q:
        bookings = Booking.objects.live()
        if self.person is None:
            return Q(pk__in=bookings.filter(resource=self.resource).values("slot"))
        led = Seat.objects.live().filter(Q(order__trainer=self.person) | Q(order__substitute=self.person))
        return Q(pk__in=led.values("slot")) | Q(pk__in=bookings.filter(resource__person=self.person).values("slot"))

    @property
    def orders(self) -> QuerySet[Order]:
        """Sent by their buyers and not lost; of a resource, those of the offers that may need it."""
        orders = Order.objects.filter(seller=self.school, requested_at__isnull=False, status__in=SHOWN)
        if self.person:
            orders = orders.filter(Q(trainer=self.person) | Q(substitute=self.person))
        else:
            orders = orders.filter(offer__in=self.offers)
        return orders.select_related("buyer", "trainer")

    def orders_without_seat(self, span: Span) -> QuerySet[Order]:
        """Orders whose time was only noted; what they would need is not settled yet, so a resource has none."""
        seats = Seat.objects.live().filter(order=OuterRef("pk"))
        orders = self.orders.filter(~Exists(seats), starts_at__lt=span[1], ends_at__gt=span[0])
        return orders if self.person else orders.none()

    def proposed(self) -> QuerySet[NewTime]:
        """Proposals to move an order that wait for an answer. Which resources an appointment would need at the new
        time is not settled, so it stands with those that it has now."""
        orders = self.orders.filter(status__in=Order.PLANNED)
        if self.person is None:
            bookings = Booking.objects.live().filter(resource=self.resource)
            seats = Seat.objects.live().filter(slot__in=bookings.values("slot"))
            orders = orders.filter(Q(starts_at=None) | Q(pk__in=seats.values("order")))
        found = NewTime.objects.filter(answer="", order__in=orders.values("pk"))
        return found.select_related("order__buyer", "order__trainer")

    def new_times(self, span: Span) -> QuerySet[NewTime]:
        return self.proposed().filter(starts_at__lt=span[1], ends_at__gt=span[0])

    def new_days(self, first: date, last: date) -> Iterable[Line]:
        for new in self.proposed().filter(starts_at=None, starts_on__lte=last, ends_on__gte=first).order_by("pk"):
            share, url = Share(new.order, self, new_time=new), new.order.get_absolute_url()
            yield Line(new.starts_on, new.ends_on, new.order.title, url, share=share)

    def noted(self, span: Span) -> Iterable[tuple[Order | NewTime, Share]]:
        """What has a time within the span and takes nothing yet."""
        for order in self.orders_without_seat(span):
            yield order, Share(order, self, is_noted=order.status in Order.NEGOTIATING)
        for new in self.new_times(span):
            yield new, Share(new.order, self, is_noted=True, new_time=new)

    @property
    def offers(self) -> QuerySet[Offer]:
        offers = Offer.objects.for_organisation(self.school).originals()
        if self.person:
            return offers.filter(Q(trainer=self.person) | Q(substitute=self.person))
        return offers.filter(pk__in=Offer.objects.filter(requirements__choices=self.resource).values("pk"))

    def lines(self, first: date, last: date) -> list[Line]:
        parts = (self.windows, self.orders_by_days, self.new_days, self.releases, self.milestones)
        found = [line for part in parts for line in part(first, last)]
        return sorted(found, key=lambda line: (line.first, line.last))

    def orders_by_days(self, first: date, last: date) -> Iterable[Line]:
        orders = self.orders.filter(starts_at=None).annotate(
            first=Coalesce("starts_on", "window__starts_on", "wished_on"),
            last=Coalesce("ends_on", "starts_on", "window__ends_on", "wished_on"),
        )
        for order in orders.filter(first__lte=last, last__gte=first).order_by("first", "pk"):
            yield Line(order.first, order.last, order.title, order.get_absolute_url(), share=Share(order, self))

    def windows(self, first: date, last: date) -> Iterable[Line]:
        shown = Q(taken__gt=0) | Q(is_closed=False, offer__status__in=Offer.LIVE)
        windows = Window.objects.filter(shown, offer__in=self.offers, starts_on__lte=last, ends_on__gte=first)
        for window in windows.select_related("offer").prefetch_related("offer__texts").order_by("starts_on", "pk"):
            places = {"taken": window.taken, "all": window.capacity}
            words = _("%(taken)s of %(all)s places taken") % places
            url = reverse("marketplace:offer_manage", args=[window.offer.ref])
            yield Line(window.starts_on, window.ends_on, window.offer.title, url, places=words)

    def releases(self, first: date, last: date) -> Iterable[Line]:
        """When the class, or some of it, is freed from lessons."""
        if self.resource is None or not self.resource.is_class:
            return
        releases = Release.objects.of_class(self.resource).filter(starts_on__lte=last, ends_on__gte=first)
        for release in releases.select_related("order").order_by("starts_on", "pk"):
            title = _("Freed for %(order)s") % {"order": release.order.title}
            yield Line(release.starts_on, release.ends_on, title, release.get_absolute_url(), times=release.times)

    def milestones(self, first: date, last: date) -> Iterable[Line]:
        """What a person's orders are to show by a day of the week."""
        if self.person is None:
            return
        orders = self.orders.filter(status__in=SETTABLE)
        found = Milestone.objects.filter(
            status__in=Milestone.UNSHOWN, order__in=orders.values("pk"), due_on__range=(first, last)
        )
        for milestone in found.select_related("order").order_by("due_on", "pk"):
            title = f"{milestone.title} · {milestone.order.title}"
            yield Line(milestone.due_on, milestone.due_on, title, milestone.get_absolute_url(), is_milestone=True)

    def needs(self, orders: Iterable[Order], resources: Iterable[Resource]) -> list[str]:
        """Who and what else takes part."""
        people = {order.trainer for order in orders if order.trainer and order.trainer != self.person}
        things = [each.name for each in resources if each != self.resource and each.person_id is None]
        return [*sorted(str(person) for person in people), *things]


@dataclass(frozen=True)
class Share:
    """An order in a week, and how sure it is."""

    order: Order
    subject: Subject
    held_until: datetime | None = None
    is_noted: bool = False
    new_time: NewTime | None = None

    @property
    def is_draft(self) -> bool:
        """Not sent yet: that the time is taken is all that the school may know."""
        return self.order.status == Order.Status.DRAFT

    @property
    def is_firm(self) -> bool:
        return (
            self.new_time is None
            and self.held_until is None
            and self.order.status not in {*Order.NEGOTIATING, Order.Status.DRAFT}
        )

    @property
    def state(self) -> str:
        if self.new_time:
            return self.proposed
        if self.is_firm:
            return pgettext("booking", "Firm")
        if self.is_draft:
            return pgettext("booking", "Held for a few minutes")
        return pgettext("booking", "Held for a request") if self.held_until else pgettext("booking", "Asked for")

    @property
    def proposed(self) -> str:
        if self.new_time and self.new_time.is_from_buyer:
            return pgettext("booking", "Proposed: waits for us")
        return pgettext("booking", "Proposed: waits for the client")

    @property
    def tone(self) -> str:
        return "pine" if self.is_firm else "mari" if self.held_until else "quiet"

    @property
    def is_substitute(self) -> bool:
        person: Any = self.subject.person
        return person is not None and self.order.substitute_id == person.pk != self.order.trainer_id


@dataclass(frozen=True)
class Line:
    """An order or a window that takes whole days."""

    first: date
    last: date
    title: str
    url: str
    share: Share | None = None
    places: str = ""
    times: str = ""  # of a release from class, whole days where there are none
    is_milestone: bool = False

    @property
    def is_window(self) -> bool:
        return bool(self.places)
