"""Where clients of a school pay its invoices: a change takes a second person, or three days of waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from stdnum import iban as ibans

from accounts.models import Lifecycle, Membership, Move, Organisation, Refusal, Timed, User
from accounts.models.preferences import Delivery
from vet2b.lib.models import TimeStamped

WAIT = timedelta(hours=72)  # where nobody else could confirm


class BankAccount(Lifecycle, Timed, TimeStamped):
    """The account on the invoice sheets of an organisation. The old one stands until the new one is confirmed."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("bank account status", "Waits for confirmation")
        ACTIVE = "active", pgettext_lazy("bank account status", "In use")
        REPLACED = "replaced", pgettext_lazy("bank account status", "Replaced")
        WITHDRAWN = "withdrawn", pgettext_lazy("bank account status", "Withdrawn")

    TRANSITIONS = {
        "confirm": Move(frozenset({Status.PROPOSED}), Status.ACTIVE, "second"),
        "take_effect": Move(frozenset({Status.PROPOSED}), Status.ACTIVE, "system"),
        "withdraw": Move(frozenset({Status.PROPOSED}), Status.WITHDRAWN, "stopper"),
        "replace": Move(frozenset({Status.ACTIVE}), Status.REPLACED, "system"),
    }
    TIMED_VERBS = frozenset({"take_effect"})

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="bank_accounts")
    holder = models.CharField(_("account holder"), max_length=70)
    iban = models.CharField(_("IBAN"), max_length=34)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    active_from = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="bank_one_in_use", condition=Q(status="active")),
            models.UniqueConstraint(fields=["organisation"], name="bank_one_proposed", condition=Q(status="proposed")),
            models.CheckConstraint(condition=~Q(confirmed_by=models.F("proposed_by")), name="bank_second_person"),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "withdrawn"], active_from=None, confirmed_by=None)
                | Q(status__in=["active", "replaced"], active_from__isnull=False),
                name="bank_in_use_since",
            ),
        ]

    def __str__(self) -> str:
        return self.masked

    def get_absolute_url(self) -> str:
        return reverse("marketplace:bank_account")

    @property
    def grouped(self) -> str:
        """In fours, as it is read."""
        return ibans.format(self.iban)

    @property
    def masked(self) -> str:
        """Country and last digits, for mails and logs."""
        return f"{self.iban[:2]} … {self.iban[-4:]}"

    @classmethod
    def used_by(cls, organisation: Organisation) -> BankAccount | None:
        return cls.objects.filter(organisation=organisation, status=cls.Status.ACTIVE).first()

    def allows(self, party: str, by: Membership | User | None) -> bool:
        if party == "system":
            return by is None
        if not isinstance(by, Membership) or by.organisation_id != self.organisation_id:
            return False
        if party == "stopper":
            return by.is_owner or (by.can_work and by.is_signatory)
        return by.can_work and by.user_id in {member.user_id for member in self.seconds()}

    def seconds(self) -> list[Membership]:
        """Who may confirm: other owners, or where there is none, others who sign for the organisation."""
        members = self.organisation.memberships.exclude(user=self.proposed_by).filter(user__is_active=True)
        members = list(members.filter(role__in=Membership.WORKING).select_related("user"))
        return [m for m in members if m.is_owner] or [m for m in members if m.is_signatory]

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.organisation.name, "ref": self.organisation.slug, "iban": self.masked}

    @classmethod
    @transaction.atomic
    def propose(cls, *, by: Membership, holder: str, iban: str, bic: str = "") -> BankAccount:
        """`iban` and `bic` are checked and without blanks. Raises Refusal while another one is proposed."""
        organisation = Organisation.objects.select_for_update().get(pk=by.organisation_id)
        if not by.is_owner:
            raise PermissionDenied
        if cls.objects.filter(organisation=organisation, status=cls.Status.PROPOSED).exists():
            raise Refusal(_t("Another account waits for confirmation. Withdraw it first."))
        used = cls.used_by(organisation)
        if used and (used.iban, used.bic, used.holder) == (iban, bic, holder):
            raise Refusal(_t("This account is in use already."), field="iban")
        account = cls.objects.create(
            organisation=organisation, holder=holder, iban=iban, bic=bic, proposed_by=by.user
        )  # fmt: skip
        account.record("propose", by=by)
        if account.seconds():
            account.tell("bank_propose", by)
        else:
            account.set_timer("take_effect", timezone.now() + WAIT)
            account.tell("bank_wait", by)
        return account

    @transaction.atomic
    def confirm(self, *, by: Membership) -> None:
        self.guard("confirm", by=by)
        self.confirmed_by = by.user
        self.put_in_use("confirm", by=by)

    @transaction.atomic
    def take_effect(self, *, by: None) -> None:
        """After three days in which nobody stopped it."""
        self.guard("take_effect", by=by)
        self.put_in_use("take_effect", by=by)

    def put_in_use(self, verb: str, *, by: Membership | None) -> None:
        if used := type(self).used_by(self.organisation):
            used.replace(by=None)
        self.active_from = timezone.now()
        self.move(verb, by=by, fields=["confirmed_by", "active_from"])
        self.clear_timers()
        self.tell("bank_confirm", by)

    @transaction.atomic
    def withdraw(self, *, by: Membership) -> None:
        self.guard("withdraw", by=by)
        self.move("withdraw", by=by)
        self.clear_timers()
        self.tell("bank_withdraw", by)

    @transaction.atomic
    def replace(self, *, by: None) -> None:
        self.guard("replace", by=by)
        self.move("replace", by=by)

    def tell(self, verb: str, by: Membership | None) -> None:
        """All owners and signatories at once, and everybody who works there while a change only waits. The actor
        too, as it may be somebody else with their password."""
        members = self.organisation.memberships.filter(role__in=Membership.WORKING).select_related("user")
        if verb != "bank_wait":
            members = members.filter(Q(role=Membership.Role.OWNER) | Q(is_signatory=True))
        people = [(member.user, self.organisation) for member in members]
        person = str(by.user) if by else ""
        told = self.organisation.record(verb, by=None, notify=people, person=person, iban=self.masked)
        told.notifications.update(delivery=Delivery.NOW)
