"""A school as the issuer of badges: its addresses, which are the same in every language, and its profile."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Organisation
from marketplace.models import Evidence, IssuerKey
from vet2b.lib.mail import absolute

CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]


def address(name: str, *args: object) -> str:
    with override(settings.LANGUAGE_CODE):
        return absolute(reverse(f"marketplace:{name}", args=args))


def profile_of(school: Organisation) -> dict[str, Any]:
    """The part of the profile that stands in every badge."""
    with override(settings.LANGUAGE_CODE):
        url = absolute(school.get_absolute_url())
    return {"id": address("issuer", school.slug), "type": ["Profile"], "name": school.name, "url": url}


def key_url(key: IssuerKey, school: Organisation) -> str:
    return address("issuer_key", school.slug, key.ref)


def key_set(school: Organisation) -> dict[str, Any]:
    """All public keys, those of earlier badges too."""
    keys = school.issuer_keys.all()
    return {"keys": [key.jwk(key_url(key, school)) for key in keys]}


def badge_urn(evidence: Evidence) -> str:
    """The name of a badge, which does not lead to the record's public page."""
    return f"urn:uuid:{evidence.badge_id}"


def revoked_list(school: Organisation) -> dict[str, Any]:
    """What a verifier asks whether a badge is still good. The reasons are nobody else's business."""
    revoked = Evidence.objects.filter(order__seller=school, revoked_at__isnull=False).order_by("revoked_at", "pk")
    rows = [{"id": badge_urn(evidence), "revoked": True} for evidence in revoked.only("badge_id")]
    return {
        "id": address("issuer_revoked", school.slug),
        "issuer": address("issuer", school.slug),
        "revokedCredential": rows,
    }
