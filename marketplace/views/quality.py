"""The trainer's checks before a delivery, and the delivery itself."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace.forms.quality import DeliverForm
from marketplace.models import Order, QualitySheet
from marketplace.parts import Part
from marketplace.views.orders_access import order_for, party


def order_deliver(request: AuthedRequest, ref: str) -> HttpResponse:
    """Checks the work and hands it over, in one step where every check passes."""
    order, by = order_for(request, ref), party(request)
    if not order.allows("seller", by):
        raise PermissionDenied
    if not order.can("deliver", by=by):
        messages.error(
            request,
            _("Nothing can be delivered now: the order is “%(status)s”.") % {"status": order.get_status_display()},
        )
        return redirect(order)
    if request.method != "POST":
        return deliver_page(request, order, DeliverForm(order=order))
    form = DeliverForm(request.POST, request.FILES, order=order)
    if not form.is_valid():
        return deliver_page(request, order, form, status=422)
    try:
        sheet = checked(order, form, by)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return deliver_page(request, order, form, status=422)
    if sheet.is_passed:
        messages.success(request, _("Delivered. The client has 10 working days to look at it."))
        return redirect(order)
    messages.info(request, _("Noted as rework. Nothing was delivered, and the client was not told."))
    return redirect("marketplace:order_quality", order.ref)


@transaction.atomic
def checked(order: Order, form: DeliverForm, by: Membership) -> QualitySheet:
    sheet = order.check_quality(form.answers(), by=by)
    if sheet.is_passed:
        order.deliver(form.cleaned_data["note"], by=by, files=form.cleaned_data["files"])
    return sheet


def deliver_page(request: AuthedRequest, order: Order, form: DeliverForm, status: int = 200) -> HttpResponse:
    sheets = order.sheets.filter(round=order.rounds_used).select_related("signed_by")
    context = {"order": order, "form": form, "sheets": sheets, "zone": order.seller.zone}
    return render(request, "marketplace/quality/deliver.html", context, status=status)


def order_quality(request: AuthedRequest, ref: str) -> HttpResponse:
    """What was checked: to the school all sheets, to the client those of what was delivered."""
    order, by = order_for(request, ref), party(request)
    is_school = order.side_of(by.organisation) == "seller"
    sheets = order.sheets.select_related("signed_by").order_by("-pk")
    context = {
        "order": order,
        "sheets": sheets if is_school else sheets.filter(is_passed=True),
        "is_school": is_school,
        "can_deliver": order.can("deliver", by=by),
        "zone": order.seller.zone,
    }
    return render(request, "marketplace/quality/sheets.html", context)


def quality_part(order: Order, by: Membership) -> Part | None:
    if not order.accepted_at:
        return None
    sheets = order.sheets.select_related("signed_by").order_by("is_passed", "pk")
    sheet = sheets.last()
    if sheet is None or not (sheet.is_passed or order.side_of(by.organisation) == "seller"):
        return None
    state = _("Signed by %(name)s") % {"name": sheet.signed_by} if sheet.is_passed else _("Sent back as rework")
    return Part(_("Quality checks"), state, reverse("marketplace:order_quality", args=[order.ref]), "clipboard-check")
