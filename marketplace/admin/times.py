"""Calendars and appointments of schools, as a moderator reads them to settle a quarrel about a time."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import ForeignKey, Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly, SafeLists
from accounts.models import Organisation
from marketplace.models import Booking, CalendarEntry, NewTime, Order, Resource, SchoolCalendar, Seat
from marketplace.models.order_clocks import lock_school
from vet2b.lib.formats import day_range, moment, span


class SchoolFilter(admin.SimpleListFilter):
    title = _("school")
    parameter_name = "school"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        schools = Organisation.objects.filter(pk__in=model_admin.model.objects.values("school")).order_by("name")
        return [(str(pk), name) for pk, name in schools.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = {value for value, _name in self.lookup_choices}
        return queryset.filter(school=self.value()) if self.value() in known else queryset


@admin.register(CalendarEntry)
class CalendarEntryAdmin(SafeLists):
    """Moderators read; an operator mends what a school cannot. Clocks of its orders move as when it does so itself,
    but nobody is asked about orders on the days. The school's activity and Django's log keep each change."""

    list_display = ("school", "kind", "name", "starts_on", "ends_on")
    list_select_related = ("school",)
    list_filter = ("kind", SchoolFilter)
    search_fields = ("name", "school__name")
    search_help_text = _("Name or school")
    fields = ("school", "kind", "name", "starts_on", "ends_on")
    ordering = ("-starts_on", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: CalendarEntry | None = None) -> tuple[str, ...]:
        return ("school",) if obj else ()

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        schools = Organisation.objects.filter(kind=Organisation.Kind.SCHOOL).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs | {"queryset": schools})

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: CalendarEntry, form: forms.ModelForm, change: bool) -> None:
        before = calendar_before(obj.school)
        super().save_model(request, obj, form, change)
        obj.changed("change_days" if change else "add_days", before, by=request.user)

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: CalendarEntry) -> None:
        before = calendar_before(obj.school)
        super().delete_model(request, obj)
        obj.changed("remove_days", before, by=request.user)


def calendar_before(school: Organisation) -> SchoolCalendar:
    lock_school(school)
    return SchoolCalendar.of(school)


@admin.register(Resource)
class ResourceAdmin(ReadOnly):
    list_display = ("name", "kind", "school", "person", "is_retired")
    list_select_related = ("school", "person")
    list_filter = ("kind", "is_retired", SchoolFilter)
    search_fields = ("ref", "name", "school__name", "person__name", "person__email")
    search_help_text = _("Name, number, school or person")
    fields = ("school", "ref", "kind", "name", "person", "has_minors", "is_retired")
    ordering = ("school__name", "kind", "name")


@admin.register(Booking)
class BookingAdmin(ReadOnly):
    """Who had what, and when. Past and released bookings stay."""

    list_display = ("resource", "time", "school", "orders", "is_live")
    list_select_related = ("resource__school", "slot")
    list_filter = ("is_live",)
    search_fields = ("resource__ref", "resource__name", "resource__school__name", "slot__seats__order__ref")
    search_help_text = _("Resource, school or number of an order")
    fields = ("resource", "school", "time", "orders", "is_live")
    ordering = ("-period", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        seats = Seat.objects.exclude(order__status=Order.Status.DRAFT).select_related("order")
        return super().get_queryset(request).prefetch_related(Prefetch("slot__seats", seats, to_attr="sent_seats"))

    @admin.display(description=_("school"))
    def school(self, obj: Booking) -> str:
        return obj.resource.school.name

    @admin.display(description=_("time"), ordering="period")
    def time(self, obj: Booking) -> str:
        return span(obj.period.lower, obj.period.upper, ZoneInfo(obj.resource.school.zone))

    @admin.display(description=_("orders"))
    def orders(self, obj: Any) -> str:
        """Drafts are the buyer's alone."""
        return ", ".join(seat.order.ref for seat in obj.slot.sent_seats)


def appointments(order: Order) -> list[tuple[str, str]]:
    """Each time that the order ever had, with what was taken for it, and each that was proposed."""
    seats = order.seats.select_related("slot").prefetch_related("slot__bookings__resource").order_by("pk")
    return [
        *((state_of(seat), seat_words(seat, order)) for seat in seats),
        *((_t("Proposed"), new_words(new, order)) for new in order.new_times.all()),
    ]


def state_of(seat: Seat) -> str:
    if seat.released_at:
        return _t("Given back %(when)s") % {"when": moment(seat.released_at)}
    if seat.held_until:
        return _t("Held until %(when)s") % {"when": moment(seat.held_until)}
    return _t("Firm")


def seat_words(seat: Seat, order: Order) -> str:
    names = sorted(booking.resource.name for booking in seat.slot.bookings.all())
    return " · ".join([span(seat.slot.starts_at, seat.slot.ends_at, order.zone), *names])


def new_words(new: NewTime, order: Order) -> str:
    when = span(new.starts_at, new.ends_at, order.zone) if new.starts_at else day_range(new.starts_on, new.ends_on)
    side = order.buyer.name if new.is_from_buyer else order.seller.name
    return f"{when} · {side} · {new.get_answer_display()}"
