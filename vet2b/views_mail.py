"""Reads the mails that were written to files instead of being sent: only while developing."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import wraps
from pathlib import Path

from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin

LATEST = 200
SEPARATOR = b"-" * 79  # what Django's file backend writes after each mail


@dataclass(frozen=True)
class Mail:
    """One mail; `key` names its file and its number in it."""

    key: str
    message: EmailMessage

    @property
    def sent_at(self) -> datetime:
        return parsedate_to_datetime(self.message["Date"])

    @property
    def headers(self) -> list[tuple[str, str]]:
        return list(self.message.items())

    def part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        return body.get_content() if body else ""


def mails() -> list[Mail]:
    """Newest first."""
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", None) or "/nonexistent")
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)[:LATEST]
    found = [mail for path in files for mail in mails_in(path)]
    return sorted(found, key=lambda mail: mail.sent_at, reverse=True)[:LATEST]


def mails_in(path: Path) -> list[Mail]:
    parts = [part.strip() for part in path.read_bytes().split(SEPARATOR)]
    return [
        Mail(f"{path.stem}-{number}", email.message_from_bytes(part, policy=email.policy.default))
        for number, part in enumerate(parts)
        if part
    ]


def only_while_developing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def checked(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if not settings.DEBUG:
            raise Http404
        return view(request, *args, **kwargs)

    return login_not_required(checked)


def find(key: str) -> Mail:
    mail = next((mail for mail in mails() if mail.key == key), None)
    if mail is None:
        raise Http404
    return mail


@only_while_developing
def mail_list(request: HttpRequest) -> HttpResponse:
    return render(request, "vet2b/mail_list.html", {"mails": mails()})


@csp_update({"frame-src": ["'self'"]})
@only_while_developing
def mail_detail(request: HttpRequest, key: str) -> HttpResponse:
    mail = find(key)
    return render(request, "vet2b/mail_detail.html", {"mail": mail, "text": mail.part("plain")})


@csp_replace(
    {
        "default-src": ["'none'"], "script-src": ["'none'"], "style-src": ["'unsafe-inline'"], "img-src": ["data:"],
        "form-action": ["'none'"], "frame-ancestors": ["'self'"], "sandbox": ["allow-popups"],
    }
)  # fmt: skip
@xframe_options_sameorigin
@only_while_developing
def mail_html(request: HttpRequest, key: str) -> HttpResponse:
    """The HTML part alone, for the frame: it runs nothing and fetches nothing."""
    return HttpResponse(find(key).part("html"))
