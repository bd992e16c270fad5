"""What the admin's side bar and first page show; the settings name these functions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.admin.desk import queue_cards

LOOK_UP = (
    "marketplace.order", "accounts.organisation", "marketplace.offer", "marketplace.call", "accounts.user",
    "marketplace.calendarentry", "marketplace.resource", "marketplace.booking",
)  # fmt: skip
CONTENT = (
    "marketplace.category", "marketplace.offertemplate", "marketplace.qualitypoint", "marketplace.clause",
    "marketplace.agreementlimit", "marketplace.youthrule",
)  # fmt: skip
SYSTEM = ("accounts.notification", "accounts.outgoingmail", "accounts.timer", "accounts.activity", "admin.logentry")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    queues = [
        {
            "title": card["title"],
            "link": card["url"],
            "count": card["count"],
            "active": request.path == card["url"],
            "permission": None,
        }
        for card in cards_of(request)
    ]
    return [
        {"title": _("Queue"), "items": queues},
        {"title": _("Look up"), "items": lists(request, LOOK_UP)},
        {"title": _("Content"), "items": lists(request, CONTENT)},
        {"title": _("System"), "items": lists(request, SYSTEM)},
    ]


def lists(request: HttpRequest, labels: tuple[str, ...]) -> list[dict[str, Any]]:
    by_label: dict[str, Any] = {model._meta.label_lower: desk for model, desk in admin.site._registry.items()}
    items = []
    for label in labels:
        model_admin = by_label[label]
        link = reverse(f"admin:{label.replace('.', '_')}_changelist")
        is_open = request.path.startswith(link) and not request.path.startswith(f"{link}queue/")
        title = capfirst(str(model_admin.list_title or model_admin.opts.verbose_name_plural))
        if model_admin.has_view_permission(request):
            items.append({"title": title, "link": link, "active": is_open, "permission": None})
    return items


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    return context | {"queues": cards_of(request)}


def cards_of(request: HttpRequest) -> list[dict[str, Any]]:
    """Counted once a request: the side bar and the first page both show them."""
    if not hasattr(request, "_queue_cards"):
        request._queue_cards = queue_cards(admin.site, request)  # type: ignore[attr-defined]
    return request._queue_cards  # type: ignore[attr-defined]
