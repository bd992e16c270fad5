"""A school's own calendar: a year, a month, and its entries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace import calendar_shown as shown
from marketplace.forms.calendar import CalendarEntryForm
from marketplace.models import CalendarEntry, SchoolCalendar, Window
from marketplace.models.resource_orders import change_without_drafts
from marketplace.models.school_calendar import spans
from marketplace.touched import decided, drafts_at, orders_on, windows_on
from marketplace.views.offers import trainer
from vet2b.lib import formats

YEARS = range(2000, 2100)


def calendar_now(request: AuthedRequest) -> HttpResponse:
    return redirect("marketplace:calendar_year", shown.school_year_of(today_of(trainer(request))))


def today_of(by: Membership) -> date:
    return timezone.localdate(timezone=ZoneInfo(by.organisation.zone))


def calendar_year(request: AuthedRequest, year: int) -> HttpResponse:
    by = trainer(request)
    if year not in YEARS:
        raise Http404
    first, last = shown.year_span(year)
    calendar, today = SchoolCalendar.of(by.organisation), today_of(by)
    context = page_context(calendar, first, last) | {
        "year": year,
        "label": f"{year}/{(year + 1) % 100:02}",
        "months": shown.shown_months(calendar, first, today),
        "school_days": calendar.school_days(first, last),
        "form": CalendarEntryForm(initial={"kind": "holidays"}),
        "is_now": year == shown.school_year_of(today),
    }
    return render(request, "marketplace/calendar/year.html", context)


def calendar_month(request: AuthedRequest, year: int, month: int) -> HttpResponse:
    by = trainer(request)
    if year not in YEARS or not 1 <= month <= 12:
        raise Http404
    first, last = shown.month_span(year, month)
    calendar, today = SchoolCalendar.of(by.organisation), today_of(by)
    day = parsed_day(request) or first
    context = page_context(calendar, first, last) | {
        "month": shown.shown_month(calendar, first, today),
        "previous": date(year - (month == 1), (month - 2) % 12 + 1, 1),
        "next": date(year + (month == 12), month % 12 + 1, 1),
        "form": CalendarEntryForm(initial={"kind": "closure", "starts_on": day}),
        "year": shown.school_year_of(first),
    }
    return render(request, "marketplace/calendar/month.html", context)


def parsed_day(request: AuthedRequest) -> date | None:
    try:
        return parse_date(request.GET.get("day", ""))
    except ValueError:
        return None


def page_context(calendar: SchoolCalendar, first: date, last: date) -> dict[str, Any]:
    """What the year and the month have in common."""
    return {
        "weekdays": formats.weekdays(),
        "legend": shown.legend(),
        "terms": shown.shown_terms(calendar, first, last),
        "entries": [entry for entry in calendar.entries if entry.starts_on <= last and entry.ends_on >= first],
        "public_holidays": shown.public_holidays(calendar, first, last),
        "view": "month" if (last - first).days < 32 else "year",
    }


def calendar_entry_add(request: AuthedRequest) -> HttpResponse:
    by = trainer(request)
    if request.method != "POST":
        initial = {"kind": "closure", "starts_on": parsed_day(request)}
        return entry_page(request, CalendarEntryForm(initial=initial))
    form = CalendarEntryForm(request.POST, instance=CalendarEntry(school=by.organisation))
    return saved(request, form, lambda: CalendarEntry.add(by=by, **form.cleaned_data))


def calendar_entry_change(request: AuthedRequest, pk: int) -> HttpResponse:
    entry = entry_for(request, pk)
    if request.method != "POST":
        return entry_page(request, CalendarEntryForm(instance=entry))
    form = CalendarEntryForm(request.POST, instance=entry)
    return saved(request, form, lambda: entry.change(by=request.membership, **form.cleaned_data))


def entry_for(request: AuthedRequest, pk: int) -> CalendarEntry:
    return get_object_or_404(trainer(request).organisation.calendar_entries.select_related("school"), pk=pk)


def entry_page(request: AuthedRequest, form: CalendarEntryForm) -> HttpResponse:
    view = request.POST.get("view") or request.GET.get("view", "")
    context = {"form": form, "entry": form.instance, "view": view}
    return render(request, "marketplace/calendar/entry.html", context, status=422 if form.errors else 200)


def saved(request: AuthedRequest, form: CalendarEntryForm, save: Callable[[], object]) -> HttpResponse:
    if not form.is_valid():
        return entry_page(request, form)
    entry = form.instance
    before = SchoolCalendar.of(entry.school)
    try:
        answer = settled(request, before, before.with_entry(entry), save, form=form)
    except Refusal as refusal:
        form.add_error(refusal.field, refusal.message)
        return entry_page(request, form)
    if answer is None:
        messages.success(request, _("The calendar is changed. Clocks of orders that run moved with it."))
    return answer or redirect(calendar_url(request, entry))


@require_POST
def calendar_entry_remove(request: AuthedRequest, pk: int) -> HttpResponse:
    entry = entry_for(request, pk)
    before = SchoolCalendar.of(entry.school)
    try:
        answer = settled(request, before, before.without(entry), lambda: entry.remove(by=request.membership))
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect(calendar_url(request, entry))
    if answer is None:
        messages.success(request, _("Removed from the calendar. Clocks of orders that run moved with it."))
    return answer or redirect(calendar_url(request, entry))


def settled(
    request: AuthedRequest,
    before: SchoolCalendar,
    after: SchoolCalendar,
    change: Callable[[], object],
    form: CalendarEntryForm | None = None,
) -> HttpResponse | None:
    """None when the calendar is changed; else the page that asks about the orders of the days that it closes."""
    by = request.membership
    closed = after.newly_closed(before, today_of(by))
    windows = windows_on(by.organisation, closed)
    shut = [window for window in windows if after.is_shut(window.starts_on, window.ends_on)]
    reason = _("Our school is closed on %(days)s.") % {"days": days_words(closed)}
    touched = decided(
        lambda: orders_on(by.organisation, closed),
        lambda: change_without_drafts(change, lambda: drafts_at(by.organisation, closed)),
        by=by, sent=request.POST, reason=reason,
    )  # fmt: skip
    if touched is None:
        tell_shut(request, shut)
        return None
    context = {
        "form": touched, "entry_form": form, "days": days_words(closed), "shut": shut,
        "windows": [window for window in windows if window not in shut],
        "view": request.POST.get("view", ""), "is_removal": form is None,
    }  # fmt: skip
    return render(request, "marketplace/calendar/touched.html", context, status=422 if touched.errors else 200)


def tell_shut(request: AuthedRequest, windows: list[Window]) -> None:
    if windows:
        words = ngettext(
            "%(n)s window lies wholly on closed days and is closed to further orders.",
            "%(n)s windows lie wholly on closed days and are closed to further orders.",
            len(windows),
        )
        messages.info(request, words % {"n": len(windows)})


def days_words(days: list[date]) -> str:
    """Two spans in words; more would be a list that nobody reads."""
    found = spans(days)
    if len(found) > 2:
        found = [(days[0], days[-1])]
    return _(" and ").join(formats.day_range(first, last) for first, last in found)


def calendar_url(request: AuthedRequest, entry: CalendarEntry) -> str:
    day = entry.starts_on
    return shown.month_url(day) if request.POST.get("view") == "month" else shown.year_url(shown.school_year_of(day))
