from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from vet2b.lib.models import TimeStamped


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of(self, user: User) -> MembershipQuerySet:
        return self.filter(user=user, user__is_active=True).select_related("organisation", "user")

    def signatories(self) -> MembershipQuerySet:
        """Who may sign for their organisation."""
        return self.filter(is_signatory=True, user__is_active=True).select_related("user").order_by("user__name", "pk")


class Membership(TimeStamped):
    """A person's place in an organisation; the `by=` of every verb that a party may do."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        STAFF = "staff", _("staff")
        LEARNER = "learner", _("learner")

    WORKING = frozenset({Role.OWNER, Role.STAFF})

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    title = models.CharField(
        _("what you do there"), max_length=120, blank=True,
        help_text=_("Shown on your offers, for example “trainer of pastry”."),
    )  # fmt: skip

    is_signatory = models.BooleanField(
        _("signs agreements"), default=False, help_text=_("May sign for the organisation.")
    )
    is_coordinator = models.BooleanField(
        _("frees learners from class"), default=False, help_text=_("Decides on releases from class. Schools only.")
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=["owner", "staff", "learner"]), name="membership_role_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(role="learner") | models.Q(is_signatory=False, is_coordinator=False),
                name="membership_learner_has_no_powers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation}"

    @property
    def is_owner(self) -> bool:
        return self.role == self.Role.OWNER

    @property
    def is_learner(self) -> bool:
        return self.role == self.Role.LEARNER

    @property
    def can_work(self) -> bool:
        """Owners and staff prepare and run offers and orders; learners never do."""
        return self.role in self.WORKING

    @property
    def powers(self) -> list[str]:
        """The fields that say what this member may do besides daily work."""
        return [name for name in ("is_signatory", "is_coordinator") if getattr(self, name)]

    @property
    def can_sign(self) -> bool:
        return self.can_trade and self.is_signatory

    @property
    def can_release(self) -> bool:
        return self.can_sell and self.is_coordinator

    @property
    def can_trade(self) -> bool:
        return self.can_work and self.organisation.is_verified

    @property
    def can_sell(self) -> bool:
        return self.can_work and self.organisation.is_school
