"""Orders, windows and closed days as iCalendar text (RFC 5545). No brief, no message and no learner stands in it.

An order is one event: the same UID in every feed and mail, and a SEQUENCE that grows when it is moved or cancelled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from accounts.models import Notification, Organisation
from marketplace.models import Feed, Offer, Order, Release, Resource, SchoolCalendar, Window
from marketplace.models.school_calendar import DayKind, days
from marketplace.models.slots import Span
from vet2b.lib.mail import absolute, one_line, site_host

DAY = timedelta(days=1)
SHOWN = 366  # days ahead for which closed days are told
CONTENT_TYPE = "text/calendar"


def calendar_text(events: Iterable[Event], name: str = "") -> bytes:
    """A whole calendar, with the rules of the time zones that it names."""
    calendar = Calendar()
    calendar.add("prodid", "-//VET2B//Calendar//EN")
    calendar.add("version", "2.0")
    if name:
        calendar.add("name", one_line(name))
        calendar.add("x-wr-calname", one_line(name))
        calendar.add("refresh-interval", timedelta(hours=1), {"value": "DURATION"})
    for event in events:
        calendar.add_component(event)
    year = timezone.now().year
    calendar.add_missing_timezones(first_date=date(year - 2, 1, 1), last_date=date(year + 3, 1, 1))
    return calendar.to_ical()


def event_of(uid: str, stamp: datetime, summary: str, **properties: Any) -> Event:
    """What a person typed stands on one line, so that nobody can add lines of their own."""
    event = Event()
    event.add("uid", f"{uid}@{site_host()}")
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("summary", one_line(summary))
    for name, value in properties.items():
        if value:
            event.add(name, value)
    return event


def set_days(event: Event, first: date, last: date) -> None:
    """Whole days; an end in iCalendar is the day after."""
    event.add("dtstart", first)
    event.add("dtend", last + DAY)
    event.add("transp", "TRANSPARENT")


def order_event(told: dict[str, Any], stamp: datetime, is_for_buyer: bool) -> Event:
    """From what `Order.told_date` tells."""
    other = told["seller"] if is_for_buyer else told["buyer"]
    url = absolute(reverse("marketplace:order_detail", args=[told["ref"]]))
    sides = _("School: %(seller)s\nClient: %(buyer)s") % {name: one_line(told[name]) for name in ("seller", "buyer")}
    event = event_of(
        f"order-{told['ref']}", stamp, f"{told['title']} · {other}", status=told["status"],
        description=f"{sides}\n{url}", location=one_line(told["place"]), url=url,
    )  # fmt: skip
    event.add("sequence", told["sequence"])
    if "zone" not in told:
        set_days(event, date.fromisoformat(told["starts"]), date.fromisoformat(told["ends"]))
        return event
    for name, moment in (("dtstart", told["starts"]), ("dtend", told["ends"])):
        event.add(name, datetime.fromisoformat(moment).astimezone(ZoneInfo(told["zone"])))
    return event


def events_of(orders: Iterable[Order], reader: Organisation, taken: Mapping[int, Span] | None = None) -> list[Event]:
    """`taken` gives the time of those orders that take more than their own, by their keys."""
    taken = taken or {}
    return [
        order_event(told_with(order.told_date(), taken.get(order.pk)), order.updated_at, order.buyer_id == reader.pk)
        for order in orders
    ]


def told_with(told: dict[str, Any], span: Span | None) -> dict[str, Any]:
    return told | {"starts": span[0].isoformat(), "ends": span[1].isoformat()} if span else told


def feed_text(feed: Feed) -> bytes:
    """In the active language."""
    organisation = feed.membership.organisation
    events = events_of(feed.orders(), organisation, feed.taken())
    if feed.kind == Feed.Kind.ORGANISATION and organisation.is_school:
        events += [*window_events(organisation), *closure_events(organisation, feed.created_at)]
    if feed.resource and feed.resource.is_class:
        events += release_events(feed.resource)
    return calendar_text(events, f"VET2B · {feed} · {organisation.name}")


def window_events(school: Organisation) -> Iterator[Event]:
    windows = Window.objects.filter(offer__school=school, offer__status__in=Offer.LIVE, is_closed=False)
    current = windows.filter(offer__revision_of=None, ends_on__gte=timezone.localdate() - 31 * DAY)
    return map(window_event, current.select_related("offer").prefetch_related("offer__texts"))


def window_event(window: Window) -> Event:
    offer = window.offer
    places = _("%(taken)s of %(all)s places taken") % {"taken": window.taken, "all": window.capacity}
    event = event_of(
        f"window-{window.pk}", offer.updated_at, f"{offer.title} · {places}", url=absolute(offer.get_absolute_url())
    )
    set_days(event, window.starts_on, window.ends_on)
    return event


def release_events(group: Resource) -> Iterator[Event]:
    """When lessons are missed, without anybody's name."""
    recent = Release.objects.of_class(group).filter(ends_on__gte=timezone.localdate() - SHOWN * DAY)
    return map(release_event, recent.select_related("order__seller"))


def release_event(release: Release) -> Event:
    summary = _("Freed for %(order)s") % {"order": release.order.title}
    if release.times and release.starts_on != release.ends_on:
        summary = f"{summary} · {release.times}"
    url = absolute(release.get_absolute_url())
    event = event_of(f"release-{release.order.ref}", release.updated_at, summary, url=url)
    if release.starts_at and release.starts_on == release.ends_on:
        for name, wall in (("dtstart", release.starts_at), ("dtend", release.ends_at)):
            event.add(name, datetime.combine(release.starts_on, wall, release.order.zone))
    else:
        set_days(event, release.starts_on, release.ends_on)
    return event


def closure_events(school: Organisation, stamp: datetime) -> Iterator[Event]:
    """Closed days but ordinary weekends, one event for those in a row."""
    first = timezone.localdate(timezone=ZoneInfo(school.zone))
    calendar = SchoolCalendar.of(school, first, first + SHOWN * DAY)
    for starts_on, ends_on, why in closed_spans(calendar, first):
        event = event_of(f"closed-{starts_on:%Y%m%d}-{school.slug}", stamp, why)
        set_days(event, starts_on, ends_on)
        yield event


def closed_spans(calendar: SchoolCalendar, first: date) -> list[tuple[date, date, str]]:
    closed = calendar.closures(first, first + SHOWN * DAY)
    spans: list[tuple[date, date, str]] = []
    for day, why in closed.items():
        if calendar.closed_by(day) == DayKind.WEEKEND:
            continue
        starts_on, last, reason = spans[-1] if spans else (day, day, "")
        if reason == why and all(between in closed for between in days(last, day)):
            spans[-1] = (starts_on, day, why)
        else:
            spans.append((day, day, why))
    return spans


def mailed_calendar(notification: Notification) -> tuple[str, bytes] | None:
    """The name and the content of the file that goes with a mail: the date as it was when this was told."""
    activity, told = notification.activity, notification.activity.details.get("date")
    if told is None:
        return None
    reader = notification.organisation.name if notification.organisation else ""
    return f"{told['ref']}.ics", calendar_text([order_event(told, activity.created_at, reader == told["buyer"])])
