"""Which hearts a page shows: None where the reader saves no such thing, else what is saved already."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from marketplace.models import Call, KeptCall, KeptNeed, Need


def kept_needs(request: HttpRequest, needs: Iterable[Need]) -> set[int] | None:
    """Those who may answer needs save them."""
    by = request.membership
    if by is None or not (by.can_sell and by.can_trade):
        return None
    shown = [need.pk for need in needs]
    return set(KeptNeed.objects.filter(user=request.user, need__in=shown).values_list("need", flat=True))


def kept_calls(request: HttpRequest, calls: Iterable[Call]) -> set[int] | None:
    if not request.user.is_authenticated:
        return None
    shown = [call.pk for call in calls]
    return set(KeptCall.objects.filter(user=request.user, call__in=shown).values_list("call", flat=True))
