from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy
from django_countries.fields import CountryField

from accounts.models.activity import Activity
from accounts.models.lifecycle import Lifecycle, Move, Refusal
from accounts.models.memberships import Membership
from accounts.models.places import Region, currency_of, zone_of
from accounts.models.sectors import Sector
from accounts.models.users import User
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref, slug_of


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def verified(self) -> OrganisationQuerySet:
        return self.filter(status=Organisation.Status.VERIFIED)

    def schools(self) -> OrganisationQuerySet:
        return self.filter(kind=Organisation.Kind.SCHOOL)

    def to_verify(self) -> OrganisationQuerySet:
        return self.filter(status=Organisation.Status.PENDING).order_by("submitted_at", "pk")


class Organisation(Lifecycle, TimeStamped):
    """A school, company, public body or partner: the trading party. Lifecycle E1."""

    class Kind(models.TextChoices):
        SCHOOL = "school", _("School (VET provider)")
        COMPANY = "company", _("Company")
        PUBLIC_BODY = "public_body", _("Public body")
        PARTNER = "partner", _("Partner organisation")

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("organisation status", "Draft")
        PENDING = "pending", pgettext_lazy("organisation status", "Waiting for verification")
        VERIFIED = "verified", pgettext_lazy("organisation status", "Verified")
        REJECTED = "rejected", pgettext_lazy("organisation status", "Rejected")
        SUSPENDED = "suspended", pgettext_lazy("organisation status", "Suspended")

    class Size(models.TextChoices):
        """Bands of Commission Recommendation 2003/361/EC, self-declared."""

        MICRO = "micro", _("Micro: under 10 people")
        SMALL = "small", _("Small: under 50 people")
        MEDIUM = "medium", _("Medium: under 250 people")
        LARGE = "large", _("Large: 250 people or more")

    TRANSITIONS = {
        "submit": Move(frozenset({Status.DRAFT, Status.REJECTED}), Status.PENDING, "owner"),
        "verify": Move(frozenset({Status.PENDING}), Status.VERIFIED, "moderator"),
        "ask_changes": Move(frozenset({Status.PENDING}), Status.DRAFT, "moderator", needs_reason=True),
        "reject": Move(frozenset({Status.PENDING}), Status.REJECTED, "moderator", needs_reason=True),
        "suspend": Move(frozenset({Status.VERIFIED}), Status.SUSPENDED, "moderator", needs_reason=True),
        "reinstate": Move(frozenset({Status.SUSPENDED}), Status.VERIFIED, "moderator", needs_reason=True),
    }
    MAX_REJECTIONS = 2
    IDENTITY = frozenset({"name", "country", "registration_number", "vat_id"})  # what a moderator verifies
    IDENTITY_OPEN = frozenset({Status.DRAFT, Status.REJECTED})

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.DRAFT)
    name = models.CharField(_("name"), max_length=150)
    slug = models.SlugField(max_length=90, unique=True)
    country = CountryField(_("country"))
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name=_("region"), related_name="organisations"
    )
    town = models.CharField(_("town"), max_length=80, blank=True)
    address = models.CharField(_("street and number"), max_length=150, blank=True)
    postcode = models.CharField(_("postcode"), max_length=16, blank=True)
    sector = models.CharField(_("sector"), max_length=1, choices=Sector, blank=True)
    size = models.CharField(_("size"), max_length=10, choices=Size, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=40, blank=True)
    vat_id = models.CharField(_("VAT id"), max_length=20, blank=True)
    description = models.TextField(_("description"), max_length=3000, blank=True)
    website = models.URLField(_("website"), max_length=200, blank=True)
    logo = models.ImageField(_("logo"), upload_to="logos/", blank=True)
    languages = ArrayField(models.CharField(max_length=8), verbose_name=_("languages"), default=list, blank=True)
    source_language = models.CharField(
        _("language of the description"), max_length=8, choices=settings.LANGUAGES, default="en"
    )
    approval_limit = models.DecimalField(
        _("approval limit"), max_digits=10, decimal_places=2, null=True, blank=True,
        help_text=_("Above this amount, VAT included, only an owner may accept a quote or book."),
    )  # fmt: skip
    submitted_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    rejections = models.PositiveSmallIntegerField(default=0)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["school", "company", "public_body", "partner"]),
                name="organisation_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "pending", "verified", "rejected", "suspended"]),
                name="organisation_status_known",
            ),
        ]
        indexes = [models.Index(fields=["kind", "status", "country"], name="organisation_public")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organisation_detail", args=[self.slug])

    @property
    def is_school(self) -> bool:
        return self.kind == self.Kind.SCHOOL

    @property
    def is_verified(self) -> bool:
        return self.status == self.Status.VERIFIED

    @property
    def is_identity_locked(self) -> bool:
        """Whether name, country and numbers are being or have been verified, so that they stand."""
        return self.status not in self.IDENTITY_OPEN

    @property
    def zone(self) -> str:
        return zone_of(self.country.code)

    @property
    def currency(self) -> str:
        return currency_of(self.country.code)

    @property
    def logo_version(self) -> str:
        return self.logo.name.rpartition("/")[2].removesuffix(".webp")[:12] if self.logo else ""

    @property
    def logo_url(self) -> str:
        """One address in every language, so that a browser keeps one copy; "" without a logo."""
        if not self.logo:
            return ""
        with override("en"):
            return reverse("accounts:organisation_logo", args=[self.slug, self.logo_version])

    @property
    def ref(self) -> str:
        return self.slug

    @property
    def missing_details(self) -> list[str]:
        """What verification still needs, as labels."""
        needed = ["name", "country", "town", "address"]
        if self.kind == self.Kind.COMPANY:
            needed += ["sector", "size"]
        return [str(self._meta.get_field(name).verbose_name) for name in needed if not getattr(self, name)]

    @property
    def last_verdict(self) -> Activity | None:
        """What a moderator last decided about this organisation, with the reason."""
        verbs = ["organisation.ask_changes", "organisation.reject", "organisation.suspend", "organisation.verify"]
        return self.activities.filter(verb__in=verbs).order_by("-created_at", "-pk").first()

    def allows(self, party: str, by: Membership | User | None) -> bool:
        if party == "moderator":
            return isinstance(by, User) and by.is_moderator and not self.memberships.filter(user=by).exists()
        return isinstance(by, Membership) and by.organisation_id == self.pk and by.is_owner

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.name, "ref": self.slug}

    def owners(self) -> list[tuple[User, Organisation | None]]:
        """Owners as recipients of a notice."""
        owners = self.memberships.filter(role=Membership.Role.OWNER).select_related("user")
        return [(membership.user, self) for membership in owners]

    @classmethod
    @transaction.atomic
    def register(cls, *, by: User, **fields: Any) -> Organisation:
        """Creates a draft organisation that `by` owns."""
        organisation = cls(slug=slug_of(fields["name"], new_ref()), **fields)
        organisation.save()
        membership = Membership.objects.create(
            user=by, organisation=organisation, role=Membership.Role.OWNER, is_signatory=True,
            is_coordinator=organisation.is_school,
        )  # fmt: skip
        organisation.record("create", by=membership)
        return organisation

    @transaction.atomic
    def change(self, fields: Iterable[str], *, by: Membership) -> None:
        """Saves edited details; `fields` are the names that a form changed on this instance.

        Raises Refusal where they belong to a verified identity."""
        if not self.allows("owner", by):
            raise PermissionDenied
        self.status = Organisation.objects.select_for_update().values_list("status", flat=True).get(pk=self.pk)
        if self.is_identity_locked and self.IDENTITY & set(fields):
            raise Refusal(_t("Name, country and numbers stand as they were sent for verification."))
        self.save(update_fields=[*fields, "updated_at"])
        self.record("change", by=by, fields=list(fields))

    @transaction.atomic
    def submit(self, *, by: Membership) -> None:
        self.guard("submit", by=by)
        if self.missing_details:
            raise Refusal(_t("Still missing: %(fields)s.") % {"fields": ", ".join(self.missing_details)})
        if self.rejections >= self.MAX_REJECTIONS:
            raise Refusal(_t("This organisation was rejected twice. Please write to the platform's staff."))
        self.submitted_at = timezone.now()
        self.move("submit", by=by, fields=["submitted_at"])

    @transaction.atomic
    def verify(self, *, by: User, reason: str = "") -> None:
        self.guard("verify", by=by)
        self.verified_at = timezone.now()
        self.move("verify", by=by, fields=["verified_at"], notify=self.owners(), reason=reason)

    @transaction.atomic
    def ask_changes(self, *, by: User, reason: str) -> None:
        self.guard("ask_changes", by=by, reason=reason)
        self.move("ask_changes", by=by, notify=self.owners(), reason=reason)

    @transaction.atomic
    def reject(self, *, by: User, reason: str) -> None:
        self.guard("reject", by=by, reason=reason)
        self.rejections += 1
        self.move("reject", by=by, fields=["rejections"], notify=self.owners(), reason=reason)

    @transaction.atomic
    def suspend(self, *, by: User, reason: str) -> None:
        self.guard("suspend", by=by, reason=reason)
        self.move("suspend", by=by, notify=self.owners(), reason=reason)

    @transaction.atomic
    def reinstate(self, *, by: User, reason: str) -> None:
        self.guard("reinstate", by=by, reason=reason)
        self.move("reinstate", by=by, notify=self.owners(), reason=reason)
