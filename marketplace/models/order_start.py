from __future__ import annotations

from django.db import transaction


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
