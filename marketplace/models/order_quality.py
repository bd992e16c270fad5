from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal
from marketplace.models.quality import Answer, QualityPoint, QualityPointQuerySet

if TYPE_CHECKING:
    from marketplace.models.quality import QualitySheet


class Quality:
    """The gate before each delivery."""

    @property
    def quality_points(self) -> QualityPointQuerySet:
        return QualityPoint.objects.for_category(self.offer.category if self.offer else None)

    @property
    def passed_sheet(self) -> QualitySheet | None:
        """Of this round."""
        return self.sheets.filter(round=self.rounds_used, is_passed=True).first()

    @transaction.atomic
    def check_quality(self, answers: Mapping[int, tuple[str, str]], *, by: Membership) -> QualitySheet:
        """Signs the checks of this round; `answers` gives of each point's key the answer and a note.

        A “no” to a required point makes it rework, of which only the school knows. Raises Refusal with the field
        `point_<key>` or `note_<key>`."""
        self.guard("deliver", by=by)
        if self.passed_sheet:
            raise Refusal(_("The checks of this round are signed already."))
        points = list(self.quality_points)
        rows = [answered(point, *answers.get(point.pk, ("", ""))) for point in points]
        is_passed = not any(row["is_required"] and row["answer"] == Answer.NO for row in rows)
        sheet = self.sheets.create(round=self.rounds_used, answers=rows, is_passed=is_passed, signed_by=by.user)
        sheet.record("sign" if is_passed else "rework", by=by, notify=[] if is_passed else self.sellers())
        return sheet


def answered(point: QualityPoint, answer: str, note: str) -> dict[str, Any]:
    """What the sheet keeps of a point, in the words that were signed."""
    if answer not in Answer.values:
        raise Refusal(_("Answer this point."), field=f"point_{point.pk}")
    if answer != Answer.YES and point.is_required and not note.strip():
        message = _("Say what has to be done again.") if answer == Answer.NO else _("Say why it does not apply.")
        raise Refusal(message, field=f"note_{point.pk}")
    return {"text": point.text, "is_required": point.is_required, "answer": answer, "note": note.strip()}
