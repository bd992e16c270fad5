"""Questions on the page of a need."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace.forms.questions import AskForm, ReplyForm
from marketplace.models import Need, Question
from marketplace.views.orders_access import party


def questions_context(need: Need, by: Membership, failed: dict[str, forms.Form]) -> dict[str, Any]:
    """`failed` are forms that did not pass, by the reference of the question, "" for a new one."""
    questions = list(need.questions.shown_to(by).select_related("school"))
    for question in questions:
        question.is_own = question.school_id == by.organisation_id
        question.can_answer = question.can("answer", by=by)
        question.form = failed.get(question.ref) or ReplyForm(auto_id=f"id_{question.ref}_%s")
    may_ask = need.allows("school", by) and need.status == Need.Status.OPEN
    return {"questions": questions, "ask_form": failed.get("") or AskForm(auto_id="id_ask_%s") if may_ask else None}


def readable(request: AuthedRequest, ref: str) -> Need:
    needs = Need.objects.select_related("organisation", "category", "region", "contact")
    need = get_object_or_404(needs, ref=ref)
    if not need.may_read(party(request)):
        raise Http404
    return need


@require_POST
def question_ask(request: AuthedRequest, ref: str) -> HttpResponse:
    need, form = readable(request, ref), AskForm(request.POST, auto_id="id_ask_%s")
    return said(
        request, need, "", form, lambda text: Question.ask(need, text, by=party(request)), _("Your question was sent.")
    )


@require_POST
def question_answer(request: AuthedRequest, ref: str, question_ref: str) -> HttpResponse:
    need = readable(request, ref)
    question = get_object_or_404(need.questions.shown_to(party(request)), ref=question_ref)
    form = ReplyForm(request.POST, auto_id=f"id_{question_ref}_%s")
    return said(
        request, need, question_ref, form, lambda text: question.answer(text, by=party(request)),
        _("Answered. The school was told."),
    )  # fmt: skip


@require_POST
def question_take_back(request: AuthedRequest, ref: str, question_ref: str) -> HttpResponse:
    need = readable(request, ref)
    question = get_object_or_404(need.questions.shown_to(party(request)), ref=question_ref)
    try:
        question.take_back(by=party(request))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Taken back."))
    return redirect(question)


def said(request: AuthedRequest, need: Need, key: str, form: forms.Form, verb: Any, done: str) -> HttpResponse:
    """Carried out, or the page of the need again with what was typed."""
    from marketplace.views.needs import detail_page  # noqa: PLC0415 - that page shows these forms

    if form.is_valid():
        try:
            verb(form.cleaned_data["text"])
        except Refusal as refusal:
            form.add_error("text" if refusal.field else None, refusal.message)
        else:
            messages.success(request, done)
            return redirect(f"{need.get_absolute_url()}#questions")
    return detail_page(request, need, {key: form})
