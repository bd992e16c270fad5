from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation, User
from accounts.records import file_problem
from marketplace.models.agreements import AgreementVersion
from vet2b.lib.refs import new_ref, new_token


def paper_path(paper: AgreementPaper, filename: str) -> str:
    return f"agreements/{new_token()}"


class AgreementPaper(models.Model):
    """The scan of a paper that both have signed by hand; it counts when the other side confirms it."""

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="papers")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    name = models.CharField(_("full name"), max_length=120)
    function = models.CharField(_("function"), max_length=120)
    power = models.CharField(max_length=10, choices=Membership.Role)
    method = models.CharField(max_length=30)
    file = models.FileField(upload_to=paper_path)
    file_name = models.CharField(max_length=150)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("signed paper")
        verbose_name_plural = _("signed papers")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_intact(self) -> bool:
        """Reads the stored file."""
        return not file_problem(self.file, self.sha256)


class AgreementSignature(models.Model):
    """Who signed which bytes for whom, when, and how they proved who they are (AUD-3).

    Trigger agreement_signature_stays lets nothing change but `voided_at`, once."""

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="signatures")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    name = models.CharField(_("full name"), max_length=120)
    function = models.CharField(_("function"), max_length=120)
    power = models.CharField(_("role of the signatory"), max_length=10, choices=Membership.Role)
    method = models.CharField(_("proof of identity"), max_length=30)
    sha256 = models.CharField(max_length=64)
    paper = models.ForeignKey(AgreementPaper, models.PROTECT, null=True, blank=True, related_name="signatures")
    signed_at = models.DateTimeField(default=timezone.now)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["signed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "organisation"], condition=Q(voided_at=None), name="agreement_signed_once"
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(function=""), name="agreement_signature_named"),
            models.CheckConstraint(condition=Q(power__in=["owner", "staff"]), name="agreement_signature_power"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.organisation}"
