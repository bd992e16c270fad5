from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Refusal
from marketplace.models.consent_rules import WORK
from marketplace.models.consents import without_consent

if TYPE_CHECKING:
    from marketplace.models.learners import Learner


class Start:
    """What an agreed order waits for before it may begin (E4)."""

    @property
    def waits_for(self) -> list[str]:
        """What is missing: "agreement" until both sides signed it, "release" until the class is freed."""
        parts = {name: getattr(self, name, None) for name in ("agreement", "release")}
        return [name for name, part in parts.items() if part is not None and not part.is_settled]

    @property
    def is_planned(self) -> bool:
        return self.status in self.PLANNED

    @property
    def planned_status(self) -> str:
        """The state of an agreed order that has not begun."""
        waits = self.waits_for
        if "agreement" in waits:
            return self.S.AGREEMENT_PENDING
        return self.S.ACCEPTED if waits else self.S.SCHEDULED

    @transaction.atomic
    def schedule(self, *, by: None) -> None:
        """Moves an agreed order on, or back, to the state that fits what it waits for; called by what it waited for.

        Does nothing when it is there already."""
        self.guard("schedule", by=by)
        to = self.planned_status
        if to == self.S.SCHEDULED != self.status:
            self.move("schedule", by=by, to=to, notify=[*self.sellers(), *self.buyers()])
        elif to != self.status:
            self.move("wait", by=by, to=to)

    def need_release(self) -> None:
        """Within the verb that agrees the order, before its planned status is read."""
        if self.offer and self.offer.frees_from_class:
            apps.get_model("marketplace", "Release").objects.create(order=self)

    def renew_release(self, team: Iterable[Learner] | None = None) -> None:
        """Within a verb that moved the order, or with those who are new in its team: a release that was asked for or
        given is needed anew, unless it holds for them too. The order may go back to waiting."""
        release = getattr(self, "release", None)
        if release is None or (team is not None and release.covers(team)):
            return
        if release.can("reopen", by=None):
            release.reopen(by=None)

    @cached_property
    def is_unready(self) -> bool:
        """Whether something on the checklist is missing: for pages, which ask often."""
        readiness = getattr(self, "readiness", None)
        return readiness is not None and bool(readiness.missing)

    def prepare_start(self) -> Any:
        """The checklist of what must be in place before the start; made when the order is agreed."""
        return apps.get_model("marketplace", "Readiness").prepare(self)

    def look_at_readiness(self, *, by: Any) -> None:
        """Within a verb after which something on the checklist may stand otherwise."""
        if self.is_planned:
            self.prepare_start().tell(by=by)

    def refuse_without_consent(self, learners: Iterable[Learner]) -> None:
        """Once the work at a client's place has begun nobody joins it without a guardian's consent; before that the
        checklist says who lacks one."""
        if self.is_planned or self.place_mode != self.PlaceMode.AT_CLIENT:
            return
        if without_consent(list(learners), WORK, timezone.localdate(timezone=self.zone)):
            raise Refusal(_("A guardian's consent is missing."), field="learners")

    def refuse_unready(self) -> None:
        """Says what is missing and whose it is."""
        missing = self.prepare_start().missing
        if not missing:
            return
        words = ngettext(
            "%(n)s thing is missing before the start: %(what)s.",
            "%(n)s things are missing before the start: %(what)s.",
            len(missing),
        )
        raise Refusal(words % {"n": len(missing), "what": ", ".join(map(self.lack_of, missing))})

    def lack_of(self, line: Any) -> str:
        whose = self.seller if line.side == "seller" else self.buyer
        return _("%(item)s (%(whose)s)") % {"item": line.label, "whose": whose}
