from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def site_host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}" if path.startswith("/") else path


def one_line(text: str) -> str:
    """What may stand in a header: no line breaks, no control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def build(
    template: str, to: str, subject: str, context: Mapping[str, Any], *, key: str, unsubscribe: str = ""
) -> EmailMultiAlternatives:
    """A mail with a text and an HTML part from `emails/<template>.txt` and `.html`.

    `key` makes the Message-ID, so a second sending of the same mail can be told as such. `unsubscribe` is an
    absolute address that takes a POST (RFC 8058)."""
    words = {**context, "subject": one_line(subject), "site_url": settings.SITE_URL, "unsubscribe_url": unsubscribe}
    headers = {"Message-ID": f"<{key}@{site_host()}>", "Auto-Submitted": "auto-generated"}
    headers |= unsubscribe_headers(unsubscribe)
    mail = EmailMultiAlternatives(
        words["subject"], render_to_string(f"emails/{template}.txt", words), to=[to], headers=headers
    )
    mail.attach_alternative(render_to_string(f"emails/{template}.html", words), "text/html")
    return mail


def unsubscribe_headers(url: str) -> dict[str, str]:
    if not url:
        return {}
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
