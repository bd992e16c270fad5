"""The page behind the link of a survey's mail; opening it saves nothing."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from accounts.models import Refusal
from marketplace.forms.surveys import SurveyForm
from marketplace.models import Survey


@login_not_required
@never_cache
def survey(request: HttpRequest, token: str) -> HttpResponse:
    shown = get_object_or_404(Survey.objects.exclude(status="planned").select_related("order", "need"), token=token)
    form = SurveyForm(request.POST or None, survey=shown)
    if request.method == "POST" and shown.status == Survey.Status.ASKED and form.is_valid():
        try:
            shown.answer(form.cleaned_data["choice"], form.cleaned_data["comment"])
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect(shown)
    context = {"survey": shown, "form": form, "about": shown.order or shown.need}
    status = 422 if form.errors and shown.status == Survey.Status.ASKED else 200
    return render(request, "marketplace/surveys/survey.html", context, status=status)
