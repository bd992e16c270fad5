"""Needs: what everybody sees of them, what schools read, and how the organisation compares its quotes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthedRequest
from accounts.models import Refusal
from marketplace.forms.needs import NearestForm
from marketplace.forms.quotes import LineFormSet, QuoteForm, with_one_more
from marketplace.kept import kept_needs
from marketplace.models import Need, Order
from marketplace.models.order_deal import QUOTE_VALID_DAYS
from marketplace.need_filters import NeedFilter
from marketplace.need_words import versions_of
from marketplace.notices.needs import BECAUSE
from marketplace.saved_needs import normalised
from marketplace.views.need_invitations import asked_context, invitation_context
from marketplace.views.need_questions import questions_context
from marketplace.views.need_quotes import quotes_of
from marketplace.views.needs_new import own_need
from marketplace.views.orders_access import party
from marketplace.views.orders_files import as_attachment

A_PAGE = 24
PUBLIC = frozenset(Need.Status) - {Need.Status.DRAFT, Need.Status.IN_REVIEW}
DONE = {
    "submit": gettext_lazy("Sent."),
    "withdraw": gettext_lazy("Withdrawn. The schools that quoted were told."),
    "extend": gettext_lazy("Open again. Schools can send you quotes."),
}


@login_not_required
@require_safe
def need_list(request: HttpRequest) -> HttpResponse:
    """What is open, the next deadline first."""
    reads_all = request.membership is not None and request.membership.can_sell and request.membership.can_trade
    needs = Need.objects.open().with_facts().order_by("closes_at", "pk")
    narrowed = NeedFilter(request.GET, needs, reads_all=reads_all)
    page = Paginator(narrowed.qs, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "form": narrowed.form,
        "is_narrowed": narrowed.is_narrowed,
        "reads_all": reads_all,
        "saved_query": normalised(request.GET.urlencode()),
        "kept": kept_needs(request, page),
    }
    return render(request, "marketplace/needs/list.html", context)


def need_mine(request: AuthedRequest) -> HttpResponse:
    needs = Need.objects.for_organisation(party(request).organisation).order_by("-updated_at", "-pk")
    needs = needs.with_facts()
    context = {"page": Paginator(needs, A_PAGE).get_page(request.GET.get("page"))}
    return render(request, "marketplace/needs/mine.html", context)


@login_not_required
@require_safe
def need_detail(request: HttpRequest, ref: str) -> HttpResponse:
    """Title, category and region for everybody, the rest for verified schools and its own organisation."""
    return detail_page(request, shown_need(request, ref))


def shown_need(request: HttpRequest, ref: str) -> Need:
    needs = Need.objects.select_related("organisation", "category", "region", "contact")
    need = get_object_or_404(needs, ref=ref)
    if need.status not in PUBLIC and not need.may_read(request.membership):
        raise Http404
    return need


def detail_page(request: HttpRequest, need: Need, failed: dict[str, forms.Form] | None = None) -> HttpResponse:
    by = request.membership
    is_own = by is not None and by.can_work and by.organisation_id == need.organisation_id
    context: dict[str, Any] = {"need": need, "is_own": is_own, "may_read": need.may_read(by)}
    context["kept"] = None if is_own else kept_needs(request, [need])
    if context["may_read"]:
        context |= {
            "files": need.files.all(),
            "versions": versions_of(need),
            **questions_context(need, by, failed or {}),
        }
    if is_own:
        context |= {
            "quotes": quotes_of(need),
            "becauses": BECAUSE.items(),
            "can_choose": need.can("award", by=by),
            "can": {verb: need.can(verb, by=by) for verb in ("change", *DONE)},
        }
        context |= asked_context(need)
    elif context["may_read"]:
        own = need.orders.filter(seller=by.organisation).order_by("-pk").first()
        context |= {"own_order": own, "can_answer": need.can("answer", by=by)}
        context |= {**invitation_context(need, by), "unconfirmed": need.unconfirmed(by.organisation)}
    return render(request, "marketplace/needs/detail.html", context, status=422 if failed else 200)


@require_POST
def need_confirm(request: AuthedRequest, ref: str) -> HttpResponse:
    need, by = shown_need(request, ref), party(request)
    if not need.may_read(by) or need.unconfirmed(by.organisation) is None:
        raise Http404
    try:
        need.confirm(by=by)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Your quote holds for the new text. The client was told."))
    return redirect(need)


@require_POST
def need_do(request: AuthedRequest, ref: str, verb: str) -> HttpResponse:
    need = own_need(request, ref)
    try:
        getattr(need, verb)(by=party(request))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, DONE[verb])
    return redirect(need)


def need_file(request: AuthedRequest, ref: str, file_ref: str) -> FileResponse:
    need = shown_need(request, ref)
    if not need.may_read(request.membership):
        raise Http404
    file = get_object_or_404(need.files, ref=file_ref)
    return as_attachment(file.file, file.name, file.content_type)


def need_answer(request: AuthedRequest, ref: str) -> HttpResponse:
    """A school's quote, which opens an order of its own."""
    need, by = shown_need(request, ref), party(request)
    if not need.allows("school", by):
        raise PermissionDenied
    if not need.can("answer", by=by):
        messages.error(
            request, _("Quotes cannot be sent any more: it is “%(status)s”.") % {"status": need.get_status_display()}
        )
        return redirect(need)
    blank = Order(
        need=need, seller=by.organisation, buyer=need.organisation, title=need.title, wished_on=need.starts_on
    )
    data = request.POST if request.method == "POST" else None
    is_draft = data is not None and ("add" in data or "total" in data)
    if data is None:
        lines = LineFormSet(initial=[{"description": need.title, "quantity": 1}], prefix="lines")
        form = QuoteForm(initial=first_terms(need), order=blank)
        return answer_page(request, need, NearestForm(by=by, need=need), form, lines)
    data = with_one_more(data) if "add" in data else data
    nearest, form, lines = (
        NearestForm(data, by=by, need=need),
        QuoteForm(data, order=blank),
        LineFormSet(data, prefix="lines"),
    )
    is_whole = not is_draft and nearest.is_valid() & form.is_valid() & lines.is_valid()
    if is_whole and (order := answered(request, need, nearest, form, lines)):
        messages.success(request, _("Your quote was sent. The client was told."))
        return redirect(order)
    return answer_page(request, need, nearest, form, lines, is_draft=is_draft)


def first_terms(need: Need) -> dict[str, Any]:
    valid_until = timezone.localdate() + timedelta(days=QUOTE_VALID_DAYS)
    return {"starts_on": need.starts_on, "ends_on": need.ends_on, "valid_until": valid_until, "rounds_of_changes": 1}


def answered(request: AuthedRequest, need: Need, nearest: NearestForm, form: QuoteForm, lines: Any) -> Order | None:
    terms = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
    try:
        return need.answer(nearest.cleaned_data["offer"], lines.rows(), by=party(request), **terms)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None


def answer_page(
    request: AuthedRequest, need: Need, nearest: NearestForm, form: QuoteForm, lines: Any, *, is_draft: bool = False
) -> HttpResponse:
    context = {
        "need": need, "nearest": nearest, "form": form, "lines": lines, "is_draft": is_draft,
        "total": lines.total if lines.is_bound else None, "has_services": nearest.fields["offer"].queryset.exists(),
    }  # fmt: skip
    status = 422 if form.is_bound and not is_draft else 200
    return render(request, "marketplace/needs/answer.html", context, status=status)
