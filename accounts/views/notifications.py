from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms.preferences import DeliveryForm, PersonForm
from accounts.http import AuthedRequest
from accounts.mails import DIGEST, unsubscribe_signer
from accounts.middleware import SESSION_KEY
from accounts.models import Delivery, Kind, Membership, NotificationPreference, RefusedAddress, User
from accounts.paging import page_of

NEWEST_FIRST = ("-created_at", "-pk")


def inbox(request: AuthedRequest) -> HttpResponse:
    """What the person was told: the unread first, everything on the second tab."""
    shows_all = request.GET.get("show") == "all"
    notifications = request.user.notifications.visible().select_related("activity", "organisation")
    if not shows_all:
        notifications = notifications.unread()
    page = page_of(notifications, NEWEST_FIRST, request.GET.get("after", ""))
    refused = RefusedAddress.objects.marked_for(request.user.email)
    return render(request, "accounts/inbox.html", {"page": page, "shows_all": shows_all, "refused": refused})


@require_POST
def notification_open(request: AuthedRequest, pk: int) -> HttpResponse:
    """Marks it read, acts for the organisation it is about, and leads to its page."""
    notifications = request.user.notifications.visible().select_related("activity", "organisation")
    notification = get_object_or_404(notifications, pk=pk)
    request.user.notifications.unread().filter(pk=pk).update(read_at=timezone.now())
    if Membership.objects.filter(user=request.user, organisation=notification.organisation_id).exists():
        request.session[SESSION_KEY] = notification.organisation_id
    return redirect(notification.activity.notice.url(notification.activity) or "accounts:inbox")


@require_POST
def notification_read(request: AuthedRequest, pk: int) -> HttpResponse:
    get_object_or_404(request.user.notifications, pk=pk)
    request.user.notifications.unread().filter(pk=pk).update(read_at=timezone.now())
    return redirect("accounts:inbox")


@require_POST
def inbox_read_all(request: AuthedRequest) -> HttpResponse:
    count = request.user.notifications.unread().update(read_at=timezone.now())
    if count:
        messages.success(request, _("Everything is marked as read."))
    return redirect("accounts:inbox")


def preferences(request: AuthedRequest) -> HttpResponse:
    user = User.objects.get(pk=request.user.pk)
    posted = request.POST if request.method == "POST" else None
    person, delivery = PersonForm(posted, instance=user), DeliveryForm(posted, user=user)
    if request.method == "POST" and person.is_valid() and delivery.is_valid():
        person.save()
        delivery.save()
        messages.success(request, _("Your preferences are saved."))
        return redirect("accounts:preferences")
    context = {"form": person, "delivery_form": delivery, "columns": Delivery.labels}
    return render(request, "accounts/preferences.html", context, status=422 if posted is not None else 200)


@csrf_exempt  # RFC 8058: a mail program posts here without having seen a page; the signed address is the proof
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    user, kind = read_unsubscribe(token)
    context = {"kind": Kind(kind).label if kind in Kind.values else "", "token": token}
    if request.method != "POST":
        return render(request, "accounts/unsubscribe.html", context)
    choices = NotificationPreference.objects
    kinds = [k for k, delivery in choices.of(user).items() if delivery == Delivery.DIGEST] if kind == DIGEST else [kind]
    kept = choices.turn_off(user, kinds)
    with override(user.language):
        context["kept"] = [Kind(k).label for k in kept]
    return render(request, "accounts/unsubscribe.html", context | {"is_done": True})


def read_unsubscribe(token: str) -> tuple[User, str]:
    try:
        user_id, _colon, kind = unsubscribe_signer.unsign(token).partition(":")
    except BadSignature as error:
        raise Http404 from error
    if kind not in {*Kind.values, DIGEST}:
        raise Http404
    return get_object_or_404(User, pk=user_id), kind
