"""How the two sides of a disputed order may end the dispute themselves."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation, User
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref


class Outcome(models.TextChoices):
    """How a dispute ends, whoever decides it (E4)."""

    CONTINUE = "continue", _("Continue: the work goes on as agreed")
    REWORK = "rework", _("Rework: the school improves what it delivered")
    PRICE_CUT = "price_cut", _("Price cut: completed at a lower price")
    CANCEL = "cancel", _("Cancel: the order ends, nothing is owed")


class Settlement(TimeStamped):
    """An outcome that one side of a disputed order proposes to the other. Its verbs are those of the order."""

    class Answer(models.TextChoices):
        OPEN = "", pgettext_lazy("settlement", "Waits for an answer")
        ACCEPTED = "accepted", pgettext_lazy("settlement", "Accepted")
        REFUSED = "refused", pgettext_lazy("settlement", "Refused")
        TAKEN_BACK = "taken_back", pgettext_lazy("settlement", "Taken back")
        OVER = "over", pgettext_lazy("settlement", "Over")  # a moderator was faster

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    order = models.ForeignKey("marketplace.Order", models.PROTECT, related_name="settlements")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    net = models.DecimalField(_("new net price"), max_digits=12, decimal_places=2, null=True, blank=True)
    words = models.TextField(_("reason"), max_length=1000)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, default=Answer.OPEN, blank=True)

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["order"], name="settlement_one_open", condition=Q(answer="")),
            models.CheckConstraint(
                condition=Q(outcome__in=["continue", "rework", "price_cut", "cancel"]), name="settlement_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["", "accepted", "refused", "taken_back", "over"]),
                name="settlement_answer_known",
            ),
            models.CheckConstraint(
                condition=Q(outcome="price_cut", net__isnull=False, net__gte=0)
                | ~Q(outcome="price_cut") & Q(net__isnull=True),
                name="settlement_price_of_cut_only",
            ),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()
