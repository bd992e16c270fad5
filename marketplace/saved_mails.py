"""Tells people of what is new for their saved searches: one mail a person and pass, through the outbox."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.signing import Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts.mails import preferences_url
from accounts.models import OutgoingMail, User
from accounts.searching import Line, kind_of
from accounts.tasks import nudge_outbox
from marketplace.models import SavedSearch
from marketplace.models.saved_searches import PAUSE, next_due, zone_of
from vet2b.lib.mail import absolute, build

log = logging.getLogger(__name__)

SETTLING = timedelta(minutes=2)  # a thing is told of a little later, so that one still being written is not missed
RETRY = timedelta(hours=1)
stop_signer = Signer(salt="saved-search")


@dataclass
class Section:
    search: SavedSearch
    total: int = 0
    lines: list[Line] = field(default_factory=list)
    is_stopped: bool = False

    @property
    def url(self) -> str:
        return absolute(self.search.url)

    @property
    def stop_url(self) -> str:
        return stop_url([self.search.pk])

    @property
    def more(self) -> int:
        return self.total - len(self.lines)


def stop_url(pks: list[int]) -> str:
    return absolute(reverse("marketplace:search_stop", args=[stop_signer.sign("-".join(map(str, pks)))]))


def tell_of_searches() -> int:
    """Any number of workers may run it at once; returns how many mails were written."""
    due = SavedSearch.objects.due().filter(user__is_active=True).order_by().values_list("user", flat=True)
    return sum(tell_safely(pk) for pk in due.distinct())


def tell_safely(user_id: int) -> bool:
    try:
        return tell_person(user_id)
    except Exception:  # the mails of others go on
        log.exception("saved searches of person %s failed", user_id)
        return False


@transaction.atomic
def tell_person(user_id: int) -> bool:
    """Holds the person, so that another worker passes them by; what is told and the mail are kept together."""
    user = User.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=user_id, is_active=True).first()
    now = timezone.now()
    if user is None or user.saved_searches.filter(mailed_at__gt=now - PAUSE).exists():
        return False
    searches = user.saved_searches.due().select_for_update(skip_locked=True).order_by("pk")
    with override(user.language):
        sections = [section for search in searches if (section := tell_search(search, now))]
        if sections:
            write_mail(user, sections, now)
    return bool(sections)


def tell_search(search: SavedSearch, now: datetime) -> Section | None:
    """What the mail says of it, if anything. One that fails waits an hour."""
    try:
        with transaction.atomic():
            return told(search, now)
    except Exception:  # its neighbours go on
        log.exception("saved search %s failed", search.pk)
        search.change_fields(due_at=now + RETRY)
        return None


def told(search: SavedSearch, now: datetime) -> Section | None:
    until = now - SETTLING
    section = section_of(search, until)
    has_news = bool(section.lines) or section.is_stopped
    search.change_fields(
        told_until=max(search.told_until, until),
        mailed_at=now if has_news else search.mailed_at,
        due_at=next_due(search.cadence, zone_of(search.user)),
    )
    if section.is_stopped:
        search.stop()
    return section if has_news else None


def section_of(search: SavedSearch, until: datetime) -> Section:
    kind = kind_of(search.kind)
    total, lines = kind.found(search.user, search.query, search.new_since, until) if kind else (0, [])
    return Section(search, total, lines, search.is_idle)


def write_mail(user: User, sections: list[Section], now: datetime) -> None:
    key = f"searches-{user.pk}-{now:%Y%m%d%H%M%S}"
    title = subject_of(sections)
    unsubscribe = stop_url([section.search.pk for section in sections])
    context = {
        "recipient": user,
        "title": title,
        "sections": sections,
        "searches_url": absolute(reverse("marketplace:search_list")),
        "preferences_url": preferences_url(),
    }
    mail = build("searches", user.email, title, context, key=key, unsubscribe=unsubscribe)
    [(html, _type)] = mail.alternatives
    OutgoingMail.objects.create(
        key=key, to=user.email, subject=mail.subject[:300], text=mail.body, html=html, unsubscribe=unsubscribe
    )
    nudge_outbox()


def subject_of(sections: list[Section]) -> str:
    total = sum(section.total for section in sections)
    if not total:
        return _("We no longer mail you about a saved search")
    words = {"news": news_of(sections, total), "name": sections[0].search.name}
    if len(sections) == 1:
        return _("%(news)s for “%(name)s”") % words
    return _("%(news)s for your searches") % words


def news_of(sections: list[Section], total: int) -> str:
    """ "3 new services", or results where they are of several lists."""
    kinds = {section.search.kind for section in sections if section.total}
    kind = kind_of(kinds.pop()) if len(kinds) == 1 else None
    return kind.news(total) if kind else ngettext("%(n)s new result", "%(n)s new results", total) % {"n": total}
