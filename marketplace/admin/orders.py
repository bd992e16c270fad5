from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.admin.desk import Decision, Desk, open_reports
from accounts.admin.facts import facts_of
from accounts.admin.forms import DecisionForm
from accounts.models import Activity
from marketplace.admin.disputes import statements, trail
from marketplace.admin.times import appointments
from marketplace.models import Order, Outcome
from marketplace.views.orders_files import download
from vet2b.lib.formats import money

PARTIES = ("buyer", "seller", "contact", "trainer", "substitute", "offer")
DEAL = ("status", "quantity", "package_name", "window", "wished_on", "starts_on", "ends_on", "place_mode", "place")
TIMES = ("requested_at", "accepted_at", "delivered_at", "completed_at")


class ResolveForm(DecisionForm):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[("", _("Choose the outcome")), *Outcome.choices])
    net = forms.DecimalField(
        label=_("New net price"), max_digits=12, decimal_places=2, min_value=0, required=False,
        help_text=_("For a price cut only, in the order's currency."),
    )  # fmt: skip
    field_order = ["outcome", "net", "reason"]

    def arguments(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("outcome", "net", "reason")}


@admin.register(Order)
class OrderAdmin(Desk):
    """Orders can be looked up. What the parties wrote stays theirs, unless a dispute or a report opens it."""

    review_template = "admin/desk/order.html"
    queue_title = _("Disputes")
    queue_icon = "gavel"
    queue_empty = _("No order is disputed.")
    list_display = ("title", "status", "buyer", "seller", "ref", "updated_at")
    list_select_related = ("buyer", "seller")
    list_filter = ("status",)
    search_fields = (
        "ref", "title", "buyer__name", "seller__name",
        "contact__email", "contact__name", "trainer__email", "trainer__name",
    )  # fmt: skip
    search_help_text = _("Number, title, organisation or person")
    ordering = ("-updated_at",)
    decisions = (
        Decision("resolve", _("Decide the dispute"), _("The dispute about %(title)s is decided."), ResolveForm),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Drafts are the buyer's alone."""
        return super().get_queryset(request).exclude(status=Order.Status.DRAFT).with_parties()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.messages_view)
        return [
            path("<int:pk>/messages/", view, name=self.url_name("messages")),
            path("<int:pk>/files/<slug:ref>/", self.admin_site.admin_view(self.file_view), name=self.url_name("file")),
            path("ref/<slug:ref>/", self.admin_site.admin_view(self.open_view), name=self.url_name("open")),
            *super().get_urls(),
        ]

    def open_view(self, request: HttpRequest, ref: str) -> HttpResponse:
        """The address that mails carry."""
        return redirect(self.url("change", get_object_or_404(self.get_queryset(request), ref=ref).pk))

    def queue(self) -> QuerySet[Order]:
        disputes = Activity.objects.filter(
            subject_type=ContentType.objects.get_for_model(Order), subject_id=OuterRef("pk"), to_status="disputed"
        ).exclude(from_status="disputed")
        disputed_at = Subquery(disputes.order_by("-created_at").values("created_at")[:1])
        disputed = Order.objects.filter(status=Order.Status.DISPUTED).with_parties()
        return disputed.annotate(disputed_at=disputed_at).order_by("disputed_at", "pk")

    def waiting_since(self, obj: Any) -> datetime:
        return obj.disputed_at or obj.updated_at

    def queue_words(self, obj: Order) -> dict[str, Any]:
        return {"about": f"{obj.buyer.name} ↔ {obj.seller.name}"}

    def review_words(self, request: HttpRequest, obj: Order) -> dict[str, Any]:
        return {
            "groups": [
                (_("Parties"), facts_of(obj, PARTIES)),
                (_("Deal"), facts_of(obj, DEAL)),
                (_("Times"), facts_of(obj, TIMES)),
            ],
            "appointments": appointments(obj),
            "amounts": amounts(obj),
            "quotes": obj.quotes.all(),
            "trail": trail(obj),
            "statements": statements(obj) if may_read(request, obj) else [],
            "settlements": obj.settlements.select_related("organisation"),
            "decision_days": obj.decision_days if obj.status == Order.Status.DISPUTED else [],
            "message_count": obj.messages.count(),
            "may_read": may_read(request, obj),
            "messages_url": self.url("messages", obj.pk),
        }

    def messages_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Shows what the parties wrote; each look is written into the order's timeline, where they see it."""
        order = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method != "POST":
            return redirect(self.url("change", pk))
        self.guard_reading(request, order)
        order.record("view_messages", by=request.user)
        context = self.context(
            request,
            title=order.title,
            obj=order,
            original=order,
            talk=order.messages.select_related("author", "organisation"),
            files=order.files.select_related("organisation"),
            told=order.activities.exclude(details__text="").filter(details__has_key="text"),
            quotes=order.quotes.prefetch_related("lines"),
        )
        return TemplateResponse(request, "admin/desk/order_messages.html", context)

    def file_view(self, request: HttpRequest, pk: int, ref: str) -> HttpResponse | FileResponse:
        """Hands out a file of the parties; each time is written into the order's timeline, where they see it."""
        order = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method != "POST":
            return redirect(self.url("change", pk))
        self.guard_reading(request, order)
        file = get_object_or_404(order.files, ref=ref)
        order.record("view_file", by=request.user, file=file.name)
        return download(file)

    def guard_reading(self, request: HttpRequest, order: Order) -> None:
        if not self.has_view_permission(request, order) or not may_read(request, order):
            raise PermissionDenied


def may_read(request: HttpRequest, order: Order) -> bool:
    is_open = order.status == Order.Status.DISPUTED or open_reports(order).exists()
    return is_open and order.allows("moderator", request.user)


def amounts(order: Order) -> list[tuple[Any, str]]:
    if order.net is None:
        return []
    labels = ((_("Net"), order.net), (_("VAT"), order.vat), (_("Total"), order.gross))
    return [(label, money(amount, order.currency, cents=True)) for label, amount in labels if amount is not None]
