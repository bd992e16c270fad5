"""What each kind of call asks for, and who may make and answer it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CallKind(models.TextChoices):
    PARTNERS = "partners", _("Partner search")
    PLACEMENT_OFFERED = "placement_offered", _("Placement offered")
    PLACEMENT_WANTED = "placement_wanted", _("Placement wanted")
    VISIT = "visit", _("Job shadowing or study visit")
    FIRST_JOB = "first_job", _("Apprenticeship or first job")


K = CallKind
FOR_LEARNERS = frozenset({K.PLACEMENT_OFFERED, K.FIRST_JOB})  # schools answer and put students forward
BY_SCHOOLS = frozenset({K.PLACEMENT_WANTED})  # a school makes it for its students, others answer

ALWAYS_NEEDED = ("summary", "text", "deadline")
NEEDED = {
    K.PARTNERS: ("programme", "role_wanted"),
    K.PLACEMENT_OFFERED: ("places", "starts_on", "ends_on"),
    K.PLACEMENT_WANTED: ("places", "starts_on", "ends_on"),
    K.VISIT: ("places",),
    K.FIRST_JOB: ("places",),
}


def is_caller(kind: str, *, is_school: bool) -> bool:
    if kind in FOR_LEARNERS:
        return not is_school
    return is_school if kind in BY_SCHOOLS else True


def is_asked(kind: str, *, is_school: bool) -> bool:
    """Whether such an organisation may answer."""
    if kind in FOR_LEARNERS:
        return is_school
    return not is_school if kind in BY_SCHOOLS else True
