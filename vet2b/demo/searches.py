"""What people of the demo world look for and saved."""

from __future__ import annotations

from accounts.models import User
from accounts.searching import kind_of
from marketplace.models import Call, KeptCall, KeptNeed, Need, SavedSearch
from marketplace.saved_offers import normalised, suggested_name

SEARCHES = (("q=website&sort=new", SavedSearch.Cadence.DAILY), ("country=LV&price=free", SavedSearch.Cadence.WEEKLY))


def add_searches(user: User) -> None:
    for wished, cadence in SEARCHES:
        query = normalised(wished)
        search, _is_new = SavedSearch.keep(by=user, query=query, name=suggested_name(query))
        search.change(name=search.name, cadence=cadence)


def add_wishes(user: User) -> None:
    """Of a school: searches of needs and of calls, and one of each that is kept."""
    for code in ("needs", "calls"):
        if kind := kind_of(code):
            SavedSearch.keep(by=user, kind=code, query="", name=kind.suggested_name(""))
    for need in Need.objects.open().exclude(organisation__memberships__user=user).order_by("pk")[:1]:
        KeptNeed.toggle(user, need=need)
    for call in Call.objects.public().open().exclude(organisation__memberships__user=user).order_by("pk")[:1]:
        KeptCall.toggle(user, call=call)
