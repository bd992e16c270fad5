from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models.activity import Tracked
from accounts.models.lifecycle import Refusal
from accounts.models.memberships import Membership
from accounts.models.organisations import Organisation
from accounts.models.outbox import Mailed, MailedQuerySet
from accounts.models.users import User
from accounts.tasks import nudge_outbox
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref, token_hash

VALID_FOR = timedelta(days=7)
PER_DAY = 20


def token_of(ref: str, email: str) -> str:
    """The secret of an invitation's link: 256 bits that only who knows SECRET_KEY can make."""
    return salted_hmac("accounts.invitation", f"{ref}:{email}", algorithm="sha256").hexdigest()


class InvitationQuerySet(MailedQuerySet):
    def open(self) -> InvitationQuerySet:
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())

    def for_token(self, token: str) -> InvitationQuerySet:
        return self.open().filter(token_hash=token_hash(token)).select_related("organisation", "invited_by")

    def to_mail(self) -> InvitationQuerySet:
        open_ones = self.waiting().filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
        return open_ones.select_related("organisation", "invited_by")


class Invitation(Tracked, Mailed, TimeStamped):
    """An offer of membership, bound to one address, organisation and role.

    The link's secret is nowhere stored: it is made from this row and SECRET_KEY when the mail is written, and the
    hash kept here tells it when it comes back."""

    ref = models.CharField(max_length=14, default=new_ref, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=10, choices=Membership.Role)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="invitations_sent")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                name="invitation_open_once",
                condition=models.Q(accepted_at=None, revoked_at=None),
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None, accepted_by=None)
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} → {self.organisation}"

    @property
    def address(self) -> str:
        return self.email

    @property
    def is_over(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def is_live(self) -> bool:
        """Open, the inviter may still invite, and the organisation is not suspended."""
        return (
            self.accepted_at is None
            and self.revoked_at is None
            and not self.is_over
            and self.organisation.status != Organisation.Status.SUSPENDED
            and self.invited_by.is_active
            and self.organisation.memberships.filter(user=self.invited_by, role=Membership.Role.OWNER).exists()
        )

    @property
    def token(self) -> str:
        return token_of(self.ref, self.email)

    def activity_details(self) -> dict[str, Any]:
        return {
            "title": self.organisation.name,
            "ref": self.organisation.slug,
            "email": self.email,
            "role": self.role,
        }

    @classmethod
    @transaction.atomic
    def send(cls, organisation: Organisation, email: str, role: str, *, by: Membership) -> tuple[Invitation, str]:
        """Returns the invitation and the secret for its link; the mail goes out by the outbox.

        Raises Refusal for more than 20 a day, a member's address, or a learner outside a school."""
        if by.organisation_id != organisation.pk or not by.is_owner:
            raise PermissionDenied
        organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        email = email.strip().lower()
        today = cls.objects.filter(invited_by=by.user, created_at__gt=timezone.now() - timedelta(days=1)).count()
        if today >= PER_DAY:
            raise Refusal(_t("You sent 20 invitations within a day. Please go on tomorrow."))
        if organisation.status == Organisation.Status.SUSPENDED:
            raise Refusal(_t("A suspended organisation cannot invite anybody."))
        if role == Membership.Role.LEARNER and not organisation.is_school:
            raise Refusal(_t("Only a school has learners."), field="role")
        if organisation.memberships.filter(user__email=email).exists():
            raise Refusal(_t("This person is already a member."), field="email")
        ref = new_ref()
        token = token_of(ref, email)
        cls.objects.filter(organisation=organisation, email=email, accepted_at=None, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        invitation = cls.objects.create(
            ref=ref,
            organisation=organisation,
            email=email,
            role=role,
            token_hash=token_hash(token),
            invited_by=by.user,
            expires_at=timezone.now() + VALID_FOR,
        )
        invitation.record("send", by=by)
        nudge_outbox()
        return invitation, token

    @transaction.atomic
    def accept(self, *, by: User) -> Membership:
        """Makes `by` a member. Raises PermissionDenied unless the address is the invited one, and verified."""
        self.refresh_from_db(from_queryset=Invitation.objects.select_for_update())
        if by.email != self.email or not by.emailaddress_set.filter(email=self.email, verified=True).exists():
            raise PermissionDenied
        if not self.is_live:
            raise Refusal(_t("This invitation is no longer valid. Ask for a new one."))
        membership, created = Membership.objects.get_or_create(
            user=by, organisation=self.organisation, defaults={"role": self.role}
        )
        self.accepted_at, self.accepted_by = timezone.now(), by
        self.save(update_fields=["accepted_at", "accepted_by", "updated_at"])
        if created:
            self.organisation.record(
                "add_member",
                by=membership,
                notify=self.organisation.owners(),
                person=str(by),
                role=membership.role,
            )
        return membership

    @transaction.atomic
    def revoke(self, *, by: Membership) -> None:
        if by.organisation_id != self.organisation_id or not by.is_owner:
            raise PermissionDenied
        self.refresh_from_db(from_queryset=Invitation.objects.select_for_update())
        if self.accepted_at is None and self.revoked_at is None:
            self.revoked_at = timezone.now()
            self.save(update_fields=["revoked_at", "updated_at"])
            self.record("revoke", by=by)
