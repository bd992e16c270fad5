from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Lifecycle, Move, Organisation, Timed, User
from marketplace.models.offers import Offer, Package
from marketplace.models.order_again import Again
from marketplace.models.order_agreement import Signed
from marketplace.models.order_can import Can
from marketplace.models.order_changes import Changes
from marketplace.models.order_closing import Closing
from marketplace.models.order_dates import Dates
from marketplace.models.order_deal import Deal
from marketplace.models.order_dispute import Dispute
from marketplace.models.order_framework import UnderFramework
from marketplace.models.order_money import Money
from marketplace.models.order_moves import Moves
from marketplace.models.order_parties import Parties
from marketplace.models.order_parts import SubOrders
from marketplace.models.order_quality import Quality
from marketplace.models.order_querysets import OrderQuerySet
from marketplace.models.order_start import Start
from marketplace.models.order_team import Team
from marketplace.models.order_terms import Terms
from marketplace.models.order_trouble import Trouble
from marketplace.models.order_words import Words
from marketplace.models.order_work import Work
from marketplace.models.prices import Currency
from marketplace.models.windows import Window
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref


class Order(
    Can,
    Signed,
    Deal,
    UnderFramework,
    Terms,
    Words,
    Moves,
    Start,
    Team,
    Work,
    Quality,
    Trouble,
    Dispute,
    Changes,
    Closing,
    Again,
    SubOrders,
    Money,
    Parties,
    Dates,
    Lifecycle,
    Timed,
    TimeStamped,
):
    """One deal between two organisations, from the first request to completion. Lifecycle E4."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("order status", "Draft")
        REQUESTED = "requested", pgettext_lazy("order status", "Requested")
        QUOTED = "quoted", pgettext_lazy("order status", "Quoted")
        COUNTERED = "countered", pgettext_lazy("order status", "Change of quote asked")
        ACCEPTED = "accepted", pgettext_lazy("order status", "Accepted")
        AGREEMENT_PENDING = "agreement_pending", pgettext_lazy("order status", "Waiting for signatures")
        SCHEDULED = "scheduled", pgettext_lazy("order status", "Scheduled")
        IN_PROGRESS = "in_progress", pgettext_lazy("order status", "In progress")
        DELIVERED = "delivered", pgettext_lazy("order status", "Delivered")
        CHANGES_REQUESTED = "changes_requested", pgettext_lazy("order status", "Changes asked")
        COMPLETED = "completed", pgettext_lazy("order status", "Completed")
        CLOSED = "closed", pgettext_lazy("order status", "Closed")
        DECLINED = "declined", pgettext_lazy("order status", "Declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("order status", "Withdrawn")
        REJECTED = "rejected", pgettext_lazy("order status", "Quote rejected")
        EXPIRED = "expired", pgettext_lazy("order status", "Expired")
        CANCELLED = "cancelled", pgettext_lazy("order status", "Cancelled")
        DISPUTED = "disputed", pgettext_lazy("order status", "Disputed")

    class PlaceMode(models.TextChoices):
        AT_SCHOOL = "at_school", _("At the school")
        AT_CLIENT = "at_client", _("At our place")
        REMOTE = "remote", _("Online")
        SHIPPED = "shipped", _("Shipped to us")

    S = Status
    NEGOTIATING = frozenset({S.REQUESTED, S.QUOTED, S.COUNTERED})
    RUNNING = frozenset(
        {
            S.ACCEPTED, S.AGREEMENT_PENDING, S.SCHEDULED, S.IN_PROGRESS, S.DELIVERED, S.CHANGES_REQUESTED, S.DISPUTED,
        }
    )  # fmt: skip
    PLANNED = frozenset({S.ACCEPTED, S.AGREEMENT_PENDING, S.SCHEDULED})  # agreed and not begun
    ANSWERABLE = PLANNED | {S.IN_PROGRESS}  # where an open change request waits for its answer
    CHANGEABLE = frozenset({S.SCHEDULED, S.IN_PROGRESS})
    OPEN = NEGOTIATING | RUNNING
    ENDED = frozenset(S) - OPEN - {S.DRAFT}
    INVOICED = frozenset({S.IN_PROGRESS, S.DELIVERED, S.CHANGES_REQUESTED, S.COMPLETED, S.CLOSED})
    LOST = frozenset({S.DECLINED, S.WITHDRAWN, S.REJECTED, S.EXPIRED, S.CANCELLED})  # ended without the work
    TURNS = {
        "buyer": frozenset({S.DRAFT, S.QUOTED, S.DELIVERED}),
        "seller": frozenset({S.REQUESTED, S.COUNTERED, S.ACCEPTED, S.SCHEDULED, S.IN_PROGRESS, S.CHANGES_REQUESTED}),
        "moderator": frozenset({S.DISPUTED}),
    }
    # where `accepted` is the target, an order that waits for nothing is `scheduled` at once: see order_start
    TRANSITIONS = {
        "change_draft": Move(frozenset({S.DRAFT}), None, "buyer_draft"),
        "discard": Move(frozenset({S.DRAFT}), S.WITHDRAWN, "buyer_draft"),
        "request": Move(frozenset({S.DRAFT}), S.REQUESTED, "buyer"),
        "book": Move(frozenset({S.DRAFT}), S.ACCEPTED, "buyer"),
        "ask": Move(frozenset({S.REQUESTED}), None, "seller"),
        "answer": Move(frozenset({S.REQUESTED}), None, "buyer"),
        "quote": Move(frozenset({S.REQUESTED, S.COUNTERED}), S.QUOTED, "seller"),
        "quote_by_framework": Move(frozenset({S.REQUESTED}), S.QUOTED, "system"),
        "decline": Move(frozenset({S.REQUESTED, S.COUNTERED}), S.DECLINED, "seller", needs_reason=True),
        "withdraw": Move(frozenset({S.REQUESTED, S.COUNTERED}), S.WITHDRAWN, "buyer"),
        "counter": Move(frozenset({S.QUOTED}), S.COUNTERED, "buyer"),
        "reject": Move(frozenset({S.QUOTED}), S.REJECTED, "buyer", needs_reason=True),
        "withdraw_quote": Move(frozenset({S.QUOTED}), S.WITHDRAWN, "seller", needs_reason=True),
        "accept": Move(frozenset({S.QUOTED}), S.ACCEPTED, "buyer"),
        "lose": Move(NEGOTIATING, S.REJECTED, "system"),
        "expire": Move(NEGOTIATING, S.EXPIRED, "system"),
        "remind": Move(NEGOTIATING, None, "system"),
        "schedule": Move(PLANNED, S.SCHEDULED, "system"),
        "ask_for_agreement": Move(frozenset({S.ACCEPTED, S.SCHEDULED}), S.AGREEMENT_PENDING, "either"),
        "warn_agreement": Move(frozenset({S.AGREEMENT_PENDING}), None, "system"),
        "expire_agreement": Move(frozenset({S.AGREEMENT_PENDING}), S.EXPIRED, "system"),
        "start": Move(frozenset({S.SCHEDULED}), S.IN_PROGRESS, "seller"),
        "remind_start": Move(PLANNED, None, "system"),
        "chase_start": Move(PLANNED, None, "system"),
        "miss_start": Move(PLANNED, S.DISPUTED, "system"),
        "deliver": Move(frozenset({S.IN_PROGRESS}), S.DELIVERED, "seller"),
        "ask_changes": Move(frozenset({S.DELIVERED}), S.CHANGES_REQUESTED, "buyer"),
        "chase_changes": Move(frozenset({S.CHANGES_REQUESTED}), None, "system"),
        "resume": Move(frozenset({S.CHANGES_REQUESTED}), S.IN_PROGRESS, "seller"),
        "extend_review": Move(frozenset({S.DELIVERED}), None, "buyer"),
        "accept_delivery": Move(frozenset({S.DELIVERED}), S.COMPLETED, "buyer"),
        "warn_first": Move(frozenset({S.DELIVERED}), None, "system"),
        "warn_last": Move(frozenset({S.DELIVERED}), None, "system"),
        "auto_accept": Move(frozenset({S.DELIVERED}), S.COMPLETED, "system"),
        "ask_new_time": Move(PLANNED, None, "seller", needs_reason=True),
        "propose_time": Move(PLANNED, None, "either"),
        "agree_time": Move(PLANNED, None, "either"),
        "refuse_time": Move(PLANNED, None, "either"),
        "cancel": Move(
            frozenset({S.ACCEPTED, S.AGREEMENT_PENDING, S.SCHEDULED, S.IN_PROGRESS}),
            S.CANCELLED, "either", needs_reason=True,
        ),
        "dispute": Move(
            frozenset({S.SCHEDULED, S.IN_PROGRESS, S.DELIVERED, S.CHANGES_REQUESTED}),
            S.DISPUTED, "either", needs_reason=True,
        ),
        "urge": Move(frozenset({S.DISPUTED}), None, "system"),
        "resolve": Move(frozenset({S.DISPUTED}), None, "moderator", needs_reason=True),
        "state": Move(frozenset({S.DISPUTED}), None, "either"),
        "propose_settlement": Move(frozenset({S.DISPUTED}), None, "either", needs_reason=True),
        "accept_settlement": Move(frozenset({S.DISPUTED}), None, "either"),
        "refuse_settlement": Move(frozenset({S.DISPUTED}), None, "either"),
        "take_back_settlement": Move(frozenset({S.DISPUTED}), None, "either"),
        "propose_change": Move(CHANGEABLE, None, "either"),
        "accept_change": Move(CHANGEABLE, None, "either"),
        "refuse_change": Move(ANSWERABLE, None, "either"),
        "take_back_change": Move(ANSWERABLE, None, "either"),
        "pass_part": Move(PLANNED | {S.IN_PROGRESS}, None, "seller"),
        "assign_team": Move(PLANNED | {S.IN_PROGRESS, S.CHANGES_REQUESTED}, None, "seller"),
        "replace_learner": Move(PLANNED | {S.IN_PROGRESS, S.CHANGES_REQUESTED}, None, "seller"),
        "remind_review": Move(frozenset({S.COMPLETED}), None, "system"),
        "close": Move(frozenset({S.COMPLETED}), S.CLOSED, "system"),
        "record_invoice": Move(INVOICED, None, "seller"),
        "record_paid": Move(INVOICED, None, "seller"),
        "write": Move(OPEN | {S.COMPLETED, S.CLOSED}, None, "either"),
    }  # fmt: skip
    # the timers that change the state, as against reminders
    CLOCKS = ("expire", "expire_agreement", "miss_start", "auto_accept")
    TIMED_VERBS = frozenset(
        {
            *CLOCKS, "remind", "warn_agreement", "remind_start", "chase_start", "chase_changes", "warn_first",
            "warn_last", "urge", "remind_review", "close",
        }
    )  # fmt: skip

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    request_key = models.UUIDField(default=uuid.uuid4, editable=False)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.DRAFT)
    buyer = models.ForeignKey(Organisation, models.PROTECT, related_name="orders_placed", verbose_name=_("buyer"))
    seller = models.ForeignKey(Organisation, models.PROTECT, related_name="orders_received", verbose_name=_("school"))
    offer = models.ForeignKey(
        Offer, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("offer")
    )
    need = models.ForeignKey(
        "marketplace.Need", models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("need")
    )
    need_version = models.PositiveSmallIntegerField(default=1, help_text="Of the need, for which the quote holds.")
    repeats = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="repeated_by", verbose_name=_("orders again")
    )
    part_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="sub_orders", verbose_name=_("part of")
    )
    part_title = models.CharField(_("which part"), max_length=120, blank=True)
    names_client = models.BooleanField(default=False, help_text="The school of a part may know for whom it is.")
    framework = models.ForeignKey(
        "marketplace.Framework", models.PROTECT, null=True, blank=True, related_name="orders",
        verbose_name=_("framework agreement"),
    )  # fmt: skip
    title = models.CharField(_("title"), max_length=120)
    contact = models.ForeignKey(User, models.PROTECT, related_name="orders_placed", verbose_name=_("contact person"))
    trainer = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="orders_led", verbose_name=_("trainer")
    )
    substitute = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="orders_backed", verbose_name=_("substitute")
    )
    is_instant = models.BooleanField(_("booked at once"), default=False)

    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    unit = models.CharField(max_length=20, blank=True)
    package = models.ForeignKey(
        Package, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("package")
    )
    package_name = models.CharField(max_length=120, blank=True)
    window = models.ForeignKey(
        Window, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("window")
    )
    wished_on = models.DateField(_("wished date"), null=True, blank=True)
    place_mode = models.CharField(_("where"), max_length=12, choices=PlaceMode, blank=True)
    place = models.CharField(_("address or link"), max_length=250, blank=True)
    brief = models.TextField(_("what you need"), max_length=5000, blank=True)
    scope = models.TextField(_("agreed on top of the quote"), max_length=3000, blank=True)

    currency = models.CharField(max_length=3, choices=Currency, default=Currency.EUR)
    net = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    vat = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    gross = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True, help_text="Of an appointment.")
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    times_moved = models.PositiveSmallIntegerField(default=0)
    is_new_time_asked = models.BooleanField(default=False, help_text="The school asked the buyer for another time.")
    rounds_of_changes = models.PositiveSmallIntegerField(default=1)
    rounds_used = models.PositiveSmallIntegerField(default=0)
    is_awaiting_answer = models.BooleanField(default=False)
    has_extended_review = models.BooleanField(default=False)

    requested_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "draft", "requested", "quoted", "countered", "accepted", "agreement_pending", "scheduled",
                        "in_progress", "delivered", "changes_requested", "completed", "closed", "declined", "withdrawn",
                        "rejected", "expired", "cancelled", "disputed",
                    ]
                ),
                name="order_status_known",
            ),
            models.CheckConstraint(condition=~Q(buyer=models.F("seller")), name="order_not_with_oneself"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_quantity_positive"),
            models.UniqueConstraint(fields=["buyer", "request_key"], name="order_once_a_form"),
            models.UniqueConstraint(
                fields=["need", "seller"], name="order_one_answer_a_school",
                condition=~Q(status__in=["declined", "withdrawn", "rejected", "expired", "cancelled"]),
            ),
            models.CheckConstraint(
                condition=~Q(
                    status__in=[
                        "accepted", "agreement_pending", "scheduled", "in_progress", "delivered", "changes_requested",
                        "completed", "closed",
                    ],
                    net=None,
                ),
                name="order_accepted_has_price",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=models.F("starts_at")),
                name="order_times_in_order",
            ),
            models.CheckConstraint(
                condition=Q(part_of=None, part_title="", names_client=False)
                | Q(part_of__isnull=False) & ~Q(part_title=""),
                name="order_part_has_title",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["buyer", "-updated_at", "-id"], name="order_of_buyer"),
            models.Index(fields=["seller", "-updated_at", "-id"], name="order_of_seller"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("marketplace:order_detail", args=[self.ref])

    @property
    def next_due(self) -> datetime | None:
        """When the running clock of this order rings next (UTC)."""
        timer = self.timers.filter(verb__in=self.CLOCKS).order_by("due_at").first()
        return timer.due_at if timer else None

    @property
    def latest_quote(self):
        return self.quotes.order_by("-version").first()

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.title, "ref": self.ref, "buyer": self.buyer.name, "seller": self.seller.name}
