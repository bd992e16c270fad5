"""Steps on the way to a delivery, each shown to the client before the whole is ready."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Activity, InvalidTransition, Lifecycle, Membership, Move, Refusal, Timed, User
from marketplace.models.orders import Order
from vet2b.lib.models import TimeStamped
from vet2b.lib.uploads import Checked

MAX_MILESTONES = 10
REMIND_BEFORE = 2  # days before it is due, at 8 in the morning
FURTHEST = timedelta(days=730)
OS = Order.Status
SETTABLE = Order.PLANNED | {OS.IN_PROGRESS, OS.CHANGES_REQUESTED}


class Milestone(Lifecycle, Timed, TimeStamped):
    """What happens to it is told in the timeline of its order, whose state stays as it is; one that the client has
    not answered does not hold up the delivery."""

    class Status(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("milestone", "Planned")
        SUBMITTED = "submitted", pgettext_lazy("milestone", "Waiting for the client")
        OK = "ok", pgettext_lazy("milestone", "OK")
        REMARKS = "remarks", pgettext_lazy("milestone", "Remarks")

    S = Status
    UNSHOWN = frozenset({S.PLANNED, S.REMARKS})  # where the school has something to show
    TRANSITIONS = {
        "change": Move(frozenset({S.PLANNED}), None, "seller"),
        "remove": Move(frozenset({S.PLANNED}), None, "seller"),
        "submit": Move(UNSHOWN, S.SUBMITTED, "seller"),
        "approve": Move(frozenset({S.SUBMITTED}), S.OK, "buyer"),
        "remark": Move(frozenset({S.SUBMITTED}), S.REMARKS, "buyer", needs_reason=True),
        "remind": Move(frozenset({S.PLANNED}), None, "system"),
    }
    # by verb: the states of the order in which it can be done, where these are not all in which it may be set
    DURING = {
        "submit": frozenset({OS.IN_PROGRESS}),
        "approve": SETTABLE - Order.PLANNED,
        "remark": SETTABLE - Order.PLANNED,
    }
    TIMED_VERBS = frozenset({"remind"})

    order = models.ForeignKey(Order, models.PROTECT, related_name="milestones")
    title = models.CharField(_("title"), max_length=120)
    due_on = models.DateField(_("due on"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    files = models.JSONField(default=list, blank=True)
    remarks = models.TextField(_("remarks"), max_length=2000, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "title"], name="milestone_once_an_order"),
            models.CheckConstraint(
                condition=Q(status="planned", submitted_at=None, answered_at=None)
                | Q(status="submitted", submitted_at__isnull=False)
                | Q(status="ok", submitted_at__isnull=False, answered_at__isnull=False)
                | Q(status="remarks", submitted_at__isnull=False, answered_at__isnull=False) & ~Q(remarks=""),
                name="milestone_status_and_times",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("marketplace:order_milestones", args=[self.order.ref])

    def allows(self, party: str, by: Membership | User | None) -> bool:
        return self.order.allows(party, by)

    def can(self, verb: str, *, by: Membership | User | None) -> bool:
        return self.order.status in self.DURING.get(verb, SETTABLE) and super().can(verb, by=by)

    def guard(self, verb: str, *, by: Membership | User | None, reason: str = "") -> Move:
        if verb != "remind":  # its timer holds this row already, and the order is always locked first
            self.order.lock()
        move = super().guard(verb, by=by, reason=reason)
        if self.order.status not in self.DURING.get(verb, SETTABLE):
            raise InvalidTransition(
                _t("This cannot be done now: the order is “%(status)s”.") % {"status": self.order.get_status_display()}
            )
        return move

    @classmethod
    @transaction.atomic
    def plan(cls, order: Order, *, by: Membership, title: str, due_on: date) -> Milestone:
        """A second click finds what the first one made. Raises Refusal."""
        order.lock()
        found = cls.objects.filter(order=order, title=title.strip(), due_on=due_on).first()
        if found is None:
            found = cls(order=order, title=title.strip(), due_on=due_on)
            found.refuse_planning(by)
            found.check_plan()
            found.save()
            found.record("plan", by=by, due=due_on.isoformat())
            found.await_reminder()
        return found

    def refuse_planning(self, by: Membership) -> None:
        order = self.order
        if not self.allows("seller", by):
            raise PermissionDenied
        if order.status not in SETTABLE:
            raise InvalidTransition(_t("Milestones are planned between the agreement and the delivery."))
        if order.milestones.count() >= MAX_MILESTONES:
            raise Refusal(_t("At most %(n)s milestones in an order.") % {"n": MAX_MILESTONES})

    def check_plan(self) -> None:
        today = timezone.localdate(timezone=ZoneInfo(self.order.seller.zone))
        if not self.title:
            raise Refusal(_t("Say what will be ready."), field="title")
        if not today <= self.due_on <= today + FURTHEST:
            raise Refusal(_t("Choose a day from today on, within two years."), field="due_on")
        if self.order.milestones.filter(title=self.title).exclude(pk=self.pk).exists():
            raise Refusal(_t("There is a milestone of this title already."), field="title")

    @transaction.atomic
    def change(self, *, by: Membership, title: str, due_on: date) -> None:
        self.guard("change", by=by)
        self.title, self.due_on = title.strip(), due_on
        self.check_plan()
        self.move("change", by=by, fields=["title", "due_on"], due=due_on.isoformat())
        self.await_reminder()

    @transaction.atomic
    def remove(self, *, by: Membership) -> None:
        self.guard("remove", by=by)
        self.record("remove", by=by)
        self.clear_timers()
        self.delete()

    @transaction.atomic
    def submit(self, *, by: Membership, note: str, files: Iterable[Checked] = ()) -> None:
        """Shows the client what is ready."""
        self.guard("submit", by=by)
        if not note.strip():
            raise Refusal(_t("Say what is ready, or how to look at it."), field="note")
        self.note, self.files = note.strip(), self.order.attach(files, purpose="milestone", by=by)
        self.submitted_at, self.answered_at, self.remarks = timezone.now(), None, ""
        fields = ["note", "files", "submitted_at", "answered_at", "remarks"]
        self.move("submit", by=by, fields=fields, notify=self.order.buyers(), text=self.note, files=self.files)
        self.clear_timers()

    @transaction.atomic
    def approve(self, *, by: Membership) -> None:
        self.guard("approve", by=by)
        self.answered_at = timezone.now()
        self.move("approve", by=by, fields=["answered_at"], notify=self.order.sellers())

    @transaction.atomic
    def remark(self, *, by: Membership, reason: str) -> None:
        """The school works on it once more and submits it anew."""
        self.guard("remark", by=by, reason=reason)
        self.answered_at, self.remarks = timezone.now(), reason.strip()
        self.move("remark", by=by, fields=["answered_at", "remarks"], notify=self.order.sellers(), text=self.remarks)

    @transaction.atomic
    def remind(self, *, by: None) -> None:
        self.guard("remind", by=by)
        self.move("remind", by=by, notify=self.order.sellers(), due=self.due_on.isoformat())

    def await_reminder(self) -> None:
        """None, where it would ring at once: who plans for tomorrow knows."""
        self.clear_timers()
        moment = self.order.at(self.due_on - timedelta(days=REMIND_BEFORE), 8)
        if moment > timezone.now():
            self.set_timer("remind", moment)

    def record(self, verb: str, *, from_status: str = "", to_status: str = "", **told: Any) -> Activity:
        """In the order's timeline, where both sides read it; the order's own state stays."""
        return self.order.record(f"{verb}_milestone", milestone=self.title, **told)
