"""The trainer's quote: terms and lines, as a form that works without JavaScript."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.http import AuthedRequest
from accounts.models import Refusal
from marketplace.forms.quotes import LineFormSet, QuoteForm, first_lines, first_terms, with_one_more
from marketplace.models import Order
from marketplace.views.orders_access import order_for, party


def order_quote(request: AuthedRequest, ref: str) -> HttpResponse:
    order, by = order_for(request, ref), party(request)
    if not order.allows("seller", by):
        raise PermissionDenied
    if not order.can("quote", by=by):
        messages.error(
            request,
            _("A quote cannot be sent now: the order is “%(status)s”.") % {"status": order.get_status_display()},
        )
        return redirect(order)
    if request.method == "POST":
        return sent_quote(request, order)
    form = QuoteForm(initial=first_terms(order), order=order)
    return quote_page(request, order, form, LineFormSet(initial=first_lines(order), prefix="lines"))


def sent_quote(request: AuthedRequest, order: Order) -> HttpResponse:
    data = with_one_more(request.POST) if "add" in request.POST else request.POST
    form, lines = QuoteForm(data, order=order), LineFormSet(data, prefix="lines")
    is_draft = "add" in request.POST or "total" in request.POST
    if is_draft:
        return quote_page(request, order, form, lines, is_draft=True)
    if not (form.is_valid() & lines.is_valid()):
        return quote_page(request, order, form, lines, status=422)
    terms = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
    try:
        quote = order.quote(lines.rows(), by=party(request), **terms)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return quote_page(request, order_for(request, order.ref), form, lines, status=422)
    messages.success(request, _("Quote %(version)s was sent. The client was told.") % {"version": quote.version})
    return redirect(order)


def quote_page(
    request: AuthedRequest, order: Order, form: QuoteForm, lines: Any, *, is_draft: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "order": order,
        "form": form,
        "lines": lines,
        "is_draft": is_draft,
        "total": lines.total if lines.is_bound else None,
        "counter": order.counters.last(),
        "is_first": order.latest_quote is None,
    }
    return render(request, "marketplace/orders/quote.html", context, status=status)
