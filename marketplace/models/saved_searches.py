"""Searches that people keep, and when each is next told of."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Membership, Refusal, User
from accounts.searching import kind_of
from vet2b.lib.models import TimeStamped

MOST = 30
TOLD_AT = dt.time(8)
IDLE = dt.timedelta(days=365)
PAUSE = dt.timedelta(hours=1)  # between two mails to one person


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def due(self) -> SavedSearchQuerySet:
        return self.filter(due_at__lte=timezone.now())


class SavedSearch(TimeStamped):
    """A query of a list, in the one form that its kind (`accounts.searching`) gives."""

    class Cadence(models.TextChoices):
        NOW = "now", pgettext_lazy("how often", "At once")
        DAILY = "daily", pgettext_lazy("how often", "Daily")
        WEEKLY = "weekly", pgettext_lazy("how often", "Weekly, on Mondays")
        NEVER = "never", pgettext_lazy("how often", "Never")

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_searches")
    kind = models.CharField(max_length=20, default="offers", help_text="Of which list: see accounts.searching.")
    query = models.CharField(max_length=4000)
    name = models.CharField(gettext_lazy("name"), max_length=80)
    cadence = models.CharField(
        gettext_lazy("mails about what is new"), max_length=10, choices=Cadence, default=Cadence.DAILY
    )
    seen_at = models.DateTimeField(default=timezone.now, help_text="When its results were last opened.")
    used_at = models.DateTimeField(default=timezone.now, help_text="When it was last opened or changed.")
    told_until = models.DateTimeField(default=timezone.now, help_text="What was published up to here was told of.")
    mailed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text="When mails look at it next.")

    new = 0  # things since it was opened: marketplace.saved.with_new

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("saved search")
        verbose_name_plural = gettext_lazy("saved searches")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "query"], name="saved_search_once"),
            models.CheckConstraint(
                condition=models.Q(cadence="never", due_at=None)
                | models.Q(cadence__in=["now", "daily", "weekly"], due_at__isnull=False),
                name="saved_search_due_as_chosen",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="saved_search_due")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    @transaction.atomic
    def keep(cls, *, by: User, query: str, name: str, kind: str = "offers") -> tuple[SavedSearch, bool]:
        """The search and whether it is new; the same query again gives the one that is kept."""
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        kept = cls.objects.filter(user=by, kind=kind, query=query).first()
        if kept:
            return kept, False
        if by.saved_searches.count() >= MOST:
            raise Refusal(_("You have saved %(most)s searches. Remove one to save another.") % {"most": MOST})
        due_at = next_due(cls.Cadence.DAILY, zone_of(by))
        return cls.objects.create(user=by, kind=kind, query=query, name=name[:80], due_at=due_at), True

    def look(self) -> None:
        """Its results are opened, so nothing of them is new any more."""
        now = timezone.now()
        self.change_fields(seen_at=now, used_at=now)

    def change(self, *, name: str, cadence: str) -> None:
        due_at = self.due_at if cadence == self.cadence else next_due(cadence, zone_of(self.user))
        told_until = timezone.now() if self.cadence == self.Cadence.NEVER else self.told_until
        self.change_fields(name=name, cadence=cadence, due_at=due_at, told_until=told_until, used_at=timezone.now())

    def stop(self) -> None:
        self.change_fields(cadence=self.Cadence.NEVER, due_at=None)

    def change_fields(self, **fields: object) -> None:
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=[*fields, "updated_at"])

    @property
    def url(self) -> str:
        """The list as it was searched."""
        kind = kind_of(self.kind)
        return f"{reverse(kind.list_url)}?{self.query}" if kind else reverse("marketplace:search_list")

    @property
    def list_label(self) -> str:
        kind = kind_of(self.kind)
        return str(kind.label) if kind else ""

    @property
    def new_since(self) -> dt.datetime:
        return max(self.seen_at, self.told_until)

    @property
    def is_idle(self) -> bool:
        return timezone.now() - self.used_at > IDLE


def zone_of(user: User) -> ZoneInfo:
    """In which the person's organisation keeps its clock."""
    membership = Membership.objects.filter(user=user).select_related("organisation").order_by("pk").first()
    return ZoneInfo(membership.organisation.zone if membership else settings.TIME_ZONE)


def next_due(cadence: str, zone: ZoneInfo) -> dt.datetime | None:
    """The next pass, the next morning or the next Monday morning."""
    if cadence == SavedSearch.Cadence.NEVER:
        return None
    now = timezone.now()
    if cadence == SavedSearch.Cadence.NOW:
        return now
    day = now.astimezone(zone).date()
    morning = dt.datetime.combine(day, TOLD_AT, zone)
    days = 0 if cadence == SavedSearch.Cadence.DAILY else -day.weekday() % 7
    if days == 0 and morning <= now:
        days = 1 if cadence == SavedSearch.Cadence.DAILY else 7
    return dt.datetime.combine(day + dt.timedelta(days=days), TOLD_AT, zone)
