from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User


class Delivery(models.TextChoices):
    NOW = "now", _("at once")
    DIGEST = "digest", _("daily digest")
    OFF = "off", _("off")


class Kind(models.TextChoices):
    ORDER = "order", _("Orders: requests, quotes, decisions, deliveries")
    INVITATION = "invitation", _("Invitations to needs that suit your school")
    MESSAGE = "message", _("Messages in an order")
    REMINDER = "reminder", _("Reminders of what is due")
    OFFER = "offer", _("Offers: review and changes")
    SURVEY = "survey", _("One question after a deal, or after a need without one")
    ORGANISATION = "organisation", _("Your organisation and its members")


ALWAYS_MAILED = frozenset({Kind.ORDER, Kind.ORGANISATION})  # may be gathered in a digest, never be off


class NotificationPreferenceQuerySet(models.QuerySet["NotificationPreference"]):
    def of(self, user: User) -> dict[str, str]:
        """The user's choice for every kind."""
        return dict.fromkeys(Kind.values, Delivery.NOW) | dict(self.filter(user=user).values_list("kind", "delivery"))

    def choose(self, user: User, deliveries: Mapping[str, str]) -> None:
        self.bulk_create(
            [NotificationPreference(user=user, kind=kind, delivery=delivery) for kind, delivery in deliveries.items()],
            update_conflicts=True,
            unique_fields=["user", "kind"],
            update_fields=["delivery"],
        )

    def turn_off(self, user: User, kinds: Iterable[str]) -> list[str]:
        """Stops the mails of these kinds but for what is always mailed, which goes into the digest.

        Returns the kinds that had to stay in the digest."""
        kept = [kind for kind in kinds if kind in ALWAYS_MAILED]
        self.choose(user, {kind: Delivery.DIGEST if kind in kept else Delivery.OFF for kind in kinds})
        return kept


class NotificationPreference(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="notification_preferences")
    kind = models.CharField(max_length=20, choices=Kind)
    delivery = models.CharField(max_length=10, choices=Delivery, default=Delivery.NOW)

    objects = NotificationPreferenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="preference_once"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="preference_kind_known"),
            models.CheckConstraint(
                condition=~models.Q(kind__in=[Kind.ORDER, Kind.ORGANISATION], delivery=Delivery.OFF),
                name="preference_critical_not_off",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.delivery}"
