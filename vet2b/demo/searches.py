"""What the demo world's buyer looks for."""

from __future__ import annotations

from accounts.models import User
from marketplace.models import SavedSearch
from marketplace.saved_offers import normalised, suggested_name

SEARCHES = (("q=website&sort=new", SavedSearch.Cadence.DAILY), ("country=LV&price=free", SavedSearch.Cadence.WEEKLY))


def add_searches(user: User) -> None:
    for wished, cadence in SEARCHES:
        query = normalised(wished)
        search, _is_new = SavedSearch.keep(by=user, query=query, name=suggested_name(query))
        search.change(name=search.name, cadence=cadence)
