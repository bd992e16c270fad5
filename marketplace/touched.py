"""Changes of a school that touch its orders: closed days, an archived offer, other hours or the end of a resource.

Such a change is made together with what the school answers for each order, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import Membership, Organisation
from marketplace.forms.touched import TouchedForm
from marketplace.models import Order, Quote, Seat, Window
from marketplace.models.order_clocks import lock_orders
from marketplace.models.order_querysets import OrderQuerySet
from marketplace.models.school_calendar import spans

AGREED = Order.PLANNED | {Order.Status.IN_PROGRESS}


class Unanswered(Exception):
    """An order came while the change was made."""


def decided(
    touched: Callable[[], OrderQuerySet],
    change: Callable[[], object],
    *,
    by: Membership,
    sent: Mapping[str, Any],
    reason: str = "",
) -> TouchedForm | None:
    """Calls `change` once every order of `touched()` has its answer in `sent`, and does what was answered.

    None when that is done; else the form to show, and nothing has changed. `reason` is what a client reads unless
    the school writes something else. A Refusal of the change passes through."""
    answers = sent if "touched" in sent else None

    def form() -> TouchedForm:
        return form_for(touched(), by=by, sent=answers, reason=reason)

    try:
        return changed(touched, change, form, by)
    except Unanswered:
        question = form()
        question.is_valid()  # it says which order has no answer
        return question


@transaction.atomic
def changed(
    touched: Callable[[], OrderQuerySet],
    change: Callable[[], object],
    form: Callable[[], TouchedForm],
    by: Membership,
) -> TouchedForm | None:
    lock_orders(by.organisation)
    question = form()
    if question.orders and not question.is_valid():
        return question
    question.settle()
    change()
    if touched().exclude(pk__in=[order.pk for order in question.orders]).exists():
        raise Unanswered
    return None


def form_for(
    orders: OrderQuerySet, *, by: Membership, sent: Mapping[str, Any] | None = None, reason: str = ""
) -> TouchedForm:
    dated = orders.with_parties().prefetch_related("quotes__window")
    return TouchedForm(sent, orders=dated.order_by("starts_on", "pk"), by=by, reason=reason)


def orders_on(school: Organisation, days: Iterable[date]) -> OrderQuerySet:
    """Orders of the school that are worked on, or take place, on one of the days. Before they are agreed the latest
    quote says when, and what the client wished where there is none."""
    zone, on = ZoneInfo(school.zone), Q(pk=None)
    for first, last in spans(days):
        agreed, asked = on_days(first, last), asked_on(first, last)
        when = Q(agreed, status__in=AGREED) | Q(asked, status__in=Order.NEGOTIATING)
        on |= when | at_times(first, last, zone)
    return school.orders_received.filter(on, status__in=AGREED | Order.NEGOTIATING)


def at_times(first: date, last: date, zone: ZoneInfo) -> Q:
    start, end = (datetime.combine(day, datetime.min.time(), zone) for day in (first, last + timedelta(days=1)))
    return Q(starts_at__gte=start, starts_at__lt=end)


def on_days(first: date, last: date) -> Q:
    """Of an order, and of a quote."""
    on = Q(starts_on__lte=last, ends_on__gte=first) | Q(starts_on__range=(first, last))
    return on | Q(window__starts_on__lte=last, window__ends_on__gte=first)


def asked_on(first: date, last: date) -> Q:
    newer = Quote.objects.filter(order=OuterRef("order"), version__gt=OuterRef("version"))
    latest = Quote.objects.filter(~Exists(newer), order=OuterRef("pk"))
    wished = on_days(first, last) | Q(wished_on__range=(first, last))
    return Q(Exists(latest.filter(on_days(first, last)))) | Q(~Exists(latest), wished)


def drafts_at(school: Organisation, days: Iterable[date]) -> OrderQuerySet:
    """Drafts, which their buyers have not sent, that hold a time on one of the days."""
    zone, on = ZoneInfo(school.zone), Q(pk=None)
    for first, last in spans(days):
        on |= at_times(first, last, zone)
    holding = Seat.objects.live().filter(order=OuterRef("pk"))
    return school.orders_received.filter(on, Exists(holding), status=Order.Status.DRAFT)


def windows_on(school: Organisation, days: Iterable[date]) -> list[Window]:
    """Windows of the school with places left for further orders, on one of the days."""
    on = Q(pk=None)
    for first, last in spans(days):
        on |= Q(starts_on__lte=last, ends_on__gte=first)
    return list(Window.objects.open().filter(on, offer__school=school).select_related("offer"))
