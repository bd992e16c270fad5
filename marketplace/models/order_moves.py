from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal
from marketplace.models.slots import FreeTime, Times, lock, take

if TYPE_CHECKING:
    from marketplace.models.appointments import NewTime

HOLD = timedelta(minutes=10)
LONGER = timedelta(hours=1)  # a busy worker may ring the order's clock late
MAX_HOLDS = 3  # of one organisation, so that nobody blocks a school's week
NEAR = timedelta(days=14)
FREE_HOURS = 24  # before the start, where the offer has no appointments that say otherwise


class Taken(Refusal):
    """The wished time is not free, or no time for young workers; `nearest` are some that are free, in order."""

    def __init__(self, times: Times, wished: datetime):
        rule = times.why_not(wished)
        super().__init__(rule.words if rule else _("This time was just taken."), field="starts_at")
        self.nearest: list[FreeTime] = times.nearest(wished)


class Moves:
    """The verbs by which an order gets its time, and by which its two sides move it to another."""

    @transaction.atomic
    def hold_time(self, starts_at: datetime, *, by: Membership) -> None:
        """Keeps a free time for a draft for 10 minutes, in place of the one it held. Raises Taken.

        For an organisation that may not trade yet it is only noted."""
        self.guard("change_draft", by=by)
        if not by.can_trade:
            self.starts_at, self.ends_at = starts_at, starts_at + timedelta(minutes=self.offer.plan.minutes)
        else:
            self.refuse_many_holds()
            self.take_time(starts_at, until=timezone.now() + HOLD)
        self.save(update_fields=["starts_at", "ends_at", "updated_at"])

    def refuse_many_holds(self) -> None:
        held = self.seats.model.objects.live().filter(order__buyer=self.buyer_id, order__status=self.S.DRAFT)
        if held.exclude(order=self).count() >= MAX_HOLDS:
            raise Refusal(_("You hold 3 times already. Book one of them, or wait a few minutes."))

    def take_time(self, starts_at: datetime, *, until: datetime | None) -> None:
        """Within a verb. Sets the order's times without saving them; raises Taken."""
        seat = take(self, starts_at, until=until)
        if seat is None:
            day = starts_at.astimezone(ZoneInfo(self.seller.zone)).date()
            near = Times(self.offer, day - NEAR, day + NEAR, quantity=self.quantity, order=self)
            raise Taken(near, starts_at)
        self.starts_at, self.ends_at = seat.slot.starts_at, seat.slot.ends_at

    def keep_time(self, until: datetime | None) -> None:
        """Within a verb: keeps the time that the order has until its clock rings, or for good (None). Raises Taken
        where the hold ended and somebody else has taken the time since."""
        if not self.starts_at or not self.offer or not self.offer.is_by_time:
            return
        until = until and until + LONGER
        lock(self.offer)
        seat = self.seats.live().filter(slot__starts_at=self.starts_at).first()
        if seat is None:
            self.take_time(self.starts_at, until=until)
        else:
            seat.held_until = until
            seat.save(update_fields=["held_until"])

    @property
    def held_until(self) -> datetime | None:
        seat = self.seats.live().first()
        return seat.held_until if seat else None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.seller.zone)

    @property
    def first_day(self) -> date | None:
        """Of an appointment, by the school's clock."""
        return self.starts_at and self.starts_at.astimezone(self.zone).date()

    @property
    def begins_at(self) -> datetime | None:
        """The agreed start; a day begins at midnight by the school's clock."""
        if self.starts_at or self.starts_on is None:
            return self.starts_at
        return datetime.combine(self.starts_on, datetime.min.time(), self.zone)

    @property
    def free_until(self) -> datetime | None:
        """Until when it can be moved or cancelled without further ado."""
        hours = self.offer.plan.free_until_hours if self.offer and self.offer.is_by_time else FREE_HOURS
        return self.begins_at and self.begins_at - timedelta(hours=hours)

    @property
    def is_late(self) -> bool:
        return self.free_until is not None and timezone.now() > self.free_until

    @property
    def open_new_time(self) -> NewTime | None:
        return next((new for new in self.new_times.all() if not new.answer), None)

    def has_new_time_for(self, by: Any) -> bool:
        """Whether the other side's proposal waits for this one's answer."""
        new = self.open_new_time
        return new is not None and new.is_from_buyer == (getattr(by, "organisation_id", None) != self.buyer_id)

    @transaction.atomic
    def ask_new_time(self, *, by: Membership, reason: str) -> None:
        """The school cannot do it then, and asks the buyer to choose another time."""
        self.guard("ask_new_time", by=by, reason=reason)
        self.is_new_time_asked = True
        self.move("ask_new_time", by=by, fields=["is_new_time_asked"], notify=self.buyers(), reason=reason)

    @transaction.atomic
    def propose_time(
        self,
        *,
        by: Membership,
        starts_on: date | None = None,
        ends_on: date | None = None,
        starts_at: datetime | None = None,
        reason: str = "",
    ) -> None:
        """Asks the other side to move the order, to a free time of an offer by time, else to other days.

        The time that was agreed stands until they consent. A second proposal takes the place of the first. Raises
        Taken."""
        self.guard("propose_time", by=by)
        new = self.new_time(starts_on, ends_on, starts_at)
        if self.is_late and not self.is_new_time_asked:
            raise Refusal(_("It is too late to move it. Write to the other side, or cancel with a reason."))
        self.new_times.filter(answer="").update(answer="over")
        self.new_times.create(is_from_buyer=by.organisation_id == self.buyer_id, **new)
        self.move(
            "propose_time",
            by=by,
            notify=self.other_side(by),
            reason=reason,
            when=self.told(new["starts_on"], new["starts_at"]),
        )

    def new_time(self, starts_on: date | None, ends_on: date | None, starts_at: datetime | None) -> dict[str, Any]:
        if self.offer and self.offer.is_by_time:
            return self.new_appointment(starts_at)
        if starts_on is None:
            raise Refusal(_("Choose a day."), field="starts_on")
        ends_on = ends_on or starts_on
        if starts_on <= timezone.localdate(timezone=self.zone):
            raise Refusal(_("Choose a day in the future."), field="starts_on")
        if ends_on < starts_on:
            raise Refusal(_("It ends after it starts."), field="ends_on")
        return {"starts_on": starts_on, "ends_on": ends_on, "starts_at": None, "ends_at": None}

    def new_appointment(self, starts_at: datetime | None) -> dict[str, Any]:
        if starts_at is None:
            raise Refusal(_("Choose a time."), field="starts_at")
        day = starts_at.astimezone(self.zone).date()
        times = Times(self.offer, day - NEAR, day + NEAR, quantity=self.quantity, order=self)
        free = times.at(starts_at)
        if free is None:
            raise Taken(times, starts_at)
        return {"starts_on": day, "ends_on": day, "starts_at": free.starts_at, "ends_at": free.ends_at}

    def told(self, starts_on: date, starts_at: datetime | None) -> str:
        """What the record keeps of a time: see accounts.notices.when_of."""
        return f"{starts_at.isoformat()} {self.seller.zone}" if starts_at else starts_on.isoformat()

    @transaction.atomic
    def agree_time(self, *, by: Membership) -> None:
        """Moves the order to the time that the other side proposed. Raises Taken."""
        self.guard("agree_time", by=by)
        new = self.new_time_for(by)
        if new.starts_at:
            self.take_time(new.starts_at, until=None)
        self.starts_on, self.ends_on = new.starts_on, new.ends_on
        self.times_moved += 1
        self.is_new_time_asked = False
        self.leave_window()
        new.answer = "agreed"
        new.save(update_fields=["answer"])
        fields = ["starts_on", "ends_on", "starts_at", "ends_at", "window", "times_moved", "is_new_time_asked"]
        when = self.told(new.starts_on, new.starts_at)
        self.move("agree_time", by=by, fields=fields, notify=self.other_side(by), when=when)
        self.clear_timers("remind_start", "chase_start", "miss_start")
        self.await_start()
        self.renew_release()
        self.look_at_readiness(by=by)

    def leave_window(self) -> None:
        """Other days than the window's: its place is free again."""
        if self.window:
            self.window.give_back()
            self.window = None

    @transaction.atomic
    def refuse_time(self, *, by: Membership, reason: str = "") -> None:
        """The agreed time stays."""
        self.guard("refuse_time", by=by)
        new = self.new_time_for(by)
        new.answer = "refused"
        new.save(update_fields=["answer"])
        self.move("refuse_time", by=by, notify=self.other_side(by), reason=reason)

    def new_time_for(self, by: Membership) -> NewTime:
        """The open proposal of the other side."""
        new = self.new_times.filter(answer="", is_from_buyer=by.organisation_id != self.buyer_id).first()
        if new is None:
            raise Refusal(_("No other time waits for your answer."))
        return new
