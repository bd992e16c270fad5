from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import handover
from accounts.decorators import member_required, owner_required
from accounts.forms.members import InviteForm, RoleForm, SuccessorForm, TitleForm
from accounts.http import AuthedRequest
from accounts.models import Invitation, Membership, Refusal


@member_required
def member_list(request: AuthedRequest) -> HttpResponse:
    return show_members(request, InviteForm(organisation=request.organisation))


def show_members(request: AuthedRequest, form: InviteForm, status: int = 200) -> HttpResponse:
    membership = request.membership
    members = request.organisation.memberships.select_related("user").order_by("user__name", "user__email")
    if membership.is_learner:
        members = members.exclude(role=Membership.Role.LEARNER)
    context: dict[str, Any] = {
        "members": members,
        "membership": membership,
        "title_form": TitleForm(instance=membership),
    }
    if membership.is_owner:
        invitations = request.organisation.invitations.filter(accepted_at=None, revoked_at=None)
        context |= {"invite_form": form, "invitations": invitations.order_by("-created_at")}
    return render(request, "accounts/member_list.html", context, status=status)


@require_POST
@owner_required
def invitation_send(request: AuthedRequest) -> HttpResponse:
    form = InviteForm(request.POST, organisation=request.organisation)
    if form.is_valid():
        email, role = form.cleaned_data["email"], form.cleaned_data["role"]
        if role == Membership.Role.OWNER:
            raise_if_reauthentication_required(request, app="account")
        try:
            Invitation.send(request.organisation, email, role, by=request.membership)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, _("The invitation goes to %(email)s.") % {"email": email})
            return redirect("accounts:member_list")
    return show_members(request, form, status=422)


@require_POST
@owner_required
def invitation_resend(request: AuthedRequest, ref: str) -> HttpResponse:
    """A new link with a new week; the old link ends."""
    old = get_object_or_404(request.organisation.invitations, ref=ref, accepted_at=None, revoked_at=None)
    if old.role == Membership.Role.OWNER:
        raise_if_reauthentication_required(request, app="account")
    try:
        Invitation.send(request.organisation, old.email, old.role, by=request.membership)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("A new invitation goes to %(email)s.") % {"email": old.email})
    return redirect("accounts:member_list")


@require_POST
@owner_required
def invitation_revoke(request: AuthedRequest, ref: str) -> HttpResponse:
    invitation = get_object_or_404(request.organisation.invitations, ref=ref)
    invitation.revoke(by=request.membership)
    messages.success(request, _("The invitation was taken back."))
    return redirect("accounts:member_list")


@owner_required
def member_role(request: AuthedRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(request.organisation.memberships.select_related("user"), pk=pk)
    form = RoleForm(request.POST if request.method == "POST" else None, member=member)
    if request.method == "POST" and form.is_valid():
        raise_if_reauthentication_required(request, app="account")
        try:
            handover.change_place(member, **form.cleaned_data, by=request.membership)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, _("What this member may do was changed."))
            return redirect("accounts:member_list")
    status = 422 if form.is_bound else 200
    return render(request, "accounts/member_role.html", {"form": form, "member": member}, status=status)


@require_POST
@member_required
def membership_title(request: AuthedRequest) -> HttpResponse:
    form = TitleForm(request.POST, instance=Membership.objects.get(pk=request.membership.pk))
    if form.is_valid():
        form.save()
        messages.success(request, _("Your title is saved."))
    else:
        messages.error(request, _("The title may have up to 120 characters."))
    return redirect("accounts:member_list")


@member_required
def member_remove(request: AuthedRequest, pk: int) -> HttpResponse:
    """Removing a member, or leaving, which is removing oneself."""
    member = get_object_or_404(request.organisation.memberships.select_related("user", "organisation"), pk=pk)
    is_self = member.user_id == request.user.pk
    if not (is_self or request.membership.is_owner):
        raise PermissionDenied
    form = SuccessorForm(request.POST if request.method == "POST" else None, leaver=member)
    if request.method == "POST" and (not member.can_work or form.is_valid()):
        successor = form.cleaned_data["successor"] if member.can_work else None
        try:
            handover.remove_member(member, successor=successor, by=request.membership)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(
                request, _("You left %(name)s.") % {"name": member.organisation} if is_self else _("Removed.")
            )
            return redirect("dashboard" if is_self else "accounts:member_list")
    context = {"form": form, "member": member, "is_self": is_self}
    return render(request, "accounts/member_remove.html", context, status=422 if form.is_bound else 200)
