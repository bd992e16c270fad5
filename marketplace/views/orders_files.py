"""Private files of an order: asked for anew each time, never shown inside the site."""

from __future__ import annotations

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404

from accounts.http import AuthedRequest
from marketplace.models import Consent, OrderFile
from marketplace.views.orders_access import order_for


def order_file(request: AuthedRequest, ref: str, file_ref: str) -> FileResponse:
    return download(get_object_or_404(order_for(request, ref).files, ref=file_ref))


def download(file: OrderFile | Consent) -> FileResponse:
    return as_attachment(file.file, file.name, file.content_type)


def as_attachment(file: FieldFile, name: str, content_type: str) -> FileResponse:
    try:
        content = file.open()
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response
