"""The list of calls, as saved searches ask it: what is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import searching
from accounts.models import User
from accounts.searching import Kept, Line
from marketplace.call_filters import CallFilter
from marketplace.models import Call
from marketplace.models.calls import CallQuerySet
from marketplace.saved import MOST_LINES, counted
from vet2b.lib.mail import absolute

NARROWED_BY = ("kind", "country", "category")


def normalised(text: str) -> str:
    """Without the state: what is no longer open is never new."""
    clean = QueryDict(mutable=True)
    for name, value in chosen(QueryDict(text)).items():
        clean[name] = value
    return clean.urlencode()


def chosen(query: QueryDict) -> dict[str, str]:
    form = CallFilter(query, queryset=Call.objects.none()).form
    form.is_valid()
    return {name: value for name in NARROWED_BY if (value := form.cleaned_data.get(name))}


def suggested_name(query: str) -> str:
    form = CallFilter(QueryDict(query), queryset=Call.objects.none()).form
    labels = [str(dict(form.fields[name].choices)[value]) for name, value in chosen(QueryDict(query)).items()]
    return " · ".join(labels)[:80] or _("All calls")


def matching(query: str, since: datetime) -> CallQuerySet:
    calls = CallFilter(QueryDict(query), queryset=Call.objects.public()).narrowed()
    return calls.filter(published_at__gt=since)


def count_new(_user: User, searches: Sequence[Kept]) -> list[int]:
    return counted(
        matching(search.query, search.seen_at).order_by().values_list("pk").query.sql_with_params()
        for search in searches
    )


def found(_user: User, query: str, since: datetime, until: datetime) -> tuple[int, list[Line]]:
    calls = matching(query, since).filter(published_at__lte=until)
    rows = calls.select_related("organisation").order_by("-published_at", "-pk")[:MOST_LINES]
    return calls.count(), [line_of(call) for call in rows]


def line_of(call: Call) -> Line:
    about = f"{call.get_kind_display()} · {call.organisation.name}, {call.organisation.country.name}"
    return Line(call.title, absolute(call.get_absolute_url()), about, call.source_language)


def news(n: int) -> str:
    return ngettext("%(n)s new call", "%(n)s new calls", n) % {"n": n}


searching.register(
    "calls",
    searching.SearchKind(
        "marketplace:call_list", gettext_lazy("Calls"), normalised, suggested_name, count_new, found, news
    ),
)
