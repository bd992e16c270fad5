from __future__ import annotations

from django.db import transaction

from accounts.models import Membership


class Moves:
    """The verbs by which the two sides of an agreed order move it to another time."""

    @transaction.atomic
    def ask_new_time(self, *, by: Membership, reason: str) -> None:
        """The school cannot do it then, and asks the buyer to choose another time."""
        self.guard("ask_new_time", by=by, reason=reason)
        self.is_new_time_asked = True
        self.move("ask_new_time", by=by, fields=["is_new_time_asked"], notify=self.buyers(), reason=reason)
