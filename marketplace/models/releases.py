"""Freeing a class or some of its students from lessons, for the time of an order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import InvalidTransition, Lifecycle, Membership, Move, Organisation, Timed, User
from marketplace.models.learners import Learner
from marketplace.models.orders import Order
from marketplace.models.release_plans import Plans
from marketplace.models.resources import Resource
from vet2b.lib.models import TimeStamped

if TYPE_CHECKING:
    pass

REMIND_AFTER = 2  # working days in which a coordinator should decide


class ReleaseQuerySet(models.QuerySet["Release"]):
    def of_school(self, school: Organisation) -> ReleaseQuerySet:
        return self.filter(order__seller=school, order__requested_at__isnull=False)

    def waiting(self) -> ReleaseQuerySet:
        """For a coordinator's word."""
        return self.filter(status=Release.Status.PENDING, order__status__in=Order.PLANNED)

    def of_class(self, group: Resource) -> ReleaseQuerySet:
        """Approved, for the whole class or for some of it."""
        found = self.filter(Q(group=group) | Q(learners__group=group), status=Release.Status.APPROVED)
        return found.exclude(order__status__in=Order.LOST).distinct()


class Release(Plans, Lifecycle, Timed, TimeStamped):
    """A school's own permission, which the order waits for. The client is told that it was asked for and decided,
    never what is missed, by whom, or why it was refused. Lifecycle E6."""

    class Status(models.TextChoices):
        NEEDED = "needed", pgettext_lazy("release status", "Needed")
        PENDING = "pending", pgettext_lazy("release status", "Waiting for a decision")
        APPROVED = "approved", pgettext_lazy("release status", "Approved")
        REFUSED = "refused", pgettext_lazy("release status", "Refused")
        NOT_NEEDED = "not_needed", pgettext_lazy("release status", "Not needed")

    S = Status
    SETTLED = frozenset({S.APPROVED, S.NOT_NEEDED})
    TRANSITIONS = {
        "ask": Move(frozenset({S.NEEDED, S.REFUSED, S.NOT_NEEDED}), S.PENDING, "staff"),
        "approve": Move(frozenset({S.PENDING}), S.APPROVED, "coordinator"),
        "refuse": Move(frozenset({S.PENDING}), S.REFUSED, "coordinator", needs_reason=True),
        "waive": Move(frozenset({S.NEEDED, S.PENDING, S.REFUSED}), S.NOT_NEEDED, "coordinator", needs_reason=True),
        "reopen": Move(frozenset({S.PENDING, S.APPROVED, S.NOT_NEEDED}), S.NEEDED, "system"),
        "remind": Move(frozenset({S.PENDING}), None, "system"),
    }
    TIMED_VERBS = frozenset({"remind"})

    order = models.OneToOneField(Order, models.PROTECT, related_name="release", verbose_name=_("order"))
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.NEEDED)
    group = models.ForeignKey(
        Resource, models.PROTECT, null=True, blank=True, related_name="releases", verbose_name=_("class")
    )
    learners = models.ManyToManyField(Learner, blank=True, related_name="releases", verbose_name=_("students"))
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    starts_at = models.TimeField(_("from"), null=True, blank=True)
    ends_at = models.TimeField(_("to"), null=True, blank=True)
    lessons = models.TextField(_("lessons missed"), max_length=1000, blank=True)
    catch_up = models.TextField(_("how they catch up"), max_length=1000, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("release from class")
        verbose_name_plural = _("releases from class")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["needed", "not_needed"])
                | Q(
                    status__in=["pending", "approved", "refused"], asked_by__isnull=False, asked_at__isnull=False,
                    starts_on__isnull=False, ends_on__gte=F("starts_on"),
                )
                & ~Q(lessons="") & ~Q(catch_up=""),
                name="release_status_and_plan",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=F("starts_at")), name="release_times_in_order"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["needed", "pending"], decided_by=None, decided_at=None)
                | Q(status="approved", decided_by__isnull=False, decided_at__isnull=False)
                | Q(status__in=["refused", "not_needed"], decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(reason=""),
                name="release_decided_by_whom",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["status"], name="release_pending", condition=Q(status="pending"))]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} · {self.order.title}"

    def get_absolute_url(self) -> str:
        return reverse("marketplace:order_release", args=[self.order.ref])

    @property
    def is_settled(self) -> bool:
        return self.status in self.SETTLED

    @property
    def times(self) -> str:
        """`09:00–13:00`; "" for whole days."""
        return f"{self.starts_at:%H:%M}–{self.ends_at:%H:%M}" if self.starts_at else ""

    def can(self, verb: str, *, by: Membership | User | None) -> bool:
        return self.order.is_planned and super().can(verb, by=by)

    def allows(self, party: str, by: Membership | User | None) -> bool:
        if party == "system":
            return by is None
        if not isinstance(by, Membership) or by.organisation_id != self.order.seller_id or not by.can_trade:
            return False
        return party == "staff" or (by.can_release and (by.user_id != self.asked_by_id or self.is_alone(by)))

    def is_alone(self, by: Membership) -> bool:
        """Whether nobody else at the school may decide; only then people decide on what they asked for themselves."""
        return not self.coordinators().exclude(user=by.user_id).exists()

    def coordinators(self) -> models.QuerySet[Membership]:
        working = Membership.objects.filter(role__in=Membership.WORKING, user__is_active=True)
        return working.filter(organisation=self.order.seller_id, is_coordinator=True)

    def covers(self, learners: Iterable[Learner]) -> bool:
        named = set(self.learners.values_list("pk", flat=True))
        return all(each.pk in named or (self.group_id and each.group_id == self.group_id) for each in learners)

    @classmethod
    @transaction.atomic
    def ask_for(cls, order: Order, *, by: Membership, **plan: Any) -> Release:
        """Asks the coordinators, also where the offer did not say that lessons are missed; `plan` as in `ask`."""
        order.lock()
        if not order.is_planned:
            raise InvalidTransition(_t("The order has begun or has ended, so this cannot be done any more."))
        release = cls.objects.filter(order=order).first() or cls.objects.create(order=order)
        release.order = order
        release.ask(by=by, **plan)
        return release

    @transaction.atomic
    def ask(
        self, *, by: Membership, starts_on: date, ends_on: date, lessons: str, catch_up: str,
        group: Resource | None = None, learners: Iterable[Learner] = (),
        starts_at: time | None = None, ends_at: time | None = None,
    ) -> None:  # fmt: skip
        """Who misses which lessons, by the school's clock, and how they catch up."""
        order = self.locked_order()
        self.guard("ask", by=by)
        self.set_plan(group, list(learners), (starts_on, ends_on), (starts_at, ends_at), lessons, catch_up)
        self.asked_by, self.asked_at = by.user, timezone.now()
        self.decided_by = self.decided_at = None
        self.reason = ""
        told = [(each.user, order.seller) for each in self.coordinators().select_related("user")]
        fields = [*self.PLAN, "asked_by", "asked_at", "decided_by", "decided_at", "reason"]
        self.move("ask", by=by, fields=fields, notify=told)
        order.record("ask_release", by=by)
        self.set_timer("remind", order.calendar.add_working_days(timezone.now(), REMIND_AFTER))
        order.schedule(by=None)

    @transaction.atomic
    def approve(self, *, by: Membership) -> None:
        self.decide("approve", by=by)

    @transaction.atomic
    def refuse(self, *, by: Membership, reason: str) -> None:
        """The trainer then asks again with another plan, or the client for another time."""
        self.decide("refuse", by=by, reason=reason)

    @transaction.atomic
    def waive(self, *, by: Membership, reason: str) -> None:
        """No lessons are missed after all, so the order waits for nothing here."""
        self.decide("waive", by=by, reason=reason)

    def decide(self, verb: str, *, by: Membership, reason: str = "") -> None:
        order = self.locked_order()
        self.guard(verb, by=by, reason=reason)
        self.decided_by, self.decided_at, self.reason = by.user, timezone.now(), reason.strip()
        asker = [(self.asked_by, order.seller)] if self.asked_by else []
        fields = ["decided_by", "decided_at", "reason"]
        self.move(verb, by=by, fields=fields, notify=[*asker, *order.sellers()], reason=reason)
        self.clear_timers()
        order.record(f"{verb}_release", by=by)
        order.schedule(by=None)

    @transaction.atomic
    def reopen(self, *, by: None) -> None:
        """What was asked for or decided holds no more: the order has another date or another team."""
        order = self.locked_order()
        self.guard("reopen", by=by)
        self.decided_by = self.decided_at = None
        self.reason = ""
        self.move("reopen", by=by, fields=["decided_by", "decided_at", "reason"], notify=order.sellers())
        self.clear_timers()
        order.record("reopen_release", by=by)
        order.schedule(by=None)

    @transaction.atomic
    def remind(self, *, by: None) -> None:
        """Its timer holds this row already, so the order is not locked, which all other verbs do first."""
        self.guard("remind", by=by)
        told = [(each.user, self.order.seller) for each in self.coordinators().select_related("user")]
        self.move("remind", by=by, notify=told)

    def locked_order(self) -> Order:
        self.order.lock()
        return self.order

    def guard(self, verb: str, *, by: Membership | User | None, reason: str = "") -> Move:
        move = super().guard(verb, by=by, reason=reason)
        if not self.order.is_planned:
            raise InvalidTransition(_t("The order has begun or has ended, so this cannot be done any more."))
        return move

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.order.title, "ref": self.order.ref}
