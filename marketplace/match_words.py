"""Why a school was asked, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from vet2b.lib import formats

if TYPE_CHECKING:
    from marketplace.models import NeedInvitation


def reason_words(reasons: Mapping[str, Any]) -> list[str]:
    """`NeedInvitation.reasons` as short phrases, in the order in which they count."""
    return [_("same category"), *place_words(reasons), *work_words(reasons), *past_words(reasons)]


def with_words(invitations: Iterable[NeedInvitation]) -> list[NeedInvitation]:
    """Each with its reasons as `words`."""
    found = list(invitations)
    for invitation in found:
        invitation.words = reason_words(invitation.reasons)
    return found


def place_words(reasons: Mapping[str, Any]) -> Iterator[str]:
    km = reasons["km"]
    if km is not None:
        yield _("%(km)s km away") % {"km": km} if km else _("in the same region")


def work_words(reasons: Mapping[str, Any]) -> Iterator[str]:
    if reasons["free_from"]:
        yield _("free from %(day)s") % {"day": formats.day(date.fromisoformat(reasons["free_from"]))}
    for code in reasons["languages"]:
        yield _("works in %(language)s") % {"language": get_language_info(code)["name_translated"]}


def past_words(reasons: Mapping[str, Any]) -> Iterator[str]:
    if reasons["answer_hours"] is not None:
        yield quickness_words(reasons["answer_hours"])
    if reasons["rating"]:
        count = reasons["review_count"]
        words = ngettext("%(rating)s of 5 from %(n)s review", "%(rating)s of 5 from %(n)s reviews", count)
        yield words % {"rating": formats.rating(float(reasons["rating"])), "n": count}
    if reasons["is_new"]:
        yield _("new here")
    elif done := reasons["done"]:
        yield ngettext("%(n)s order completed", "%(n)s orders completed", done) % {"n": done}


def quickness_words(hours: int) -> str:
    days = max(1, -(-hours // 24))
    return ngettext("answers within a day", "answers within %(n)s days", days) % {"n": days}
