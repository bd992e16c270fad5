from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from marketplace.results import Results


@login_not_required
@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def offer_list(request: HttpRequest) -> HttpResponse:
    """The whole page; for htmx the part of it that changes."""
    results = Results(request.GET, request.user if request.user.is_authenticated else None)
    return render(request, f"marketplace/offers/{part_for(request)}.html", {"results": results, "has_search": True})


def part_for(request: HttpRequest) -> str:
    if not request.htmx:
        return "list"
    return "_list_more" if (request.htmx.target or "").endswith("#cards") else "_list_live"
