"""The keys with which schools sign the records of their learners."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from joserfc.jwk import RSAKey

from accounts.models import Organisation
from vet2b.lib.refs import new_ref

BITS = 2048
ALGORITHM = "RS256"  # the one that every verifier of Open Badges 3.0 has to know


class IssuerKey(models.Model):
    """One key pair of a school, made when it is first needed. The private half is kept sealed, and only of the key in
    use; public halves stay for ever, so that what was signed with an earlier key can still be verified."""

    school = models.ForeignKey(Organisation, models.PROTECT, related_name="issuer_keys", verbose_name=_("school"))
    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    public = models.JSONField(_("public key"))
    sealed = models.TextField(blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("key of a school")
        verbose_name_plural = _("keys of schools")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["school"], name="issuer_key_in_use", condition=Q(retired_at=None)),
            models.CheckConstraint(
                condition=Q(retired_at=None) & ~Q(sealed="") | Q(retired_at__isnull=False, sealed=""),
                name="issuer_key_sealed_while_used",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @classmethod
    def of(cls, school: Organisation) -> IssuerKey:
        """The key in use, made at the first call; of two at once the constraint lets one win."""
        live = cls.objects.filter(school=school, retired_at=None)
        if key := live.first():
            return key
        try:
            with transaction.atomic():
                return cls.make(school)
        except IntegrityError:
            return live.get()

    @classmethod
    @transaction.atomic
    def rotate(cls, school: Organisation) -> IssuerKey:
        """The school signs with a new key from now on."""
        cls.objects.filter(school=school, retired_at=None).update(retired_at=timezone.now(), sealed="")
        return cls.make(school)

    @classmethod
    def make(cls, school: Organisation) -> IssuerKey:
        pair = RSAKey.generate_key(BITS, private=True, auto_kid=False)
        sealed = seal().encrypt(json.dumps(pair.as_dict(private=True)).encode()).decode()
        return cls.objects.create(school=school, public=pair.as_dict(private=False), sealed=sealed)

    def private(self) -> RSAKey:
        return RSAKey.import_key(json.loads(seal().decrypt(self.sealed.encode())))

    def jwk(self, url: str) -> dict[str, Any]:
        """The public half, named by the address at which it is found."""
        names = {name: self.public[name] for name in ("kty", "n", "e")}
        return {**names, "kid": url, "use": "sig", "alg": ALGORITHM}


@cache
def seal() -> MultiFernet:
    """Seals with the secret of the site; opens what was sealed with an earlier one too."""
    return MultiFernet([seal_of(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def seal_of(secret: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"marketplace.issuer_keys").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
