"""The clocks of orders count working days, so they move when the calendar of their school changes."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.contenttypes.models import ContentType
from django.db.models import Max
from django.utils import timezone

from accounts.models import Activity, Organisation, Timer
from marketplace.models.order_words import EXPIRES_AFTER
from marketplace.models.orders import Order
from marketplace.models.school_calendar import SchoolCalendar, days
from vet2b.lib.workdays import DAY

S = Order.Status
COUNTED = frozenset(
    {
        "expire", "remind", "warn_agreement", "expire_agreement", "chase_start", "miss_start", "warn_first",
        "warn_last", "auto_accept", "chase_changes", "urge",
    }
)  # fmt: skip
ASKED_SCHOOL = ("order.request", "order.answer", "order.counter")  # after these its days to answer begin


def lock_school(school: Organisation) -> None:
    """Changes that touch several orders of a school queue up here; verbs of single orders do not wait for it."""
    Organisation.objects.select_for_update(no_key=True).get(pk=school.pk)


def lock_orders(school: Organisation) -> list[Order]:
    """Those of the school that are not ended, locked in one order, so that none moves while several are changed.

    Rows that hang on an order may still be written, as by somebody who holds a resource and waits for nothing else."""
    lock_school(school)
    orders = school.orders_received.exclude(status__in=Order.ENDED).select_related("window", "offer")
    return list(orders.select_for_update(of=("self",), no_key=True).order_by("pk"))


def move_clocks(before: SchoolCalendar, after: SchoolCalendar) -> None:
    """Every clock keeps the working days that it has left, counted from now."""
    orders = {order.pk: order for order in lock_orders(before.school)}
    order_type = ContentType.objects.get_for_model(Order)
    timers = Timer.objects.filter(
        subject_type=order_type, subject_id__in=orders, verb__in=COUNTED, done_at=None, failed_at=None,
    )  # fmt: skip
    asked = Activity.objects.filter(subject_type=order_type, subject_id__in=orders, verb__in=ASKED_SCHOOL)
    asked_at = dict(asked.values_list("subject_id").annotate(Max("created_at")))
    moved = []
    for timer in timers:
        order = orders[timer.subject_id]
        order.seller = before.school
        due = new_due(order, timer, asked_at.get(order.pk), before, after)
        if due != timer.due_at:
            timer.due_at = due
            moved.append(timer)
    Timer.objects.bulk_update(moved, ["due_at"], batch_size=500)
    for timer in moved:
        order = orders[timer.subject_id]
        if (
            timer.verb == "expire" and order.starts_at and order.held_until
        ):  # a request's time is kept until its clock rings
            order.keep_time(timer.due_at)


def new_due(
    order: Order, timer: Timer, asked_at: datetime | None, before: SchoolCalendar, after: SchoolCalendar
) -> datetime:
    now = timezone.now()
    if timer.verb == "chase_start" and order.starts_on:
        return shifted(timer.due_at, max(now, order.at(order.starts_on, 9)), before, after)
    if timer.verb != "expire":
        return shifted(timer.due_at, now, before, after)
    if order.status == S.QUOTED:
        return timer.due_at  # the quote names its last day
    if order.is_awaiting_answer or asked_at is None:
        return shifted(timer.due_at, now, before, after)
    due, limit = timer.due_at, order.answer_limit(asked_at)
    if limit is None:
        return shifted(due, now, before, after)
    if due >= limit:  # it was cut short: what it would be in full
        due = before.add_working_days(asked_at, EXPIRES_AFTER)
    return min(shifted(due, now, before, after), limit)


def shifted(due: datetime, since: datetime, before: SchoolCalendar, after: SchoolCalendar) -> datetime:
    """The moment that is as many working days after `since` as `due` was. What is past stays."""
    if due <= since:
        return due
    zone = ZoneInfo(before.school.zone)
    end, start = due.astimezone(zone), since.astimezone(zone)
    # today still counts while the clock's time of day is to come
    day = start.date() if start.time() >= end.time() else start.date() - DAY
    left = sum(before.is_open(one) for one in days(day + DAY, end.date()))
    if not before.is_open(end.date()):
        left += 1
    return after.add_working_days(datetime.combine(day, end.time(), zone), left)
