"""The searches that a person keeps."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthedRequest
from accounts.models import Refusal
from accounts.searching import kind_of
from marketplace.forms.saved_searches import SearchForm
from marketplace.models import SavedSearch
from marketplace.saved import with_new
from marketplace.saved_mails import stop_signer


def search_for(request: AuthedRequest, pk: int) -> SavedSearch:
    return get_object_or_404(request.user.saved_searches, pk=pk)


def search_list(request: AuthedRequest) -> HttpResponse:
    return render(request, "marketplace/searches/list.html", {"searches": with_new(request.user)})


@require_POST
def search_save(request: AuthedRequest) -> HttpResponse:
    code = request.POST.get("kind", "offers")
    if (kind := kind_of(code)) is None:
        raise Http404
    query = kind.normalised(request.POST.get("query", "")[:4000])
    try:
        search, is_new = SavedSearch.keep(by=request.user, query=query, name=kind.suggested_name(query), kind=code)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("marketplace:search_list")
    if is_new:
        messages.success(request, _("The search is saved. Choose its name and how often we mail you."))
    else:
        messages.info(request, _("You have saved this search before."))
    return redirect("marketplace:search_edit", search.pk)


@require_POST
def search_open(request: AuthedRequest, pk: int) -> HttpResponse:
    search = search_for(request, pk)
    search.look()
    return redirect(search.url)


def search_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    search = search_for(request, pk)
    initial = {"name": search.name, "cadence": search.cadence}
    form = SearchForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        search.change(**form.cleaned_data)
        messages.success(request, _("The search is saved."))
        return redirect("marketplace:search_list")
    context = {"search": search, "form": form}
    return render(request, "marketplace/searches/edit.html", context, status=422 if form.errors else 200)


@require_POST
def search_remove(request: AuthedRequest, pk: int) -> HttpResponse:
    search_for(request, pk).delete()
    messages.success(request, _("The search is removed."))
    return redirect("marketplace:search_list")


@csrf_exempt  # RFC 8058: a mail program posts here without having seen a page; the signed address is the proof
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def search_stop(request: HttpRequest, token: str) -> HttpResponse:
    searches = read_stop(token)
    if request.method == "POST":
        for search in searches:
            search.stop()
    context = {"searches": searches, "is_done": request.method == "POST"}
    return render(request, "marketplace/searches/stop.html", context)


def read_stop(token: str) -> list[SavedSearch]:
    """Those that a mail told of, without what its reader removed since."""
    try:
        pks = stop_signer.unsign(token).split("-")
    except BadSignature as error:
        raise Http404 from error
    return list(SavedSearch.objects.filter(pk__in=pks).order_by("pk"))
