"""Consents: what staff asks for and records, and the page behind a mailed link, which needs no account."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthedRequest
from accounts.models import Refusal
from marketplace.forms.consents import AskForm, ConsentForm, PaperForm
from marketplace.models import Consent, ConsentRequest, Learner
from marketplace.models.consents import Kind, words_for
from marketplace.views.learners import learner_for
from marketplace.views.orders_files import download


def consent_ask(request: AuthedRequest, ref: str) -> HttpResponse:
    done = _("The question is on its way. The link holds for 14 days.")
    return form_page(request, ref, AskForm, "ask", done)


def consent_paper(request: AuthedRequest, ref: str) -> HttpResponse:
    return form_page(request, ref, PaperForm, "paper", _("The consent is recorded."))


def form_page(request: AuthedRequest, ref: str, form_class: type[ConsentForm], page: str, done: str) -> HttpResponse:
    learner = learner_for(request, ref)
    if request.method == "POST":
        form = form_class(request.POST, request.FILES, learner=learner)
        if form.is_valid() and form.apply(by=request.membership):
            messages.success(request, done)
            return redirect(learner)
    else:
        form = form_class(learner=learner, initial={"kind": request.GET.get("kind", Kind.WORK)})
    context = {"learner": learner, "form": form, "page": page, "texts": texts_for(learner, form)}
    return render(request, "marketplace/consents/form.html", context, status=422 if form.errors else 200)


def texts_for(learner: Learner, form: ConsentForm) -> list[dict[str, Any]]:
    """The words of each kind in the chosen language, as they will be agreed to."""
    known = dict(form.fields["language"].choices)
    language = form["language"].value() if form["language"].value() in known else learner.school.source_language
    return [{"label": kind.label, "text": words_for(learner, kind, language), "language": language} for kind in Kind]


@require_POST
def consent_withdraw(request: AuthedRequest, ref: str, consent_ref: str) -> HttpResponse:
    """By staff, for whoever told them."""
    consent = consent_for(request, ref, consent_ref)
    consent.withdraw(by=request.membership)
    messages.success(request, _("The consent is withdrawn."))
    return redirect(consent.learner)


@require_POST
def consent_take_back(request: AuthedRequest, ref: str, request_ref: str) -> HttpResponse:
    learner = learner_for(request, ref)
    question = get_object_or_404(learner.consent_requests, ref=request_ref)
    try:
        question.take_back(by=request.membership)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("It is no longer asked."))
    return redirect(learner)


def consent_file(request: AuthedRequest, ref: str, consent_ref: str) -> HttpResponseBase:
    consent = consent_for(request, ref, consent_ref)
    if not consent.file:
        raise Http404
    return download(consent)


def consent_for(request: AuthedRequest, ref: str, consent_ref: str) -> Consent:
    learner = learner_for(request, ref)
    return get_object_or_404(learner.consents.select_related("learner__school", "recorded_by"), ref=consent_ref)


@never_cache
@login_not_required
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def consent_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at it changes nothing; its buttons do: two for the question, one to withdraw what was given."""
    if question := ConsentRequest.objects.for_token(token).first():
        return question_page(request, question)
    if consent := Consent.objects.for_token(token).first():
        return given_page(request, consent)
    return render(request, "marketplace/consents/over.html", status=410)


@sensitive_variables("secret")
def question_page(request: HttpRequest, question: ConsentRequest) -> HttpResponse:
    context = {"question": question, "learner": question.learner}
    answer = request.POST.get("answer", "")
    if request.method != "POST" or answer not in {"give", "refuse"}:
        return render(request, "marketplace/consents/question.html", context)
    try:
        if answer == "refuse":
            question.refuse(by=None)
            return render(request, "marketplace/consents/refused.html", context)
        _consent, secret = question.give(by=None)
    except Refusal:
        return render(request, "marketplace/consents/over.html", status=410)
    return redirect("marketplace:consent_answer", secret)


def given_page(request: HttpRequest, consent: Consent) -> HttpResponse:
    if request.method == "POST":
        consent.withdraw(by=None)
    return render(request, "marketplace/consents/given.html", {"consent": consent, "learner": consent.learner})
