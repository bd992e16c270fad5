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
    refuse_nobody_signs(membership)
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


def refuse_nobody_signs(without: Membership) -> None:
    others = without.organisation.memberships.exclude(pk=without.pk)
    if without.is_signatory and not others.filter(is_signatory=True).exists():
        raise Refusal(
            _("Nobody would be left who signs agreements. Give somebody else this power first."), field="is_signatory"
        )


@transaction.atomic
def change_place(membership: Membership, *, role: str, by: Membership, **powers: bool) -> None:
    """Sets role and powers of a member together. Raises Refusal."""
    change_role(membership, role, by=by)
    change_powers(membership, by=by, **powers)


@transaction.atomic
def change_powers(
    membership: Membership, *, by: Membership, is_signatory: bool = False, is_coordinator: bool = False
) -> None:
    """Sets what a member may do besides daily work; somebody must be left who signs. Raises Refusal."""
    organisation = Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    if by.organisation_id != organisation.pk or not by.is_owner:
        raise PermissionDenied
    membership.refresh_from_db()
    if not membership.can_work and (is_signatory or is_coordinator):
        raise Refusal(_("Learners cannot have these powers."))
    if is_coordinator and not organisation.is_school:
        raise Refusal(_("Only a school frees learners from class."), field="is_coordinator")
    if not is_signatory:
        refuse_nobody_signs(membership)
    if (membership.is_signatory, membership.is_coordinator) == (is_signatory, is_coordinator):
        return
    membership.is_signatory, membership.is_coordinator = is_signatory, is_coordinator
    membership.save(update_fields=["is_signatory", "is_coordinator", "updated_at"])
    organisation.record(
        "change_powers", by=by, notify=[(membership.user, organisation)],
        person=str(membership.user), powers=membership.powers,
    )  # fmt: skip
