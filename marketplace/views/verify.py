"""What everybody may read without an account: a record that its learner released, and the keys of schools."""

from __future__ import annotations

from allauth.core.internal import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import Organisation
from marketplace.issuers import CONTEXT, address, key_set, key_url, profile_of, revoked_list
from marketplace.models import Evidence

CLOSED = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}


@require_safe
@login_not_required
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """The same nothing for what does not exist, was not released, or was hidden again."""
    if not ratelimit.consume(request, action="verify", app="allauth.account", limit_get=True):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    evidence = get_object_or_404(Evidence.objects.released().with_everything(), code=code)
    context = {"evidence": evidence, "shown": evidence.shown, "keys_url": address("issuer", evidence.order.seller.slug)}
    response = render(request, "marketplace/evidence/verify.html", context)
    for name, value in CLOSED.items():
        response[name] = value
    return response


def issuer_for(slug: str) -> Organisation:
    """Schools that have signed something, also those that do not trade now."""
    return get_object_or_404(Organisation.objects.filter(issuer_keys__isnull=False).distinct(), slug=slug)


@require_safe
@login_not_required
def issuer(request: HttpRequest, slug: str) -> HttpResponse:
    school = issuer_for(slug)
    keys = {"jwks": key_set(school), "jwksUrl": address("issuer_keys", school.slug)}
    return JsonResponse({"@context": CONTEXT, **profile_of(school), **keys})


@require_safe
@login_not_required
def issuer_keys(request: HttpRequest, slug: str) -> HttpResponse:
    return JsonResponse(key_set(issuer_for(slug)), content_type="application/jwk-set+json")


@require_safe
@login_not_required
def issuer_key(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    school = issuer_for(slug)
    found = school.issuer_keys.filter(ref=key).first()
    if found is None:
        raise Http404
    return JsonResponse(found.jwk(key_url(found, school)), content_type="application/jwk+json")


@require_safe
@login_not_required
def issuer_revoked(request: HttpRequest, slug: str) -> HttpResponse:
    return JsonResponse(revoked_list(issuer_for(slug)))
