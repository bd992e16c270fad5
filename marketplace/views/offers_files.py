"""Pictures and documents of offers: how schools add them, and how everybody gets them."""

from __future__ import annotations

import logging
import re
from pathlib import PurePosixPath
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Model, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.http import AuthedRequest
from accounts.models import Membership, Refusal
from marketplace.forms.offer_files import DocumentForm, ImageForm, ImageWordsForm
from marketplace.models import Offer, OfferDocument, OfferImage
from marketplace.tasks import nudge_resize
from marketplace.views.offers import offer_for
from marketplace.views.offers_edit import elsewhere, say_saved
from marketplace.views.offers_parts import edit_context, part_url

log = logging.getLogger(__name__)
SIZED = re.compile(r"-(1600|800|400)\.webp$")
DAY = 24 * 3600  # a picture that has to go is gone from every cache within a day (UPL-8)
SANDBOX = "default-src 'none'; sandbox"


def offer_pictures(request: AuthedRequest, ref: str) -> HttpResponse:
    offer = offer_for(request, ref)
    if answer := elsewhere(request, offer, "pictures"):
        return answer
    return pictures_page(request, offer, {})


def pictures_page(request: AuthedRequest, offer: Offer, bound: dict[str, Any]) -> HttpResponse:
    """`bound` holds the form that failed, if any, by its name."""
    rows = [(image, bound.get(f"i{image.pk}") or words_form(image)) for image in offer.images.all()]
    context = edit_context(offer, "pictures") | {
        "images": rows,
        "documents": offer.documents.all(),
        "image_form": bound.get("image") or ImageForm(by=request.membership, prefix="image"),
        "document_form": bound.get("document") or DocumentForm(by=request.membership, prefix="document"),
        "failed": next(iter(bound.values()), None),
    }
    return render(request, "marketplace/offers/edit_pictures.html", context, status=422 if bound else 200)


def words_form(image: OfferImage) -> ImageWordsForm:
    return ImageWordsForm(initial={"alt": image.alt, "caption": image.caption}, prefix=f"i{image.pk}")


@require_POST
def offer_image_add(request: AuthedRequest, ref: str) -> HttpResponse:
    offer = offer_for(request, ref)
    form = ImageForm(request.POST, request.FILES, by=request.membership, prefix="image")
    if form.is_valid() and (image := stored(offer.add_image, form, by=request.membership)):
        nudge_resize()
        return done(request, offer, image.offer)
    return pictures_page(request, offer, {"image": form})


@require_POST
def offer_document_add(request: AuthedRequest, ref: str) -> HttpResponse:
    offer = offer_for(request, ref)
    form = DocumentForm(request.POST, request.FILES, by=request.membership, prefix="document")
    if form.is_valid() and (document := stored(offer.add_document, form, by=request.membership)):
        return done(request, offer, document.offer)
    return pictures_page(request, offer, {"document": form})


def stored(verb: Any, form: ImageForm | DocumentForm, *, by: Membership) -> OfferImage | OfferDocument | None:
    """Calls the verb with the form's words; what goes wrong becomes an error of the form."""
    words = dict(form.cleaned_data)
    try:
        return verb(words.pop("file"), by=by, **words)
    except Refusal as refusal:
        form.add_error(refusal.field, refusal.message)
    except OSError:
        log.exception("an upload could not be stored")
        form.add_error("file", _("The file could not be stored. Please try again later."))
    return None


@require_POST
def offer_image_change(request: AuthedRequest, ref: str, pk: int) -> HttpResponse:
    """The words of a picture, or with their own buttons: its place, and its removal."""
    offer = offer_for(request, ref)
    image = get_object_or_404(offer.images, pk=pk)
    form = ImageWordsForm(request.POST, prefix=f"i{pk}")
    try:
        if "remove" in request.POST:
            return done(request, offer, offer.remove_file(image, by=request.membership))
        if "up" in request.POST:
            return done(request, offer, offer.move_image(image, by=request.membership).offer)
        if form.is_valid():
            return done(request, offer, offer.change_image(image, by=request.membership, **form.cleaned_data).offer)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect(part_url(offer, "pictures"))
    return pictures_page(request, offer, {f"i{pk}": form})


@require_POST
def offer_document_remove(request: AuthedRequest, ref: str, pk: int) -> HttpResponse:
    offer = offer_for(request, ref)
    document = get_object_or_404(offer.documents, pk=pk)
    try:
        return done(request, offer, offer.remove_file(document, by=request.membership))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect(part_url(offer, "pictures"))


def done(request: AuthedRequest, offer: Offer, holder: Offer) -> HttpResponse:
    say_saved(request, offer, holder)
    return redirect(part_url(holder, "pictures"))


@login_not_required
@require_GET
def offer_image(request: HttpRequest, name: str) -> HttpResponse:
    """A picture or one of its sizes; the full one while the sizes are not made."""
    full = f"offers/images/{SIZED.sub('.webp', name)}"
    image, is_public = fetchable(request, OfferImage.objects.filter(file=full))
    wanted = f"offers/images/{name}"
    storage = image.file.storage
    found = next((path for path in (wanted, full) if storage.exists(path)), None)
    if found is None:
        raise Http404
    response = FileResponse(storage.open(found), content_type="image/webp")
    response["Content-Security-Policy"] = SANDBOX
    if is_public and found == wanted:
        response["Cache-Control"] = f"public, max-age={DAY}, immutable"
    else:
        response["Cache-Control"] = "private, no-cache"
    return response


@login_not_required
@require_GET
def offer_document(request: HttpRequest, name: str) -> HttpResponse:
    document, is_public = fetchable(request, OfferDocument.objects.filter(file=f"offers/documents/{name}"))
    if not document.file.storage.exists(document.file.name):
        raise Http404
    filename = f"{slugify(document.title) or PurePosixPath(name).stem}.pdf"
    response = FileResponse(
        document.file.open("rb"), as_attachment=True, filename=filename, content_type="application/pdf"
    )
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = f"public, max-age={DAY}" if is_public else "private, no-cache"
    return response


def fetchable(request: HttpRequest, rows: QuerySet[Any]) -> tuple[Any, bool]:
    """A row of this file that the reader may see, and whether everybody may.

    Public are files of published offers; others are for the school's staff and for moderators."""
    public = rows.filter(offer__in=Offer.objects.published()).first()
    if public:
        return public, True
    row: Model | None = rows.select_related("offer").first()
    user = request.user
    if row is None or not user.is_authenticated:
        raise Http404
    is_staff = Membership.objects.of(user).filter(
        organisation__offers__in=rows.values("offer"), role__in=[Membership.Role.OWNER, Membership.Role.STAFF]
    )
    if not (user.is_moderator or is_staff.exists()):
        raise Http404
    return row, False
