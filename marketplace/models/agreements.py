from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Activity, Lifecycle, Membership, Move, Organisation, User
from accounts.records import file_problem
from marketplace.models.agreement_rules import Reason
from marketplace.models.agreement_texts import seal
from marketplace.models.agreement_verbs import AgreementVerbs
from marketplace.models.orders import Order
from marketplace.tasks import nudge_agreements
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_token

if TYPE_CHECKING:
    from marketplace.models.agreement_signatures import AgreementPaper, AgreementSignature


class Agreement(AgreementVerbs, Lifecycle, TimeStamped):
    """What both sides of an order sign before the work begins. Lifecycle E5.

    What happens to it stands in the timeline of the order. After an amendment while the work runs, the version that
    both signed before stays in force until the new one is signed."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("agreement status", "Draft")
        PROPOSED = "proposed", pgettext_lazy("agreement status", "Waiting for signatures")
        PARTLY_SIGNED = "partly_signed", pgettext_lazy("agreement status", "Signed by one side")
        SIGNED = "signed", pgettext_lazy("agreement status", "Signed by both sides")
        ACTIVE = "active", pgettext_lazy("agreement status", "In force")
        ENDED = "ended", pgettext_lazy("agreement status", "Ended")
        TERMINATED = "terminated", pgettext_lazy("agreement status", "Terminated")

    S = Status
    UNSIGNED = frozenset({S.PROPOSED, S.PARTLY_SIGNED})
    SETTLED = frozenset({S.SIGNED, S.ACTIVE})
    OPEN = UNSIGNED | SETTLED | {S.DRAFT}
    TRANSITIONS = {
        "propose": Move(frozenset({S.DRAFT}), S.PROPOSED, "system"),
        "edit": Move(UNSIGNED, S.PROPOSED, "either"),
        "sign": Move(UNSIGNED, S.PARTLY_SIGNED, "signatory"),
        "offer_paper": Move(UNSIGNED, None, "signatory"),
        "confirm_paper": Move(UNSIGNED, S.SIGNED, "signatory"),
        "amend": Move(SETTLED, S.PROPOSED, "either"),
        "amend_signed": Move(SETTLED, None, "signatory"),
        "activate": Move(frozenset({S.SIGNED}), S.ACTIVE, "system"),
        "terminate": Move(frozenset({S.ACTIVE}), S.TERMINATED, "signatory", needs_reason=True),
        "end": Move(OPEN, S.ENDED, "system"),
    }

    order = models.OneToOneField(Order, models.PROTECT, related_name="agreement")
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.DRAFT)
    reasons = ArrayField(models.CharField(max_length=20, choices=Reason), verbose_name=_("why it is needed"))

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=["draft", "proposed", "partly_signed", "signed", "active", "ended", "terminated"]
                ),
                name="agreement_status_known",
            ),
            models.CheckConstraint(condition=Q(reasons__len__gte=1), name="agreement_has_reasons"),
        ]

    def __str__(self) -> str:
        return str(self.order)

    def get_absolute_url(self) -> str:
        return reverse("marketplace:agreement_detail", args=[self.order.ref])

    @property
    def is_settled(self) -> bool:
        return self.status in self.SETTLED

    @property
    def latest(self) -> AgreementVersion:
        return self.versions.order_by("number").last()

    @property
    def is_in_force(self) -> bool:
        """Whether both sides have signed one of its versions, if perhaps not the latest."""
        versions = self.versions.annotate(n=models.Count("signatures", filter=Q(signatures__voided_at=None)))
        return versions.filter(n__gte=2).exists()

    def can(self, verb: str, *, by: Membership | User | None) -> bool:
        if not super().can(verb, by=by):
            return False
        if verb in {"sign", "offer_paper"}:
            return not self.latest.is_signed_by(by.organisation)
        if verb == "confirm_paper":
            return self.latest.paper_for(by.organisation) is not None
        return verb != "terminate" or self.order.can("cancel", by=by)

    def allows(self, party: str, by: Membership | User | None) -> bool:
        if party == "signatory":
            return self.order.allows("either", by) and by.can_sign
        return self.order.allows(party, by)

    def lock(self) -> None:
        """After the order, as every verb of what belongs to one."""
        self.order.lock()
        super().lock()

    def record(self, verb: str, *, from_status: str = "", to_status: str = "", **told: Any) -> Activity:
        return self.order.record(f"agreement_{verb}", **told)

    def told(self, *organisations: Organisation) -> Iterable[tuple[User | None, Organisation]]:
        """The people of the order on these sides, and who may sign for them."""
        sides = {self.order.buyer_id: self.order.buyers, self.order.seller_id: self.order.sellers}
        for organisation in organisations:
            yield from sides[organisation.pk]()
            yield from ((member.user, organisation) for member in organisation.memberships.signatories())

    def other_side(self, by: Membership) -> Organisation:
        return self.order.seller if by.organisation_id == self.order.buyer_id else self.order.buyer


def pdf_path(version: AgreementVersion, filename: str) -> str:
    return f"agreements/{new_token()}"


class AgreementVersion(models.Model):
    """One text of an agreement; trigger agreement_version_stays refuses to change or remove it.

    `text` is what is signed: the canonical JSON of agreement_texts, and `sha256` of exactly its UTF-8 bytes."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(_("why it was changed"), max_length=1000, blank=True)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    pdf = models.FileField(upload_to=pdf_path, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    is_pdf_due = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("version of an agreement")
        verbose_name_plural = _("versions of agreements")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="agreement_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="agreement_version_from_one"),
        ]
        indexes = [models.Index(fields=["id"], name="agreement_pdf_due", condition=Q(is_pdf_due=True))]

    def __str__(self) -> str:
        return f"{self.agreement} v{self.number}"

    @cached_property
    def content(self) -> dict[str, Any]:
        return json.loads(self.text)

    @cached_property
    def valid_signatures(self) -> list[AgreementSignature]:
        return [each for each in self.signatures.all() if each.voided_at is None]

    @property
    def is_intact(self) -> bool:
        """Whether the text is still the one that was sealed, and every signature stands under it."""
        return seal(self.text) == self.sha256 and all(each.sha256 == self.sha256 for each in self.signatures.all())

    @property
    def is_pdf_intact(self) -> bool:
        """Reads the stored file."""
        return not file_problem(self.pdf, self.pdf_sha256)

    @property
    def is_checked(self) -> bool:
        """Whether a lawyer has read every clause as it stands."""
        return all(words["is_checked"] for part in self.content["sections"] for words in part["words"].values())

    def mark_pdf_due(self) -> None:
        """The worker makes the PDF anew: see agreement_pdf."""
        self.is_pdf_due = True
        self.save(update_fields=["is_pdf_due"])
        nudge_agreements()

    def is_signed_by(self, organisation: Organisation) -> bool:
        return any(each.organisation_id == organisation.pk for each in self.valid_signatures)

    def paper_for(self, organisation: Organisation) -> AgreementPaper | None:
        """The other side's latest scan, which this one may confirm."""
        papers = self.papers.exclude(organisation=organisation).filter(confirmed_at=None)
        return papers.order_by("pk").last()
