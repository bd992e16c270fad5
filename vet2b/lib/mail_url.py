from typing import Any

import dj_email_url  # type: ignore[import-untyped]
from django.core.exceptions import ImproperlyConfigured

TIMEOUT = 10
# schemes that the parser does not know: it would send the password in the clear
ENCRYPTED = {"smtp+tls": "EMAIL_USE_TLS", "smtp+ssl": "EMAIL_USE_SSL"}


def mail_settings(url: str) -> dict[str, Any]:
    """Django's settings for `smtp+tls://user:password@host:587` (STARTTLS), `smtp+ssl://…:465` or `smtp://…:25`,
    and whatever else dj-email-url reads, such as `console://`."""
    scheme, _sep, rest = url.partition("://")
    if scheme in ENCRYPTED:
        return mail_settings(f"smtp://{rest}") | {ENCRYPTED[scheme]: True}
    found = dj_email_url.parse(url)
    if "EMAIL_BACKEND" not in found:
        raise ImproperlyConfigured(f"EMAIL_URL cannot begin with {scheme}://")
    return found | {"EMAIL_TIMEOUT": found["EMAIL_TIMEOUT"] or TIMEOUT}
