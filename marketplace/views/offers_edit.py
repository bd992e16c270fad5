"""The pages on which a school writes an offer, one short page a part."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedRequest
from accounts.models import Refusal
from marketplace.forms.offer_price import PriceForm
from marketplace.forms.offer_skills import SkillsForm
from marketplace.forms.offer_texts import TextForm
from marketplace.forms.offers import PartForm, PeopleForm, TermsForm, WindowChangeForm, WindowForm
from marketplace.models import Offer
from marketplace.views.offers import offer_for
from marketplace.views.offers_parts import edit_context, next_url, part_url
from vet2b.lib.richtext import to_html

FORMS: dict[str, type[PartForm]] = {"price": PriceForm, "terms": TermsForm, "people": PeopleForm}


def offer_edit(request: AuthedRequest, ref: str) -> HttpResponse:
    """Where something is missing first, else the texts."""
    offer = offer_for(request, ref)
    return redirect(part_url(offer, offer.missing[0][0] if offer.missing else "texts"))


def elsewhere(request: AuthedRequest, offer: Offer, part: str) -> HttpResponse | None:
    """A published offer with an open new version is edited there; what a moderator looks at stands still."""
    revision = offer.open_revision if offer.status in Offer.LIVE else None
    if revision and revision.status in Offer.EDITABLE:
        messages.info(request, _("You are editing the new version. The published offer stays as it is for now."))
        return redirect(part_url(revision, part))
    if revision or offer.status not in Offer.EDITABLE | Offer.LIVE:
        messages.warning(request, _("This cannot be edited now. The page of the offer says why."))
        return redirect("marketplace:offer_manage", offer.ref)
    return None


def offer_edit_part(request: AuthedRequest, ref: str, part: str) -> HttpResponse:
    offer = offer_for(request, ref)
    if part not in FORMS:
        raise Http404
    if answer := elsewhere(request, offer, part):
        return answer
    form = FORMS[part](request.POST if request.method == "POST" else None, offer=offer)
    return saved(request, form) or show(request, form, f"marketplace/offers/edit_{part}.html")


def offer_edit_skills(request: AuthedRequest, ref: str) -> HttpResponse:
    """Searching keeps the ticks: it sends them along without saving."""
    offer = offer_for(request, ref)
    if answer := elsewhere(request, offer, "skills"):
        return answer
    if request.method == "POST":
        form = SkillsForm(request.POST, offer=offer, query=request.POST.get("q", ""))
        answer = None if "search" in request.POST else saved(request, form)
    else:
        form, answer = SkillsForm(offer=offer, query=request.GET.get("q", "")), None
    is_search = "search" in request.POST
    return answer or show(request, form, "marketplace/offers/edit_skills.html", is_search=is_search)


def offer_edit_text(request: AuthedRequest, ref: str, language: str) -> HttpResponse:
    offer = offer_for(request, ref)
    if language not in dict(settings.LANGUAGES):
        raise Http404
    if answer := elsewhere(request, offer, "texts"):
        return answer
    form = TextForm(request.POST if request.method == "POST" else None, offer=offer, language=language)
    preview = to_html(request.POST.get("body", "")[:6000]) if "preview" in request.POST else ""
    if not preview and (answer := saved(request, form)):
        return answer
    context = {"preview": preview, "language": language} | versions(offer, language)
    form.reference = context["reference"]
    return show(request, form, "marketplace/offers/edit_texts.html", is_search=bool(preview), **context)


def versions(offer: Offer, language: str) -> dict[str, Any]:
    """Which languages there are and could be, and the words to translate from."""
    texts = {text.language: text for text in offer.texts.all()}
    reference = texts.get("en" if language == offer.source_language else offer.source_language)
    return {
        "languages": [
            {"code": code, "is_current": code == language, "is_source": code == offer.source_language}
            for code in sorted({*texts, language}, key=lambda code: code != offer.source_language)
        ],
        "other_languages": [code for code, _name in settings.LANGUAGES if code not in texts and code != language],
        "reference": reference if reference and reference.language != language else None,
        "is_source": language == offer.source_language,
        "is_new": language not in texts,
    }


@require_POST
def offer_text_remove(request: AuthedRequest, ref: str, language: str) -> HttpResponse:
    offer = offer_for(request, ref)
    try:
        holder = offer.remove_text(language, by=request.membership)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        holder = offer
    else:
        say_saved(request, offer, holder)
    return redirect(part_url(holder, "texts"))


def saved(request: AuthedRequest, form: PartForm) -> HttpResponse | None:
    """The answer after a form was saved, or None to show it (again)."""
    if request.method != "POST" or not form.is_valid():
        return None
    offer = form.offer
    holder = form.apply(by=request.membership)
    if holder is None:
        return None
    say_saved(request, offer, holder)
    if "next" in request.POST:
        return redirect(next_url(holder, form.part))
    language = form.which().get("language")
    if language:
        return redirect(reverse("marketplace:offer_edit_text", args=[holder.ref, language]))
    return redirect(part_url(holder, form.part))


def say_saved(request: AuthedRequest, offer: Offer, holder: Offer) -> None:
    if holder.pk != offer.pk:
        messages.success(
            request,
            _("Saved in a new version: the published offer stays as it is until a moderator has looked at this."),
        )
    elif offer.status in Offer.LIVE:
        messages.success(request, _("Saved. The published offer shows it now."))
    else:
        messages.success(request, _("Saved."))


def show(request: AuthedRequest, form: PartForm, template: str, is_search: bool = False, **more: Any) -> HttpResponse:
    offer = Offer.objects.with_work().select_related("revision_of").get(pk=form.offer.pk)
    context = edit_context(offer, form.part) | {"form": form} | more
    failed = form.is_bound and not is_search and bool(form.errors)
    return render(request, template, context, status=422 if failed else 200)


def offer_windows(request: AuthedRequest, ref: str) -> HttpResponse:
    offer = offer_for(request, ref)
    if offer.revision_of:
        return redirect("marketplace:offer_windows", offer.revision_of.ref)
    form = WindowForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            offer.add_window(**form.cleaned_data, by=request.membership)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, _("The window is added."))
            return redirect("marketplace:offer_windows", offer.ref)
    return windows_page(request, offer, form)


def windows_page(request: AuthedRequest, offer: Offer, form: WindowForm, failed: Any = None) -> HttpResponse:
    windows = []
    for window in offer.windows.all():
        initial = {"capacity": window.capacity, "is_closed": window.is_closed}
        row = WindowChangeForm(initial=initial, prefix=f"w{window.pk}")
        windows.append((window, failed if failed and failed.prefix == row.prefix else row))
    can_edit = offer.status in Offer.EDITABLE | Offer.LIVE
    context = edit_context(offer, "windows") | {"form": form, "windows": windows, "can_edit": can_edit}
    status = 422 if form.errors or failed else 200
    return render(request, "marketplace/offers/edit_windows.html", context, status=status)


@require_POST
def offer_window_change(request: AuthedRequest, ref: str, pk: int) -> HttpResponse:
    offer = offer_for(request, ref)
    window = get_object_or_404(offer.windows, pk=pk)
    form = WindowChangeForm(request.POST, prefix=f"w{window.pk}")
    try:
        if "remove" in request.POST:
            offer.remove_window(window, by=request.membership)
        elif form.is_valid():
            offer.change_window(window, **form.cleaned_data, by=request.membership)
    except Refusal as refusal:
        form.is_valid()
        form.add_error(refusal.field, refusal.message)
    if form.errors and "remove" not in request.POST or form.non_field_errors():
        return windows_page(request, offer, WindowForm(), failed=form)
    messages.success(request, _("Saved."))
    return redirect("marketplace:offer_windows", offer.ref)
