from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.decorators import member_required, owner_required
from accounts.forms.organisations import OrganisationDetails, OrganisationNew
from accounts.http import AuthedRequest
from accounts.middleware import SESSION_KEY
from accounts.models import Membership, Organisation, Refusal

HISTORY = 30


def organisation_new(request: AuthedRequest) -> HttpResponse:
    """Registers an organisation and sends it for verification at once, as the form asks for all that needs."""
    form = OrganisationNew(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        organisation = register(request, form)
        request.session[SESSION_KEY] = organisation.pk
        messages.success(request, _("Welcome. You can look around and prepare; we check your details meanwhile."))
        return redirect(next_page(request.GET.get("next", ""), request))
    status = 422 if form.is_bound else 200
    return render(request, "accounts/organisation_new.html", {"form": form}, status=status)


def next_page(wished: str, request: AuthedRequest) -> str:
    is_ours = url_has_allowed_host_and_scheme(wished, {request.get_host()}, require_https=request.is_secure())
    return wished if is_ours else reverse("dashboard")


@transaction.atomic
def register(request: AuthedRequest, form: OrganisationNew) -> Organisation:
    language = get_language() or "en"
    organisation = Organisation.register(
        by=request.user, languages=[language], source_language=language, **form.details()
    )
    organisation.submit(by=Membership.objects.of(request.user).get(organisation=organisation))
    return organisation


def organisation_home(request: AuthedRequest, slug: str) -> HttpResponse:
    """The organisation as its own members see it: state, what is missing, what happened."""
    membership = get_object_or_404(Membership.objects.of(request.user), organisation__slug=slug)
    organisation = membership.organisation
    history = organisation.activities.select_related("actor").order_by("-created_at", "-pk")[:HISTORY]
    context = {
        "organisation": organisation,
        "membership": membership,
        "history": history if membership.can_work else [],
        "verdict": organisation.last_verdict,
        "is_acting": request.organisation == organisation,
    }
    return render(request, "accounts/organisation_home.html", context)


@owner_required
def organisation_edit(request: AuthedRequest) -> HttpResponse:
    organisation = Organisation.objects.get(pk=request.organisation.pk)
    if request.method == "POST":
        form = OrganisationDetails(request.POST, request.FILES, instance=organisation)
        if form.is_valid() and save_details(request, form):
            messages.success(request, _("Your changes are saved."))
            return redirect("accounts:organisation_edit")
    else:
        form = OrganisationDetails(instance=organisation)
    context = {"form": form, "organisation": request.organisation, "verdict": request.organisation.last_verdict}
    return render(request, "accounts/organisation_edit.html", context, status=422 if form.is_bound else 200)


def save_details(request: AuthedRequest, form: OrganisationDetails) -> bool:
    if not form.changed_fields:
        return True
    try:
        form.instance.change(form.changed_fields, by=request.membership)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return False
    return True


@require_POST
@owner_required
def organisation_submit(request: AuthedRequest) -> HttpResponse:
    try:
        request.organisation.submit(by=request.membership)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("accounts:organisation_edit")
    messages.success(request, _("Sent. A moderator looks at it within two working days."))
    return redirect("accounts:organisation_home", request.organisation.slug)


@member_required
def organisation_switch(request: AuthedRequest) -> HttpResponse:
    """The organisations a person may act for; choosing one is a POST."""
    memberships = Membership.objects.of(request.user).order_by("organisation__name", "pk")
    if request.method == "POST":
        posted = request.POST.get("organisation")
        chosen = next((membership for membership in memberships if membership.organisation.slug == posted), None)
        if chosen is None:
            raise Http404
        request.session[SESSION_KEY] = chosen.organisation_id
        return redirect(next_page(request.POST.get("next", ""), request))
    return render(request, "accounts/organisation_switch.html", {"memberships": memberships})
