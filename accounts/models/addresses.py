from __future__ import annotations

from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


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
    def count(cls, email: str, reason: str) -> None:
        """Counts one more refusal; the third marks the address."""
        cls.objects.get_or_create(email=email.lower())
        refused = cls.objects.select_for_update().get(email=email.lower())
        refused.refusals = min(refused.refusals + 1, cls.MAX_REFUSALS)
        refused.reason, refused.refused_at = reason[:300], timezone.now()
        if refused.refusals >= cls.MAX_REFUSALS:
            refused.marked_at = refused.marked_at or refused.refused_at
        refused.save()

    def confirm(self) -> None:
        """Its owner says that it works again: mail goes there, and one more refusal marks it once more."""
        self.refusals, self.marked_at = self.MAX_REFUSALS - 1, None
        self.save(update_fields=["refusals", "marked_at"])
