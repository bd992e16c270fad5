"""Needs and calls that a person keeps for later. Nobody else learns of it, nor how many do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone

from accounts.models import User
from marketplace.models.calls import Call
from marketplace.models.needs import Need

BEFORE = timedelta(days=2)


class KeptQuerySet(models.QuerySet[Any]):
    def closing(self) -> Self:
        """Of whose deadline the person is to be told now. Who saved it later than that knows it."""
        deadline, now = self.model.DEADLINE, timezone.now()
        return self.filter(
            **{f"{deadline}__gt": now, f"{deadline}__lte": now + BEFORE},
            created_at__lte=models.F(deadline) - BEFORE,
            told_at=None,
            user__is_active=True,
        )


class Kept(models.Model):
    DEADLINE: ClassVar[str]

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When the mail about the deadline was written.")

    objects = KeptQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.user_id} ♥ {self.pk}"

    @classmethod
    def toggle(cls, user: User, **thing: Any) -> bool:
        """Whether it is kept now."""
        kept, is_new = cls._default_manager.get_or_create(user=user, **thing)
        if not is_new:
            kept.delete()
        return is_new

    def tell(self) -> None:
        self.told_at = timezone.now()
        self.save(update_fields=["told_at"])


class KeptNeed(Kept):
    DEADLINE = "need__closes_at"

    need = models.ForeignKey(Need, models.CASCADE, related_name="kept")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "need"], name="kept_need_once")]

    @property
    def subject(self) -> Need:
        return self.need

    @property
    def deadline(self) -> datetime:
        return self.need.closes_at

    @classmethod
    def due(cls) -> KeptQuerySet:
        return cls.objects.closing().filter(need__status=Need.Status.OPEN).select_related("need__organisation")


class KeptCall(Kept):
    DEADLINE = "call__deadline"

    call = models.ForeignKey(Call, models.CASCADE, related_name="kept")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "call"], name="kept_call_once")]

    @property
    def subject(self) -> Call:
        return self.call

    @property
    def deadline(self) -> datetime:
        return self.call.deadline

    @classmethod
    def due(cls) -> KeptQuerySet:
        shown = Call.objects.public().open().values("pk")
        return cls.objects.closing().filter(call__in=shown).select_related("call__organisation")
