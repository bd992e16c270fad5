"""What the client says of the team: the client gives it, the school reads it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from marketplace.forms.evidence import FeedbackForm
from marketplace.models import Order, TeamFeedback
from marketplace.models.evidence_verbs import takes_evidence
from marketplace.views.orders_access import order_for, party


def order_feedback(request: AuthedRequest, ref: str) -> HttpResponse:
    order, by = order_for(request, ref), party(request)
    form = FeedbackForm(request.POST if request.method == "POST" else None, order=order)
    if request.method == "POST" and order.side_of(by.organisation) != "buyer":
        raise PermissionDenied
    if request.method == "POST" and form.is_valid() and form.apply(by=by):
        messages.success(request, _("Thank you. The school and its students see it."))
        return redirect("marketplace:order_feedback", order.ref)
    return feedback_page(request, order, form)


def feedback_page(request: AuthedRequest, order: Order, form: FeedbackForm) -> HttpResponse:
    feedback: Any = TeamFeedback.objects.filter(order=order).prefetch_related("marks").first()
    is_client = order.allows("buyer", party(request))
    context = {
        "order": order,
        "feedback": feedback,
        "form": form if is_client and feedback is None and takes_evidence(order) else None,
        "is_client": is_client,
    }
    return render(request, "marketplace/evidence/feedback.html", context, status=422 if form.errors else 200)


@require_POST
def feedback_name(request: AuthedRequest, ref: str) -> HttpResponse:
    feedback = get_object_or_404(TeamFeedback, order=order_for(request, ref))
    feedback.name_client(request.POST.get("agreed") == "yes", by=party(request))
    messages.success(request, _("Saved."))
    return redirect("marketplace:order_feedback", ref)
