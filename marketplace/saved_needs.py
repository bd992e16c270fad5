"""The list of needs, as saved searches ask it. Words are looked up in texts only for those who may read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import searching
from accounts.models import Membership, User
from accounts.searching import Kept, Line
from marketplace.facets import labels_of
from marketplace.models import Need
from marketplace.models.needs import NeedQuerySet
from marketplace.saved import MOST_LINES, counted
from vet2b.lib.mail import absolute

LONGEST = 100


def reads_all(user: User) -> bool:
    """Whether a school for which the person works may read needs as a whole."""
    memberships = Membership.objects.filter(user=user).select_related("organisation")
    return any(membership.can_sell and membership.can_trade for membership in memberships)


def asked_for(query: QueryDict, *, in_texts: bool) -> NeedQuerySet:
    """Open needs by category and words."""
    needs, category = Need.objects.open(), query.get("category", "")
    if category in labels_of("category"):
        needs = needs.filter(category=category)
    if words := words_of(query):
        text = Q(text__icontains=words) if in_texts else Q()
        needs = needs.filter(Q(title__icontains=words) | text)
    return needs


def words_of(query: QueryDict) -> str:
    return " ".join(query.get("q", "").split())[:LONGEST].strip()


def normalised(text: str) -> str:
    asked, clean = QueryDict(text), QueryDict(mutable=True)
    if words := words_of(asked):
        clean["q"] = words
    if asked.get("category") in labels_of("category"):
        clean["category"] = asked["category"]
    return clean.urlencode()


def suggested_name(query: str) -> str:
    asked = QueryDict(query)
    words = [asked.get("q", ""), str(labels_of("category").get(asked.get("category", ""), ""))]
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
