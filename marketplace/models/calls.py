"""Searches for partners, placements, visits and first jobs, open to answers until a deadline. Lifecycle E10."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Lifecycle, Membership, Move, Organisation, Timed, User
from accounts.models.places import Region
from marketplace.models.call_moderation import CallModeration
from marketplace.models.call_rules import ALWAYS_NEEDED, BY_SCHOOLS, NEEDED, CallKind
from marketplace.models.call_verbs import CallVerbs
from marketplace.models.catalogue import Category
from marketplace.models.learners import Learner
from vet2b.lib.models import TimeStamped

if TYPE_CHECKING:
    from marketplace.models.expressions import Expression

SOON = timedelta(days=7)


class CallQuerySet(models.QuerySet["Call"]):
    def public(self) -> CallQuerySet:
        """What everybody may read: neither drafts nor what was archived, of verified organisations."""
        return self.filter(status__in=Call.PUBLIC, organisation__status=Organisation.Status.VERIFIED)

    def open(self) -> CallQuerySet:
        return self.filter(status__in=Call.OPEN, deadline__gt=timezone.now())

    def over(self) -> CallQuerySet:
        return self.exclude(status=Call.Status.DRAFT).exclude(status__in=Call.OPEN, deadline__gt=timezone.now())

    def for_organisation(self, organisation: Organisation) -> CallQuerySet:
        return self.filter(organisation=organisation)

    def with_card(self) -> CallQuerySet:
        return self.select_related("organisation").prefetch_related("themes__labels")

    def with_counts(self) -> CallQuerySet:
        """How many answers each has that count towards its cap."""
        return self.annotate(answered=models.Count("expressions", filter=~Q(expressions__status__in=UNCOUNTED)))


UNCOUNTED = ("draft", "withdrawn")


class Call(CallVerbs, CallModeration, Lifecycle, Timed, TimeStamped):
    """`contact` is an officer who stands for the caller: applicants learn the name once they are shortlisted."""

    Kind = CallKind

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("call status", "Draft")
        PUBLISHED = "published", pgettext_lazy("call status", "Open")
        PAUSED = "paused", pgettext_lazy("call status", "Full for now")
        CLOSED = "closed", pgettext_lazy("call status", "Closed")
        SHORTLISTING = "shortlisting", pgettext_lazy("call status", "Being decided")
        DECIDED = "decided", pgettext_lazy("call status", "Decided")
        WITHDRAWN = "withdrawn", pgettext_lazy("call status", "Withdrawn")
        SUSPENDED = "suspended", pgettext_lazy("call status", "Suspended")
        REMOVED = "removed", pgettext_lazy("call status", "Taken down")
        ARCHIVED = "archived", pgettext_lazy("call status", "Archived")

    S = Status
    OPEN = frozenset({S.PUBLISHED, S.PAUSED})  # until the deadline
    DECIDABLE = frozenset({S.CLOSED, S.SHORTLISTING})
    HELD = frozenset({S.SUSPENDED, S.REMOVED})  # hidden by a moderator
    PUBLIC = frozenset(Status) - {S.DRAFT, S.ARCHIVED} - HELD
    TRANSITIONS = {
        "change": Move(frozenset({S.DRAFT}), None, "caller"),
        "publish": Move(frozenset({S.DRAFT}), S.PUBLISHED, "caller"),
        "pause": Move(frozenset({S.PUBLISHED}), S.PAUSED, "system"),
        "resume": Move(frozenset({S.PAUSED}), S.PUBLISHED, "system"),
        "remind": Move(OPEN, None, "system"),
        "close": Move(OPEN, S.CLOSED, "system"),
        "begin_shortlist": Move(frozenset({S.CLOSED}), S.SHORTLISTING, "caller"),
        "decide": Move(DECIDABLE, S.DECIDED, "caller"),
        "withdraw": Move(OPEN | DECIDABLE, S.WITHDRAWN, "caller", needs_reason=True),
        "suspend": Move(OPEN | DECIDABLE, S.SUSPENDED, "moderator", needs_reason=True),
        "reinstate": Move(frozenset({S.SUSPENDED}), None, "moderator", needs_reason=True),
        "take_down": Move(PUBLIC | {S.SUSPENDED}, S.REMOVED, "moderator", needs_reason=True),
        "archive": Move(frozenset({S.DRAFT, S.DECIDED, S.WITHDRAWN, S.REMOVED}), S.ARCHIVED, "caller_or_system"),
    }
    TIMED_VERBS = frozenset({"remind", "close", "archive"})
    ARCHIVED_AFTER = timedelta(days=90)  # after it was decided, withdrawn or taken down

    slug = models.SlugField(max_length=90, unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="calls", verbose_name=_("caller"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("author"))
    contact = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("contact person")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=CallKind)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.DRAFT)
    title = models.CharField(_("title"), max_length=90)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    text = models.TextField(_("text"), max_length=6000, blank=True)
    source_language = models.CharField(_("written in"), max_length=8, choices=settings.LANGUAGES, default="en")
    programme = models.CharField(_("programme"), max_length=80, blank=True)
    reference = models.CharField(_("reference of the programme's call"), max_length=60, blank=True)
    role_wanted = models.CharField(_("role wanted"), max_length=120, blank=True)
    countries = ArrayField(
        models.CharField(max_length=2), verbose_name=_("countries looked for"), default=list, blank=True
    )
    regions = models.ManyToManyField(Region, blank=True, related_name="+", verbose_name=_("regions looked for"))
    themes = models.ManyToManyField(Category, blank=True, related_name="+", verbose_name=_("themes"))
    languages = ArrayField(models.CharField(max_length=8), verbose_name=_("languages"), default=list, blank=True)
    places = models.PositiveSmallIntegerField(_("places"), null=True, blank=True)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    cap = models.PositiveSmallIntegerField(_("most answers"), default=30)
    learners = models.ManyToManyField(Learner, blank=True, related_name="+", verbose_name=_("students"))
    published_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    held_from = models.CharField(
        max_length=20, choices=Status, blank=True, help_text="The status before a moderator hid it."
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["deadline", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CallKind.values), name="call_kind_known"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "archived"])
                | Q(
                    status__in=[
                        "published",
                        "paused",
                        "closed",
                        "shortlisting",
                        "decided",
                        "withdrawn",
                        "suspended",
                        "removed",
                    ],
                    deadline__isnull=False,
                    published_at__isnull=False,
                ),
                name="call_status_and_times",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["withdrawn", "removed"]) | ~Q(reason=""), name="call_withdrawn_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["suspended", "removed"]) & ~Q(held_from="")
                | Q(status="archived")
                | ~Q(status__in=["suspended", "removed", "archived"]) & Q(held_from=""),
                name="call_held_from_a_state",
            ),
            models.CheckConstraint(condition=Q(deadline__gt=F("published_at")), name="call_deadline_after_publishing"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="call_days_in_order"),
            models.CheckConstraint(condition=Q(cap__gte=1, cap__lte=200), name="call_cap_in_bounds"),
            models.CheckConstraint(condition=Q(places__gte=1, places__lte=500), name="call_places_in_bounds"),
        ]
        indexes = [
            models.Index(fields=["status", "deadline", "id"], name="call_by_deadline"),
            models.Index(fields=["organisation", "-created_at"], name="call_of_organisation"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("marketplace:call_detail", args=[self.slug])

    @property
    def ref(self) -> str:
        return self.slug

    @property
    def zone(self) -> ZoneInfo:
        """In which the deadline was typed."""
        return ZoneInfo(self.organisation.zone)

    @property
    def is_open(self) -> bool:
        """Answers may be sent or changed; a full one waits for somebody to withdraw."""
        return self.status in self.OPEN and self.deadline is not None and timezone.now() < self.deadline

    @property
    def is_public(self) -> bool:
        return self.status in self.PUBLIC and self.organisation.is_verified

    @property
    def is_held(self) -> bool:
        return self.status in self.HELD

    @property
    def is_over(self) -> bool:
        return self.deadline is not None and timezone.now() >= self.deadline

    @property
    def is_closing_soon(self) -> bool:
        return self.is_open and self.deadline is not None and self.deadline - timezone.now() <= SOON

    @property
    def is_decided(self) -> bool:
        """Also once it is archived, unless it was withdrawn before."""
        if self.held_from:
            return self.held_from == self.Status.DECIDED
        return self.status in {self.Status.DECIDED, self.Status.ARCHIVED} and not self.reason

    @property
    def names_learners(self) -> bool:
        """Whether the caller puts students of its own forward, told to shortlisted applicants only."""
        return self.kind in BY_SCHOOLS and self.organisation.is_school

    @property
    def missing(self) -> list[str]:
        """What it still needs to be published, as labels."""
        needed = (*ALWAYS_NEEDED, *NEEDED[CallKind(self.kind)])
        return [str(self._meta.get_field(name).verbose_name) for name in needed if not getattr(self, name)]

    def counted(self) -> models.QuerySet[Expression]:
        """The answers that count towards the cap."""
        return self.expressions.exclude(status__in=UNCOUNTED)

    def allows(self, party: str, by: Membership | User | None) -> bool:
        if by is None:
            return party in {"system", "caller_or_system"}
        if isinstance(by, User):
            is_own = self.organisation.memberships.filter(user=by).exists()
            return party == "moderator" and by.is_moderator and not is_own
        is_caller = by.can_work and by.organisation_id == self.organisation_id
        return is_caller and party in {"caller", "caller_or_system"}

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.title, "ref": self.slug}
