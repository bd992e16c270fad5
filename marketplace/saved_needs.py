"""The list of needs, as saved searches ask it. Words are looked up in texts only for those who may read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import searching
from accounts.models import Membership, User
from accounts.searching import Kept, Line
from marketplace.models import Need
from marketplace.models.needs import NeedQuerySet
from marketplace.need_filters import NeedFilter
from marketplace.saved import MOST_LINES, counted
from vet2b.lib.mail import absolute

NAMED = ("category", "country", "where", "language", "budget")


def reads_all(user: User) -> bool:
    """Whether a school for which the person works may read needs as a whole."""
    memberships = Membership.objects.filter(user=user).select_related("organisation")
    return any(membership.can_sell and membership.can_trade for membership in memberships)


def asked_for(query: QueryDict, *, in_texts: bool) -> NeedQuerySet:
    """Open needs that match, the next deadline first."""
    return NeedFilter(query, Need.objects.open().order_by("closes_at", "pk"), reads_all=in_texts).qs


def normalised(text: str) -> str:
    """Filters of those who may read all stay: they narrow nothing for the others."""
    return NeedFilter(QueryDict(text), Need.objects.none(), reads_all=True).clean_query()


def suggested_name(query: str) -> str:
    asked, form = QueryDict(query), NeedFilter(QueryDict(query), Need.objects.none(), reads_all=True).form
    chosen = [dict(form.fields[name].choices).get(asked.get(name, ""), "") for name in NAMED if name in asked]
    words = [asked.get("q", ""), *map(str, chosen)]
    return " · ".join(filter(None, words))[:80] or _("All needs")


def count_new(user: User, searches: Sequence[Kept]) -> list[int]:
    in_texts = reads_all(user)
    return counted(
        asked_for(QueryDict(search.query), in_texts=in_texts)
        .filter(opened_at__gt=search.seen_at)
        .order_by()
        .values_list("pk")
        .query.sql_with_params()
        for search in searches
    )


def found(user: User, query: str, since: datetime, until: datetime) -> tuple[int, list[Line]]:
    needs = asked_for(QueryDict(query), in_texts=reads_all(user)).filter(opened_at__gt=since, opened_at__lte=until)
    rows = needs.with_facts().order_by("-opened_at", "-pk")[:MOST_LINES]
    return needs.count(), [line_of(need) for need in rows]


def line_of(need: Need) -> Line:
    """No more than everybody may read."""
    where = f"{need.region}, {need.country.name}" if need.region else need.country.name
    return Line(need.title, absolute(need.get_absolute_url()), f"{need.category.name} · {where}")


def news(n: int) -> str:
    return ngettext("%(n)s new need", "%(n)s new needs", n) % {"n": n}


searching.register(
    "needs",
    searching.SearchKind(
        "marketplace:need_list", gettext_lazy("Needs"), normalised, suggested_name, count_new, found, news
    ),
)
