"""From an offer to a request or a booking."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Refusal
from marketplace.forms.orders import BookForm, RequestForm
from marketplace.models import Offer, Order, Window
from marketplace.views.orders_access import framework_of, order_for, party
from marketplace.words import price_words, vat_words


def offer_to_order(slug: str) -> Offer:
    offers = Offer.objects.published().select_related("school", "category", "trainer").prefetch_related("texts")
    return get_object_or_404(offers, slug=slug)


def refused_buyer(request: AuthedRequest, offer: Offer) -> HttpResponse | None:
    """Where somebody goes who cannot even draft a request for this offer."""
    if request.membership is None:
        return redirect(f"{reverse('accounts:organisation_new')}?{urlencode({'next': request.get_full_path()})}")
    if party(request).organisation_id == offer.school_id:
        messages.info(request, _("This is your own school's offer."))
        return redirect(offer)
    return None


def order_new(request: AuthedRequest, slug: str) -> HttpResponse:
    """The request form, or the booking form where the offer can be booked at once."""
    offer = offer_to_order(slug)
    refused = refused_buyer(request, offer)
    if refused:
        return refused
    if offer.is_by_time:
        return redirect("marketplace:order_time", offer.slug)
    if request.method == "POST":
        return save_draft(request, offer)
    if can_be_booked(request, offer):
        return book_page(
            request, offer, BookForm(offer=offer, framework=framework_of(request, offer), initial=asked_for(request))
        )
    return request_page(request, offer, RequestForm(offer=offer, initial=asked_for(request)))


def can_be_booked(request: AuthedRequest, offer: Offer) -> bool:
    by = party(request)
    return (
        offer.is_instant and by.can_trade and "request" not in request.GET and Window.objects.bookable(offer).exists()
    )


def asked_for(request: AuthedRequest) -> dict[str, Any]:
    """What was chosen on the page of the offer; anything else is left to the form."""
    get = request.GET
    asked: dict[str, Any] = {name: get[name][:20] for name in ("package", "place_mode", "wished_on") if get.get(name)}
    for name, field in (("window", "window"), ("quantity", "asked_quantity")):
        if get.get(name, "").isascii() and get.get(name, "").isdigit() and len(get[name]) < 10:
            asked[field] = int(get[name])
    return asked


def request_page(
    request: AuthedRequest, offer: Offer, form: RequestForm, order: Order | None = None, status: int = 200
) -> HttpResponse:
    context = offer_words(offer) | {
        "form": form,
        "order": order,
        "files": order.files.all() if order else [],
        "can_trade": party(request).can_trade,
        "framework": framework_of(request, offer),
    }
    return render(request, "marketplace/orders/new.html", context, status=status)


def offer_words(offer: Offer) -> dict[str, Any]:
    price, note = price_words(offer.price_model, offer.price, offer.price_to, offer.unit, offer.currency)
    return {"offer": offer, "price": price, "price_note": note, "vat": vat_words(offer)}


def save_draft(request: AuthedRequest, offer: Offer) -> HttpResponse:
    """The first step makes a draft even of answers that need correction, so that nothing typed or sent is lost."""
    form = RequestForm(request.POST, request.FILES, offer=offer)
    form.is_valid()
    key = form.cleaned_data.get("request_key")
    order = Order.draft(offer, by=party(request), request_key=key, **form.wishes())
    return keep_draft(request, order, form)


def order_edit(request: AuthedRequest, ref: str) -> HttpResponse:
    order = order_for(request, ref)
    if order.status != Order.Status.DRAFT or order.offer is None:
        return redirect(order)
    if order.starts_at:
        return redirect("marketplace:order_confirm", order.ref)
    if request.method == "POST":
        form = RequestForm(request.POST, request.FILES, instance=order, offer=order.offer)
        form.is_valid()
        return keep_draft(request, order, form)
    if order.repeats_id and can_be_booked(request, order.offer):
        initial = {"request_key": order.request_key}
        framework = framework_of(request, order.offer)
        form = BookForm(instance=order, offer=order.offer, framework=framework, initial=initial)
        return book_page(request, order.offer, form)
    return request_page(request, order.offer, RequestForm(instance=order, offer=order.offer), order)


def keep_draft(request: AuthedRequest, order: Order, form: RequestForm) -> HttpResponse:
    """Saves what is valid, then goes on to the last look, or back to what needs correction."""
    by, wishes = party(request), form.wishes()
    try:
        with transaction.atomic():
            order.change_draft(by=by, **wishes)
            order.add_brief_files(form.cleaned_data.get("files") or [], by=by)
            if request.POST.get("drop"):
                order.drop_brief_file(request.POST["drop"], by=by)
    except Refusal as refusal:
        if order.status != Order.Status.DRAFT:  # sent already: a second click, or another window
            return redirect(order)
        form.add_error(refusal.field, refusal.message)
    if "save" in request.POST and form.is_valid():
        messages.success(request, _("The draft is saved."))
        return redirect(f"{reverse('marketplace:order_list')}?side=placed&state=drafts")
    if "drop" in request.POST:
        return redirect("marketplace:order_edit", order.ref)
    if form.is_valid():
        add_broken_term(order, form)
    if form.errors:
        return request_page(request, order.offer, form, order, status=422)
    return redirect(order)


def add_broken_term(order: Order, form: RequestForm) -> None:
    try:
        order.check_terms()
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


def book_page(request: AuthedRequest, offer: Offer, form: BookForm, status: int = 200) -> HttpResponse:
    draft = form.instance.pk and form.instance.ref
    asks = (
        reverse("marketplace:order_edit", args=[draft])
        if draft
        else reverse("marketplace:order_new", args=[offer.slug])
    )
    context = offer_words(offer) | {
        "form": form,
        "total": form.total,
        "framework": form.framework,
        "request_url": f"{asks}?request=yes",
    }
    return render(request, "marketplace/orders/book.html", context, status=status)


@require_POST
def order_book(request: AuthedRequest, slug: str) -> HttpResponse:
    """Books at the price that was shown; a changed choice shows the new price first."""
    offer = offer_to_order(slug)
    refused = refused_buyer(request, offer)
    if refused:
        return refused
    form = BookForm(request.POST, request.FILES, offer=offer, framework=framework_of(request, offer))
    if not form.is_valid():
        return book_page(request, offer, form, status=422)
    if not form.has_seen_total or "update" in request.POST:
        form.is_new_price = "update" not in request.POST
        return book_page(request, offer, form)
    try:
        order = booked(request, offer, form)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return book_page(request, offer, form, status=422)
    messages.success(request, _("Booked. The school was told and starts on the day."))
    return redirect(order)


@transaction.atomic
def booked(request: AuthedRequest, offer: Offer, form: BookForm) -> Order:
    by = party(request)
    order = Order.draft(offer, by=by, request_key=form.cleaned_data["request_key"], **form.wishes())
    if order.status == Order.Status.DRAFT:  # else a second click of the same form
        if order.repeats_id:
            order.change_draft(by=by, **form.wishes())
        order.add_brief_files(form.cleaned_data["files"], by=by)
        order.book(by=by)
    return order


def order_price(request: AuthedRequest, slug: str) -> HttpResponse:
    """The full price of what is filled in, for the booking form."""
    offer = offer_to_order(slug)
    if party(request).organisation_id == offer.school_id:
        raise Http404
    form = BookForm(request.GET, offer=offer, framework=framework_of(request, offer))
    form.is_valid()
    return render(request, "marketplace/orders/_total.html", {"offer": offer, "form": form, "total": form.total})
