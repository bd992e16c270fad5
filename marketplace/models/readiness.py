"""What must be in place before an agreed order begins: seen by both sides, each item with whose it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import InvalidTransition, Membership, Refusal, Timed, Tracked
from marketplace.models.consent_rules import WORK
from marketplace.models.consents import without_consent
from marketplace.models.learners import Learner
from marketplace.models.orders import Order
from marketplace.models.ready_items import COUNTED, Item, Line, ReadyItem, items_of, side_of
from vet2b.lib.models import TimeStamped
from vet2b.lib.richtext import one_line

MAX_TRAINERS = 20
RATIO = 12  # students to a trainer, where no offer says otherwise


class Readiness(Tracked, Timed, TimeStamped):
    """The checklist of one order. Its row is locked with the order's, by every verb."""

    TIMED_VERBS = frozenset({"recheck"})

    order = models.OneToOneField(Order, models.CASCADE, related_name="readiness")
    trainer_count = models.PositiveSmallIntegerField(_("trainers present"), default=1)
    contact_name = models.CharField(_("name"), max_length=120, blank=True)
    contact_phone = models.CharField(_("phone"), max_length=40, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("readiness")
        verbose_name_plural = _("readiness of orders")
        constraints = [
            models.CheckConstraint(condition=Q(trainer_count__gte=1), name="readiness_has_a_trainer"),
        ]

    def __str__(self) -> str:
        return str(self.order)

    def activity_details(self) -> dict[str, Any]:
        return self.order.activity_details()

    @classmethod
    def prepare(cls, order: Order) -> Readiness:
        """Within a verb that agrees the order."""
        readiness, made = cls.objects.get_or_create(order=order)
        if made:
            ReadyItem.objects.bulk_create(ReadyItem(readiness=readiness, kind=kind) for kind in items_of(order))
            readiness.ready_at = None if readiness.missing else timezone.now()
            readiness.save(update_fields=["ready_at"])
        return readiness

    def lines(self) -> list[Line]:
        rows = {row.kind: row for row in self.items.select_related("confirmed_by")}
        counted = self.counted(rows)
        return [line_of(self, rows[kind], counted.get(kind, "")) for kind in Item if kind in rows]

    @property
    def missing(self) -> list[Line]:
        return [line for line in self.lines() if not line.is_met]

    def counted(self, rows: dict[str, ReadyItem]) -> dict[str, str]:
        """What is wrong with those items that follow from the team, in words; "" where nothing is."""
        if not COUNTED & rows.keys():
            return {}
        team = team_of(self.order)
        return {Item.CONSENT: self.lack_of_consent(team), Item.SUPERVISION: self.lack_of_trainers(len(team))}

    def lack_of_consent(self, team: list[Learner]) -> str:
        if not team:
            return _t("No students are assigned yet.")
        lacking = {learner.pk for day in self.days() for learner in without_consent(team, WORK, day)}
        words = ngettext(
            "%(n)s student under 18 has no consent of a guardian.",
            "%(n)s students under 18 have no consent of a guardian.",
            len(lacking),
        )
        return words % {"n": len(lacking)} if lacking else ""

    def days(self) -> set[date]:
        """The first and the last day of the work; one that is late begins today at the earliest."""
        today = timezone.localdate(timezone=self.order.zone)
        first = max(self.order.starts_on or today, today)
        return {first, max(self.order.ends_on or first, first)}

    def lack_of_trainers(self, learners: int) -> str:
        needed = -(-learners // self.ratio)
        if needed <= self.trainer_count:
            return ""
        return ngettext(
            "%(n)s trainer is needed for these students.", "%(n)s trainers are needed for these students.", needed
        ) % {"n": needed}

    @property
    def is_insured(self) -> bool:
        """By the standing answer of the offer, when it holds to the last day."""
        until = self.order.offer.insured_until if self.order.offer else None
        return until is not None and until >= max(self.days())

    @property
    def ratio(self) -> int:
        return self.order.offer.learners_per_trainer if self.order.offer else RATIO

    @transaction.atomic
    def confirm(self, kinds: Iterable[str], *, by: Membership, contact_name: str = "", contact_phone: str = "") -> None:
        """What the side of `by` says is in place; what was confirmed before stays as it was."""
        rows = self.begin(kinds, by=by)
        if self.has_unwritten_safety and Item.SAFETY in rows:
            raise Refusal(_t("The school has not written the safety sheet yet."), field="safety")
        if Item.CONTACT in rows:
            self.write_contact(contact_name, contact_phone)
        open_rows = [row for row in rows.values() if row.state != ReadyItem.State.CONFIRMED]
        for row in open_rows:
            row.settle(ReadyItem.State.CONFIRMED, by=by)
        if open_rows:
            self.record("confirm", by=by, items=[row.kind for row in open_rows])
        self.tell(by=by)

    def write_contact(self, name: str, phone: str) -> None:
        self.contact_name, self.contact_phone = one_line(name), one_line(phone)
        if not self.contact_name:
            raise Refusal(_t("Write whom to ask for."), field="contact_name")
        if sum(letter.isdigit() for letter in self.contact_phone) < 5:
            raise Refusal(_t("Write a phone number at which this person is reached on the day."), field="contact_phone")
        self.save(update_fields=["contact_name", "contact_phone", "updated_at"])

    @transaction.atomic
    def take_back(self, kind: str, *, by: Membership) -> None:
        """It is no longer in place, or needed after all."""
        row = self.begin([kind], by=by, counted=True)[kind]
        if row.state == ReadyItem.State.MISSING:
            return
        row.settle(ReadyItem.State.MISSING, by=None)
        self.record("take_back", by=by, items=[kind])
        self.tell(by=by)

    @transaction.atomic
    def waive(self, kind: str, *, by: Membership, reason: str) -> None:
        """The side whose it is says why this order does not need it."""
        row = self.begin([kind], by=by, counted=True)[kind]
        if kind == Item.SUPERVISION:
            raise Refusal(_t("No order goes without supervision."))
        if not reason.strip():
            raise Refusal(_t("Please give a reason."), field="reason")
        row.settle(ReadyItem.State.NOT_NEEDED, by=by, reason=reason.strip())
        self.record("waive", by=by, items=[kind], reason=reason.strip())
        self.tell(by=by)

    @transaction.atomic
    def set_trainers(self, count: int, *, by: Membership) -> None:
        self.begin([Item.SUPERVISION], by=by, counted=True)
        if not 1 <= count <= MAX_TRAINERS:
            raise Refusal(_t("From 1 to %(n)s trainers.") % {"n": MAX_TRAINERS}, field="trainer_count")
        if count == self.trainer_count:
            return
        self.trainer_count = count
        self.save(update_fields=["trainer_count", "updated_at"])
        self.record("set_trainers", by=by, count=count)
        self.tell(by=by)

    @transaction.atomic
    def recheck(self, *, by: None) -> None:
        """After something that an item follows from has changed elsewhere."""
        self.order.lock()
        self.refresh_from_db(fields=["ready_at", "trainer_count"])
        if self.order.is_planned:
            self.tell(by=by)

    def begin(self, kinds: Iterable[str], *, by: Membership, counted: bool = False) -> dict[str, ReadyItem]:
        """Locks the order and gives the asked items; refuses those of the other side."""
        self.order.lock()
        self.refresh_from_db(fields=["ready_at", "trainer_count", "contact_name", "contact_phone"])
        side = self.order.side_of(by.organisation) if self.order.allows("either", by) else ""
        kinds = list(kinds)
        if not side or any(side_of(kind) != side for kind in kinds):
            raise PermissionDenied
        if not self.order.is_planned:
            raise InvalidTransition(
                _t("This cannot be done any more: it is now “%(status)s”.")
                % {"status": self.order.get_status_display()}
            )
        rows = {row.kind: row for row in self.items.filter(kind__in=kinds)}
        if set(kinds) - rows.keys() or (not counted and COUNTED & rows.keys()):
            raise Refusal(_t("This order does not need that."))
        return rows

    def tell(self, *, by: Membership | None) -> None:
        """Tells both sides once when everything is in place, and once when it no longer is."""
        is_ready = not self.missing
        if is_ready == (self.ready_at is not None):
            return
        self.ready_at = timezone.now() if is_ready else None
        self.save(update_fields=["ready_at", "updated_at"])
        order = self.order
        order.record("ready" if is_ready else "unready", by=by, notify=[*order.sellers(), *order.buyers()])

    @property
    def has_unwritten_safety(self) -> bool:
        offer = self.order.offer
        return offer is None or not any(text.safety for text in offer.texts.all())


def line_of(readiness: Readiness, row: ReadyItem, counted: str) -> Line:
    side = side_of(row.kind)
    if row.kind in COUNTED:
        is_met = not counted or row.state == ReadyItem.State.NOT_NEEDED and not team_of(readiness.order)
        return Line(row.kind, side, row, is_met, counted)
    is_met = row.state != ReadyItem.State.MISSING or (row.kind == Item.INSURANCE and readiness.is_insured)
    if row.kind == Item.SAFETY and not is_met and readiness.has_unwritten_safety:
        return Line(row.kind, "seller", row, False, _t("The school has not written the safety sheet yet."))
    return Line(row.kind, side, row, is_met, "")


def team_of(order: Order) -> list[Learner]:
    """The learners who are assigned to the order now."""
    return [member.learner for member in order.team.live().select_related("learner__school")]
