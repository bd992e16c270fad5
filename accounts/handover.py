"""What somebody leaves behind: the apps above register here what must get a new owner when a member goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models.activity import Notification
from accounts.models.lifecycle import Refusal
from accounts.models.memberships import Membership
from accounts.models.organisations import Organisation

if TYPE_CHECKING:
    from accounts.models.users import User

Heir = Callable[["User", Organisation, "User", Membership], None]
_heirs: list[Heir] = []


def register(heir: Heir) -> None:
    """`heir(leaver, organisation, successor, by)` runs inside the transaction of the removal; it may raise Refusal."""
    _heirs.append(heir)


@transaction.atomic
def remove_member(membership: Membership, *, successor: User | None, by: Membership) -> None:
    """Ends a membership; open work goes to `successor`, an owner or staff member of the same organisation.

    An owner may remove anybody, everybody may leave; the last owner cannot go; a learner has no work to hand
    over. Raises Refusal."""
    organisation = Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    if by.organisation_id != organisation.pk or not (by.is_owner or by.pk == membership.pk):
        raise PermissionDenied
    others = organisation.memberships.exclude(pk=membership.pk)
    if membership.is_owner and not others.filter(role=Membership.Role.OWNER).exists():
        raise Refusal(_("The last owner cannot leave. Make somebody else an owner first."))
    leaver = membership.user
    organisation.record("remove_member", by=by, notify=[(leaver, None)], person=str(leaver))
    if membership.can_work:
        hand_over(leaver, organisation, successor, by=by)
    organisation.invitations.filter(invited_by=leaver, accepted_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    Notification.objects.filter(recipient=leaver, organisation=organisation, emailed_at=None).update(
        failed_at=timezone.now(), error="left the organisation"
    )
    membership.delete()


def hand_over(leaver: User, organisation: Organisation, successor: User | None, *, by: Membership) -> None:
    may_inherit = organisation.memberships.exclude(user=leaver).filter(role__in=Membership.WORKING)
    if successor is None or not may_inherit.filter(user=successor).exists():
        raise Refusal(_("Choose an owner or staff member who takes over."), field="successor")
    for heir in _heirs:
        heir(leaver, organisation, successor, by)
    words = {"person": str(leaver), "successor": str(successor)}
    organisation.record("inherit", by=by, notify=[(successor, organisation)], **words)


@transaction.atomic
def change_role(membership: Membership, role: str, *, by: Membership) -> None:
    organisation = Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    if by.organisation_id != organisation.pk or not by.is_owner:
        raise PermissionDenied
    if role not in Membership.WORKING or membership.is_learner:
        raise Refusal(_("A learner's role is set by the invitation and stays."), field="role")
    membership.refresh_from_db()
    owners = organisation.memberships.filter(role=Membership.Role.OWNER)
    if role != Membership.Role.OWNER and not owners.exclude(pk=membership.pk).exists():
        raise Refusal(_("An organisation needs an owner."), field="role")
    if role == membership.role:
        return
    membership.role = role
    membership.save(update_fields=["role", "updated_at"])
    organisation.record(
        "change_role",
        by=by,
        notify=[(membership.user, organisation)],
        person=str(membership.user),
        role=membership.role,
    )
