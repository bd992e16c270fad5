"""Parts of an order that its school passes on: one page, on which each of the three sees what is theirs to know."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace.forms.sub_orders import PassForm
from marketplace.models import Order
from marketplace.parts import Part
from marketplace.views.orders_access import order_for, party


def order_parts(request: AuthedRequest, ref: str) -> HttpResponse:
    order, by = order_for(request, ref), party(request)
    if request.method != "POST":
        return parts_page(request, order, PassForm(order=order))
    if not order.allows("seller", by):
        raise PermissionDenied
    form = PassForm(request.POST, order=order)
    if form.is_valid():
        try:
            order.pass_part(**form.cleaned_data, by=by)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, _("Your client was told who does this part."))
            return redirect("marketplace:order_parts", order.ref)
    return parts_page(request, order, form)


def parts_page(request: AuthedRequest, order: Order, form: PassForm) -> HttpResponse:
    """The client reads school and title of each part; the lead gets to its orders."""
    by = party(request)
    is_seller = by.organisation_id == order.seller_id
    parts = order.sub_orders.select_related("seller").order_by("pk") if is_seller else order.shown_parts
    context = {
        "order": order,
        "is_seller": is_seller,
        "parts": parts,
        "above": order.part_of,
        "is_above_lost": is_above_lost(order),
        "can_pass": order.can("pass_part", by=by) and not order.part_of_id,
        "is_lost": order.status in Order.LOST,
        "form": form,
    }
    return render(request, "marketplace/sub_orders/parts.html", context, status=422 if form.errors else 200)


def sub_orders_part(order: Order, by: Membership) -> Part | None:
    """The line on the page of the order, where there are parts or one may be passed on."""
    url = reverse("marketplace:order_parts", args=[order.ref])
    if order.part_of_id:
        return Part(_("A part of another order"), above_state(order), url, "share-2")
    parts = list(order.shown_parts) if order.accepted_at else []
    is_seller = by.organisation_id == order.seller_id
    if not parts:
        can_pass = order.accepted_at and order.can("pass_part", by=by)
        return Part(_("Parts passed on"), _("None"), url, "share-2") if can_pass else None
    is_open = is_seller and any(part.status not in Order.ENDED for part in parts)
    todo = _("Decide about the parts") if is_open and order.status in Order.LOST else ""
    number = ngettext("%(n)s part", "%(n)s parts", len(parts)) % {"n": len(parts)}
    return Part(_("Parts passed on"), number, url, "share-2", todo)


def above_state(order: Order) -> str:
    return _("The whole was ended") if is_above_lost(order) else _("The whole goes on")


def is_above_lost(order: Order) -> bool:
    return order.part_of is not None and Order.Status(order.part_of.status) in Order.LOST
