"""The invoice sheet of an order, and what the school records of its invoice."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace.forms.money import InvoiceForm, PaidForm
from marketplace.models import Order
from marketplace.parts import Part
from marketplace.sheet_files import address_of, as_csv, as_pdf, notice_words, payment_code, rate_words, title_words
from marketplace.sheets import AGREED, SETTLED, Sheet, sheet_of
from marketplace.views.orders_access import order_for, party
from vet2b.lib.formats import day


def sheet_for(request: AuthedRequest, ref: str) -> Sheet:
    """Of an agreed order of the reader's."""
    sheet = sheet_of(order_for(request, ref))
    if sheet is None:
        raise Http404
    return sheet


def order_sheet(request: AuthedRequest, ref: str) -> HttpResponse:
    return sheet_page(request, sheet_for(request, ref))


def sheet_page(
    request: AuthedRequest, sheet: Sheet, forms: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    order, by = sheet.order, party(request)
    invoice, code = order.recorded_invoice, payment_code(sheet)
    context = {
        "sheet": sheet,
        "order": order,
        "title": title_words(sheet),
        "notice": notice_words(sheet),
        "parties": [(_("School"), address_of(order.seller)), (_("Client"), address_of(order.buyer))],
        "lines": [(line, rate_words(line.rate)) for line in sheet.lines],
        "rates": [(rate, rate_words(rate.rate)) for rate in sheet.rates],
        "code": mark_safe(code.svg_inline(omitsize=True, light="white")) if code else "",
        "invoice": invoice,
        "is_seller": order.seller_id == by.organisation_id,
    }
    if order.can("record_invoice", by=by):
        context["invoice_form"] = InvoiceForm(invoice=invoice)
        context["paid_form"] = PaidForm(invoice=invoice) if invoice else None
    return render(request, "marketplace/money/sheet.html", context | (forms or {}), status=status)


def sheet_csv(request: AuthedRequest, ref: str) -> HttpResponse:
    sheet = sheet_for(request, ref)
    content = "\ufeff" + as_csv(sheet)  # tells spreadsheets that it is UTF-8
    return download(content, "text/csv; charset=utf-8", f"{sheet.order.ref}.csv")


def sheet_pdf(request: AuthedRequest, ref: str) -> HttpResponse:
    sheet = sheet_for(request, ref)
    return download(as_pdf(sheet), "application/pdf", f"{sheet.order.ref}.pdf")


def download(content: str | bytes, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


@require_POST
def invoice_record(request: AuthedRequest, ref: str) -> HttpResponse:
    sheet = sheet_for(request, ref)
    form = InvoiceForm(request.POST, invoice=sheet.order.recorded_invoice)
    return recorded(request, sheet, "record_invoice", form, "invoice_form")


@require_POST
def invoice_paid(request: AuthedRequest, ref: str) -> HttpResponse:
    sheet = sheet_for(request, ref)
    if sheet.order.recorded_invoice is None:
        raise Http404
    form = PaidForm(request.POST, invoice=sheet.order.recorded_invoice)
    return recorded(request, sheet, "record_paid", form, "paid_form")


def recorded(request: AuthedRequest, sheet: Sheet, verb: str, form: Any, name: str) -> HttpResponse:
    if not sheet.order.allows("seller", party(request)):
        raise PermissionDenied
    if form.is_valid():
        try:
            getattr(sheet.order, verb)(**form.cleaned_data, by=party(request))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, _("Recorded. The client was told."))
            return redirect("marketplace:order_sheet", sheet.order.ref)
    return sheet_page(request, sheet_for(request, sheet.order.ref), {name: form}, status=422)


def money_part(order: Order, by: Membership) -> Part | None:
    """The line on the page of the order."""
    if order.status not in AGREED or order.accepted_at is None:
        return None
    invoice = order.recorded_invoice
    if invoice and invoice.paid_on:
        state = _("Paid on %(day)s") % {"day": day(invoice.paid_on)}
    elif invoice:
        state = _("Invoice %(number)s, not paid yet") % {"number": invoice.number}
    elif not order.gross:
        state = _("Nothing to pay")
    else:
        state = _("Not invoiced yet") if order.status in SETTLED else _("Proforma")
    url = reverse("marketplace:order_sheet", args=[order.ref])
    return Part(gettext_lazy("Invoice sheet"), state, url, "receipt-text")
