from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import Refusal

if TYPE_CHECKING:
    from marketplace.models.learners import Learner
    from marketplace.models.resources import Resource

MAX_DAYS = 60


class Plans:
    """What is asked for in a release: who misses which lessons, when, and how they catch up."""

    PLAN = ("group", "starts_on", "ends_on", "starts_at", "ends_at", "lessons", "catch_up")

    def set_plan(
        self,
        group: Resource | None,
        learners: list[Learner],
        days: tuple[date, date],
        times: tuple[time | None, time | None],
        lessons: str,
        catch_up: str,
    ) -> None:
        """Within a verb; the students are saved, the fields are not."""
        self.refuse_nobody(group, learners)
        self.refuse_wrong_time(days, times)
        if not lessons.strip():
            raise Refusal(_("Say which lessons they miss."), field="lessons")
        if not catch_up.strip():
            raise Refusal(_("Say how they catch up."), field="catch_up")
        self.group, self.lessons, self.catch_up = group, lessons.strip(), catch_up.strip()
        (self.starts_on, self.ends_on), (self.starts_at, self.ends_at) = days, times
        self.learners.set(learners)

    def refuse_nobody(self, group: Resource | None, learners: list[Learner]) -> None:
        if group is None and not learners:
            raise Refusal(_("Choose a class, or students of the team."), field="group")
        if group and not (group.is_class and group.school_id == self.order.seller_id):
            raise Refusal(_("Choose a class of your school."), field="group")
        if any(learner.school_id != self.order.seller_id for learner in learners):
            raise Refusal(_("Choose students of your school."), field="learners")

    def refuse_wrong_time(self, days: tuple[date, date], times: tuple[time | None, time | None]) -> None:
        if days[1] < days[0]:
            raise Refusal(_("The last day is not before the first."), field="ends_on")
        if (days[1] - days[0]).days >= MAX_DAYS:
            raise Refusal(_("Ask for at most 60 days at once."), field="ends_on")
        if (times[0] is None) != (times[1] is None):
            raise Refusal(_("Give both times, or none for whole days."), field="ends_at")
        if times[0] and times[1] and times[1] <= times[0]:
            raise Refusal(_("It ends after it starts, on the same day."), field="ends_at")
