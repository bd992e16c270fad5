"""Hours of work, written by the school's staff for the team or by students for themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Refusal
from marketplace.forms.offers import LineField
from marketplace.forms.orders import DateInput
from marketplace.forms.resources import clock
from marketplace.forms.teams import LearnersField
from marketplace.models import HourEntry, Learner, Order
from marketplace.models.hours import MAX_BREAK

WHY = {"required": _("Please give a reason.")}


class HoursForm(forms.Form):
    """A day's work by the school's clock. Without `team` it is that of one learner."""

    use_required_attribute = False
    learners = LearnersField(
        Learner.objects.none(), label=_("Who worked"), error_messages={"required": _("Choose who worked.")}
    )
    day = forms.DateField(label=_("Day"), widget=DateInput, error_messages={"required": _("Say on which day.")})
    starts_at = clock(_("Hours from"))
    ends_at = clock(_("Hours to"))
    break_minutes = forms.IntegerField(
        label=_("Minutes of break"), min_value=0, max_value=MAX_BREAK, required=False,
        help_text=_("For the rules for young workers it counts as lying in the middle."),
    )  # fmt: skip
    done = LineField(
        label=_("What was done"), max_length=300, help_text=_("In a few words, without names."),
        error_messages={"required": _("Say what was done.")},
    )  # fmt: skip

    def __init__(self, *args: Any, order: Order, learner: Learner | None = None, **kwargs: Any):
        self.order, self.learner = order, learner
        initial = {"day": timezone.localdate(timezone=order.zone), "break_minutes": 0}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        for name in ("starts_at", "ends_at"):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = _t("Give both times.")
        if learner:
            del self.fields["learners"]
        else:
            self.set_team()

    def set_team(self) -> None:
        """Who is in the team is ticked; who has left it worked before."""
        team = Learner.objects.filter(pk__in=self.order.team.values("learner")).select_related("group")
        self.fields["learners"].queryset = team
        self.initial["learners"] = list(self.order.team.live().values_list("learner", flat=True))

    def values(self) -> dict[str, Any]:
        """As `HourEntry.write` takes them."""
        sent = self.cleaned_data
        day, zone = sent["day"], self.order.zone
        return {
            "starts_at": datetime.combine(day, sent["starts_at"], zone),
            "ends_at": datetime.combine(day, sent["ends_at"], zone),
            "break_minutes": sent["break_minutes"] or 0,
            "done": sent["done"],
        }

    def apply(self, *, by: Membership) -> bool:
        learners = [self.learner] if self.learner else self.cleaned_data["learners"]
        return self.tried(lambda: HourEntry.write(self.order, learners, by=by, **self.values()))

    def tried(self, call: Any) -> bool:
        try:
            call()
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return False
        return True


class CorrectionForm(HoursForm):
    reason = LineField(label=_("Why it changes"), max_length=200, error_messages=WHY)

    def __init__(self, *args: Any, entry: HourEntry, **kwargs: Any):
        self.entry = entry
        zone = entry.order.zone
        starts_at, ends_at = entry.starts_at.astimezone(zone), entry.ends_at.astimezone(zone)
        initial = {
            "day": starts_at.date(), "starts_at": starts_at.time(), "ends_at": ends_at.time(),
            "break_minutes": entry.break_minutes, "done": entry.done,
        }  # fmt: skip
        super().__init__(*args, order=entry.order, learner=entry.learner, initial=initial, **kwargs)

    def apply(self, *, by: Membership) -> bool:
        reason = self.cleaned_data["reason"]
        return self.tried(lambda: self.entry.correct(by=by, reason=reason, **self.values()))


class VoidForm(forms.Form):
    use_required_attribute = False
    reason = LineField(label=_("Reason"), max_length=200, error_messages=WHY)
