from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal
from vet2b.lib.uploads import Checked

REVIEW_DAYS = 10  # working days to look at a delivery, warned when 5 and 1 are left; the buyer may add 5 once (E4)
EXTENSION_DAYS = 5
SILENCE_DAYS = 10  # working days after which both sides are asked about changes that nobody took up (E4)
REMIND_BEFORE = (7, 2, 0)  # days before the start, in the morning (E4)
HOUR, ONE_IS_ENOUGH = timedelta(hours=1), timedelta(hours=12)  # where a delay brought two reminders together
END_OF_WORK = 18  # by then a reminder of the day is no use any more
CHASE_AFTER = 1  # working days after a start that nobody recorded; a dispute opens 2 later, that is 3 in all (E4)
DISPUTE_AFTER_CHASE = 2


class Work:
    """The verbs of an order from its start to its completion."""

    def await_start(self) -> None:
        """Sets what rings before the agreed start, and after it when nobody recorded one."""
        if self.starts_on is None:
            return
        self.set_timer("chase_start", self.calendar.add_working_days(self.at(self.starts_on, 9), CHASE_AFTER))
        self.await_reminder()

    def await_reminder(self, after: datetime | None = None) -> None:
        after = after or timezone.now()
        if coming := [reminder for reminder in self.reminders if reminder > after]:
            self.set_timer("remind_start", coming[0])

    @property
    def reminders(self) -> list[datetime]:
        """At 8 in the morning; on the day itself an hour before an appointment that begins before 9."""
        mornings = [self.at(self.starts_on - timedelta(days=days), 8) for days in REMIND_BEFORE]
        if self.starts_at:
            mornings[-1] = min(mornings[-1], self.starts_at - HOUR)
        return mornings

    def at(self, day: date, hour: int) -> datetime:
        """By the school's clock."""
        return datetime.combine(day, time(hour), ZoneInfo(self.seller.zone))

    @transaction.atomic
    def remind_start(self, *, by: None) -> None:
        """Rung late, after an outage, it tells once what is still to come and nothing of what has begun."""
        self.guard("remind_start", by=by)
        now = timezone.now()
        if now >= (self.starts_at or self.at(self.starts_on, END_OF_WORK)):
            return
        day = self.told(self.starts_on, self.starts_at)
        self.move("remind_start", by=by, notify=[*self.sellers(), *self.buyers()], day=day)
        self.await_reminder(after=now + ONE_IS_ENOUGH)

    @transaction.atomic
    def start(self, *, by: Membership) -> None:
        self.guard("start", by=by)
        self.refuse_unready()
        self.move("start", by=by, notify=self.buyers())
        self.clear_timers()

    @transaction.atomic
    def chase_start(self, *, by: None) -> None:
        """The day after the agreed start, when nothing was recorded: both sides are asked, and have two days."""
        self.guard("chase_start", by=by)
        self.move("chase_start", by=by, notify=[*self.sellers(), *self.buyers()])
        self.set_timer("miss_start", self.calendar.add_working_days(timezone.now(), DISPUTE_AFTER_CHASE))

    @transaction.atomic
    def deliver(self, note: str, *, by: Membership, files: Iterable[Checked] = ()) -> None:
        self.guard("deliver", by=by)
        if not note.strip():
            raise Refusal(_("Say what you deliver, or how to get it."), field="note")
        if self.passed_sheet is None:
            raise Refusal(_("The checks before this delivery are not signed yet."))
        self.refuse_open_parts()
        self.delivered_at = timezone.now()
        stored = self.attach(files, purpose="delivery", by=by)
        self.move("deliver", by=by, fields=["delivered_at"], notify=self.buyers(), text=note, files=stored)
        self.start_review_clock(REVIEW_DAYS)

    def start_review_clock(self, days: int) -> None:
        now, calendar = timezone.now(), self.calendar
        self.set_timer("warn_first", calendar.add_working_days(now, days - 5))
        self.set_timer("warn_last", calendar.add_working_days(now, days - 1))
        self.set_timer("auto_accept", calendar.add_working_days(now, days))

    @transaction.atomic
    def extend_review(self, *, by: Membership) -> None:
        self.guard("extend_review", by=by)
        if self.has_extended_review:
            raise Refusal(_("The time was already extended once."))
        clock = self.timers.filter(verb="auto_accept").order_by("due_at").last()
        due = clock.due_at if clock else timezone.now()
        calendar = self.calendar
        self.has_extended_review = True
        self.move("extend_review", by=by, fields=["has_extended_review"], notify=self.sellers())
        self.set_timer("warn_last", calendar.add_working_days(due, EXTENSION_DAYS - 1))
        self.set_timer("auto_accept", calendar.add_working_days(due, EXTENSION_DAYS))

    @transaction.atomic
    def ask_changes(self, text: str, *, by: Membership) -> None:
        self.guard("ask_changes", by=by)
        if not text.strip():
            raise Refusal(_("Say what should be changed."), field="text")
        if self.rounds_used >= self.rounds_of_changes:
            raise Refusal(
                _("The agreed rounds of changes are used up. Accept the delivery, or open a dispute."), field="text"
            )
        self.rounds_used += 1
        self.move("ask_changes", by=by, fields=["rounds_used"], notify=self.sellers(), text=text)
        self.clear_timers()
        self.await_changes()

    def await_changes(self) -> None:
        self.set_timer("chase_changes", self.calendar.add_working_days(timezone.now(), SILENCE_DAYS))

    @transaction.atomic
    def chase_changes(self, *, by: None) -> None:
        self.guard("chase_changes", by=by)
        self.move("chase_changes", by=by, notify=[*self.sellers(), *self.buyers()])

    @transaction.atomic
    def resume(self, *, by: Membership) -> None:
        self.guard("resume", by=by)
        self.move("resume", by=by, notify=self.buyers())
        self.clear_timers()

    @transaction.atomic
    def accept_delivery(self, *, by: Membership) -> None:
        self.guard("accept_delivery", by=by)
        self.complete("accept_delivery", by=by, notify=self.sellers())

    @transaction.atomic
    def auto_accept(self, *, by: None) -> None:
        self.guard("auto_accept", by=by)
        self.complete("auto_accept", by=by, notify=[*self.buyers(), *self.sellers()])

    def complete(self, verb: str, *, by: Membership | None, notify) -> None:
        self.completed_at = timezone.now()
        self.move(verb, by=by, fields=["completed_at"], notify=notify)
        self.clear_timers()
        self.await_reviews()

    @transaction.atomic
    def warn_first(self, *, by: None) -> None:
        self.guard("warn_first", by=by)
        self.move("warn_first", by=by, notify=self.buyers())

    @transaction.atomic
    def warn_last(self, *, by: None) -> None:
        self.guard("warn_last", by=by)
        self.move("warn_last", by=by, notify=self.buyers())
