"""What the moderators' page of an organisation shows of the marketplace."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.admin.organisations import panels
from accounts.models import Organisation
from marketplace.models import Offer, Order


def trade(organisation: Organisation) -> dict[str, Any]:
    offers = Offer.objects.for_organisation(organisation).prefetch_related("texts").order_by("-updated_at")
    orders = Order.objects.for_organisation(organisation).exclude(status=Order.Status.DRAFT)
    counts = orders.values_list("status").annotate(Count("pk")).order_by("status")
    return {
        "title": _("Offers and orders"),
        "facts": [(str(Order.Status(status).label), str(count)) for status, count in counts],
        "facts_title": _("Orders by state"),
        "links": [
            (
                f"{offer.title} · {offer.get_status_display()}",
                reverse("admin:marketplace_offer_change", args=[offer.pk]),
            )
            for offer in offers[:10]
        ],
    }


panels.append(trade)
