from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from vet2b.lib.refs import token_hash

UNDO_WITHIN = timedelta(hours=72)


def undo_ends() -> datetime:
    return timezone.now() + UNDO_WITHIN


class RefusedAddressQuerySet(models.QuerySet["RefusedAddress"]):
    def marked(self) -> RefusedAddressQuerySet:
        return self.exclude(marked_at=None)

    def marked_for(self, email: str) -> RefusedAddress | None:
        return self.marked().filter(email=email.lower()).first()


class RefusedAddress(models.Model):
    """An address that mail servers refused for good (5xx).

    After three refusals it is marked: only codes that somebody asks for go there, until its owner changes it or
    confirms it anew. A mail that is taken before that sets the count back."""

    MAX_REFUSALS = 3

    email = models.EmailField(_("e-mail"), unique=True)
    refusals = models.PositiveSmallIntegerField(_("refusals"), default=0)
    reason = models.CharField(_("answer of the mail server"), max_length=300)
    refused_at = models.DateTimeField(_("last refused"), default=timezone.now)
    marked_at = models.DateTimeField(_("no mail since"), null=True, blank=True)

    objects = RefusedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("refused address")
        verbose_name_plural = _("refused addresses")
        constraints = [models.CheckConstraint(condition=models.Q(email=Lower("email")), name="refused_address_lower")]

    def __str__(self) -> str:
        return self.email

    @classmethod
    @transaction.atomic
    def count(cls, email: str, reason: str) -> RefusedAddress:
        """Counts one more refusal; the third marks the address."""
        cls.objects.get_or_create(email=email.lower())
        refused = cls.objects.select_for_update().get(email=email.lower())
        refused.refusals = min(refused.refusals + 1, cls.MAX_REFUSALS)
        refused.reason, refused.refused_at = reason[:300], timezone.now()
        if refused.refusals >= cls.MAX_REFUSALS:
            refused.marked_at = refused.marked_at or refused.refused_at
        refused.save()
        return refused

    def confirm(self) -> None:
        """Its owner says that it works again: mail goes there, and one more refusal marks it once more."""
        self.refusals, self.marked_at = self.MAX_REFUSALS - 1, None
        self.save(update_fields=["refusals", "marked_at"])


class AddressChangeQuerySet(models.QuerySet["AddressChange"]):
    def live(self) -> AddressChangeQuerySet:
        return self.filter(over_at=None, expires_at__gt=timezone.now(), user__is_active=True)

    def for_token(self, token: str) -> AddressChange | None:
        return self.live().filter(token_hash=token_hash(token)).select_related("user").first()


class AddressChange(models.Model):
    """Somebody's address was changed; who reads the old one can take that back with a mailed link."""

    user = models.ForeignKey(User, models.CASCADE, related_name="address_changes")
    old = models.EmailField()
    new = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=undo_ends)
    over_at = models.DateTimeField(null=True, blank=True)

    objects = AddressChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of address")
        verbose_name_plural = _("changes of address")

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
