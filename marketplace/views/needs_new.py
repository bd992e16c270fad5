"""Asking all schools: four short questions and a page to check them. An account is needed on the last one only."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.http import AuthedRequest
from accounts.models import Refusal
from marketplace.forms.needs import STEPS, SendForm
from marketplace.models import Need
from marketplace.need_answers import Answers
from marketplace.views.orders_access import party

NAMES = tuple(STEPS)


@login_not_required
def need_new(request: HttpRequest) -> HttpResponse:
    """Begins anew, with the words of a search that found nothing where it comes from one."""
    asked = request.GET.get("q", "").strip()[:100]
    Answers(request).begin({"title": asked, "category": request.GET.get("category", "")} if asked else {})
    return redirect("marketplace:need_step", NAMES[0])


@login_not_required
def need_step(request: HttpRequest, step: str) -> HttpResponse:
    if step not in STEPS:
        raise Http404
    answers = Answers(request)
    form = answers.form(step, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answers.keep(step, form, request.POST)
        following = Answers(request).next_step
        return redirect("marketplace:need_step", following) if following else redirect("marketplace:need_check")
    number = NAMES.index(step)
    context = {
        "form": form,
        "number": number + 1,
        "steps": len(NAMES) + 1,
        "before": NAMES[number - 1] if number else "",
    }
    return render(request, "marketplace/needs/step.html", context, status=422 if form.errors else 200)


@login_not_required
def need_check(request: HttpRequest) -> HttpResponse:
    """All answers; who has an organisation sends them, or keeps them as a draft."""
    answers = Answers(request)
    if missing := answers.next_step:
        return redirect("marketplace:need_step", missing)
    form = SendForm(request.POST, request.FILES) if request.method == "POST" else SendForm()
    if request.method == "POST":
        if not request.user.is_authenticated:
            raise PermissionDenied
        if form.is_valid() and (need := kept(request, answers, form)):
            return redirect(need)
    context = {"form": form, "rows": rows_of(answers), "steps": len(NAMES) + 1}
    return render(request, "marketplace/needs/check.html", context, status=422 if form.errors else 200)


def rows_of(answers: Answers) -> list[tuple[str, list[tuple[Any, Any]]]]:
    """By step what was answered, in words."""
    return [
        (step, [(form[name].label, words_of(form, name)) for name in form.fields])
        for step, form in answers.checked().items()
    ]


def words_of(form: Any, name: str) -> Any:
    value = form.cleaned_data[name]
    choices = dict(getattr(form.fields[name], "choices", ()))
    if isinstance(value, list):
        return ", ".join(str(choices[code]) for code in value)
    return choices.get(value, value) if choices else value


def kept(request: AuthedRequest, answers: Answers, form: SendForm) -> Need | None:
    """The draft, sent where that was asked for; None where a rule refused it."""
    by = party(request)
    words, files = answers.fields(by.organisation), form.cleaned_data["files"]
    try:
        if answers.ref:
            need = own_need(request, answers.ref)
            need.change(by=by, files=files, **words)
        else:
            need = Need.draft(by=by, files=files, **words)
            request.session["need"] = answers.data | {"ref": need.ref}
        if "send" in request.POST and need.status == Need.Status.DRAFT:
            need.submit(by=by)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None
    answers.forget()
    messages.success(request, said(need))
    return need


def said(need: Need) -> str:
    if need.status == Need.Status.DRAFT:
        return _("Kept as a draft.")
    if need.status == Need.Status.IN_REVIEW:
        return _("Sent. A moderator reads it first, as your organisation is not verified yet.")
    return _("Sent. Schools can read it now and send you quotes.")


def own_need(request: AuthedRequest, ref: str) -> Need:
    needs = Need.objects.for_organisation(party(request).organisation)
    return get_object_or_404(needs.select_related("organisation", "category", "region", "contact"), ref=ref)


def need_edit(request: AuthedRequest, ref: str) -> HttpResponse:
    need = own_need(request, ref)
    if not need.can("change", by=party(request)):
        messages.error(request, _("Its text stays as it is now."))
        return redirect(need)
    Answers(request).load(need)
    return redirect("marketplace:need_check")
