"""Records of learners as Open Badges 3.0: a credential of the school as a signed JWT (section 8.2 of the standard)."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.utils.translation import gettext as _
from joserfc import jwt
from joserfc.jws import JWSRegistry

from marketplace.issuers import CONTEXT, address, badge_urn, key_url, profile_of
from marketplace.models import Evidence, IssuerKey
from marketplace.models.issuer_keys import ALGORITHM

STATUS = "1EdTechRevocationList"


def badge_of(evidence: Evidence) -> str:
    """Signed with the school's key, in the active language; it stays valid without us, given the school's key."""
    school = evidence.order.seller
    key = IssuerKey.of(school)
    header = {"alg": ALGORITHM, "typ": "JWT", "kid": key_url(key, school)}
    registry = JWSRegistry(algorithms=[ALGORITHM])
    return jwt.encode(header, claims_of(evidence), key.private(), registry=registry)


def claims_of(evidence: Evidence) -> dict[str, Any]:
    """The credential, and what a JWT asks for."""
    credential = credential_of(evidence)
    names = {"iss": credential["issuer"]["id"], "jti": credential["id"], "sub": credential["credentialSubject"]["id"]}
    return {**credential, **names, "nbf": int(evidence.confirmed_at.timestamp())}


def credential_of(evidence: Evidence) -> dict[str, Any]:
    school = evidence.order.seller
    valid_from = evidence.confirmed_at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    return {
        "@context": CONTEXT,
        "id": badge_urn(evidence),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": evidence.title,
        "issuer": profile_of(school),
        "validFrom": valid_from,
        "credentialSubject": {
            "id": f"urn:uuid:{evidence.subject_id}",
            "type": ["AchievementSubject"],
            "achievement": achievement_of(evidence),
        },
        "evidence": [{"type": ["Evidence"], "name": evidence.title, "narrative": summary_of(evidence)}],
        "credentialStatus": {"id": address("issuer_revoked", school.slug), "type": STATUS},
    }


def achievement_of(evidence: Evidence) -> dict[str, Any]:
    criteria = _("A trainer of the school confirmed the work after the client had accepted it.")
    return {
        "id": f"{badge_urn(evidence)}#achievement",
        "type": ["Achievement"],
        "name": evidence.title,
        "description": evidence.tasks,
        "criteria": {"narrative": criteria},
        "alignment": [alignment_of(skill.uri, skill.label) for skill in evidence.skills.all()],
    }


def alignment_of(uri: str, label: str) -> dict[str, Any]:
    return {"type": ["Alignment"], "targetName": label, "targetUrl": uri, "targetFramework": "ESCO"}


def summary_of(evidence: Evidence) -> str:
    """What the order was about. The client is named only where it agreed, the learner never."""
    parts = [
        _("An order from practice, done by students of %(school)s.") % {"school": evidence.order.seller.name},
        _("Hours: %(hours)s.") % {"hours": evidence.hours},
        _("Works: %(level)s.") % {"level": evidence.get_level_display()},
    ]
    if evidence.client_name:
        parts.append(_("Client: %(client)s.") % {"client": evidence.client_name})
    return " ".join(parts)
