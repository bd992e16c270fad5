"""What can be reported: every app registers its public objects here, with how a visitor's link finds one."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Model
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models.organisations import Organisation

Finder = Callable[[HttpRequest, str], Model]
_finders: dict[str, Finder] = {}


def register(kind: str, finder: Finder) -> None:
    """`finder(request, ref)` gives the object, or raises Http404 for what this visitor does not see."""
    _finders[kind] = finder


def find(request: HttpRequest, kind: str, ref: str) -> Model:
    if kind not in _finders:
        raise Http404
    return _finders[kind](request, ref)


def verified_organisation(request: HttpRequest, ref: str) -> Organisation:
    return get_object_or_404(Organisation.objects.verified(), slug=ref)


register("organisation", verified_organisation)
