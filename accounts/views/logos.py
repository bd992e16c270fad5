from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.models import Membership, Organisation

A_YEAR = 365 * 24 * 3600


@login_not_required
def organisation_logo(request: HttpRequest, slug: str, version: str) -> HttpResponse:
    """The redrawn logo; its address changes with it, so that browsers may keep it."""
    organisation = get_object_or_404(Organisation, slug=slug)
    if organisation.logo_version != version or not (organisation.is_verified or is_member(request, organisation)):
        raise Http404
    try:
        with organisation.logo.open() as file:
            response = HttpResponse(file.read(), content_type="image/webp")
    except FileNotFoundError as error:
        raise Http404 from error
    visibility = "public" if organisation.is_verified else "private"
    response["Cache-Control"] = f"{visibility}, max-age={A_YEAR}, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def is_member(request: HttpRequest, organisation: Organisation) -> bool:
    return (
        request.user.is_authenticated
        and Membership.objects.filter(user=request.user, organisation=organisation).exists()
    )
