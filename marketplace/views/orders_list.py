"""The orders that an organisation placed and received."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.http import AuthedRequest
from marketplace.models import Order
from marketplace.models.order_querysets import OrderQuerySet
from marketplace.views.orders_access import party

PAGE = 24
SIDES = {"placed": "buyer", "received": "seller"}
GROUPS = {
    "open": _("Under way"),
    "turn": _("Your turn"),
    "ended": _("Ended"),
    "drafts": _("Drafts"),
    "all": _("All"),
}
CURSOR = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?\+00:00)_(\d{1,18})")


def order_list(request: AuthedRequest) -> HttpResponse:
    if request.membership is None:
        return redirect(f"{reverse('accounts:organisation_new')}?{urlencode({'next': request.path})}")
    organisation = party(request).organisation
    side = request.GET.get("side", "")
    side = side if side in SIDES else "received" if organisation.is_school else "placed"
    group = request.GET.get("state", "")
    group = group if group in GROUPS and (group != "drafts" or side == "placed") else "open"
    mine = Order.objects.for_organisation(organisation).filter(**{SIDES[side]: organisation})
    orders = page_after(in_group(mine, group, SIDES[side]), request.GET.get("after", ""))
    rows = list(orders.select_related("buyer", "seller").with_next_due()[: PAGE + 1])
    context = {
        "rows": [row_of(order, SIDES[side]) for order in rows[:PAGE]],
        "after": cursor_of(rows[PAGE - 1]) if len(rows) > PAGE else "",
        "side": side,
        "group": group,
        "groups": groups(mine, SIDES[side]),
        "is_school": organisation.is_school,
        "is_first_page": not request.GET.get("after"),
    }
    return render(request, "marketplace/orders/list.html", context)


def in_group(orders: OrderQuerySet, group: str, side: str) -> OrderQuerySet:
    draft = Order.Status.DRAFT
    return {
        "open": lambda: orders.open(),
        "turn": lambda: orders.awaiting(side),
        "ended": lambda: orders.filter(status__in=Order.ENDED),
        "drafts": lambda: orders.filter(status=draft),
        "all": lambda: orders.exclude(status=draft),
    }[group]()


def groups(orders: OrderQuerySet, side: str) -> list[dict[str, Any]]:
    """The filter links, with a count where something waits for this side."""
    counts = orders.aggregate(
        turn=Count("pk", Q(pk__in=orders.awaiting(side).values("pk"))),
        drafts=Count("pk", Q(status=Order.Status.DRAFT)),
    )
    return [
        {"name": name, "label": label, "count": counts.get(name)}
        for name, label in GROUPS.items()
        if name != "drafts" or side == "buyer"
    ]


def page_after(orders: OrderQuerySet, cursor: str) -> OrderQuerySet:
    """Newest change first, from behind the cursor."""
    orders = orders.order_by("-updated_at", "-pk")
    match = CURSOR.fullmatch(cursor)
    if match is None:
        return orders
    try:
        moment = datetime.fromisoformat(match[1])
    except ValueError:
        return orders
    return orders.filter(Q(updated_at__lt=moment) | Q(updated_at=moment, pk__lt=int(match[2])))


def cursor_of(order: Order) -> str:
    return f"{order.updated_at.isoformat()}_{order.pk}"


def row_of(order: Order, side: str) -> dict[str, Any]:
    return {
        "order": order,
        "url": order.get_absolute_url(),
        "other": order.seller if side == "buyer" else order.buyer,
        "is_my_turn": order.party_to_act == side,
        "turn": order.party_to_act,
    }
