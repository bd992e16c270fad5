from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Lifecycle, Membership, Move, Organisation, Timed, User
from marketplace.models.catalogue import Category, Skill
from marketplace.models.offer_checks import OfferChecks
from marketplace.models.offer_edits import OfferEdits
from marketplace.models.offer_files import OfferFiles, OfferWindows
from marketplace.models.offer_querysets import OfferQuerySet
from marketplace.models.offer_texts import OfferText, Package
from marketplace.models.offer_times import OfferTimes
from marketplace.models.offer_verbs import OfferVerbs
from marketplace.models.prices import INSTANT, Currency, PriceModel
from vet2b.lib.models import TimeStamped
from vet2b.lib.refs import new_ref


class Offer(OfferVerbs, OfferEdits, OfferFiles, OfferWindows, OfferTimes, OfferChecks, Lifecycle, Timed, TimeStamped):
    """What a school sells. Lifecycle E2.

    A material edit of a published offer is a second Offer row, `revision_of` the first, which goes through the same
    review while the first stays live; approving it copies it over."""

    class Kind(models.TextChoices):
        SERVICE = "service", _("Service")
        PRODUCT = "product", _("Product")

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("offer status", "Draft")
        IN_REVIEW = "in_review", pgettext_lazy("offer status", "In review")
        CHANGES_REQUESTED = "changes_requested", pgettext_lazy("offer status", "Changes requested")
        REJECTED = "rejected", pgettext_lazy("offer status", "Rejected")
        PUBLISHED = "published", pgettext_lazy("offer status", "Published")
        PAUSED = "paused", pgettext_lazy("offer status", "Paused")
        SUSPENDED = "suspended", pgettext_lazy("offer status", "Suspended")
        ARCHIVED = "archived", pgettext_lazy("offer status", "Archived")

    class DeliveryMode(models.TextChoices):
        AT_SCHOOL = "at_school", _("At the school")
        AT_CLIENT = "at_client", _("At your place")
        REMOTE = "remote", _("Online")
        SHIPPED = "shipped", _("Shipped to you")

    EDITABLE = frozenset({Status.DRAFT, Status.CHANGES_REQUESTED})
    OPEN = EDITABLE | {Status.IN_REVIEW}
    LIVE = frozenset({Status.PUBLISHED, Status.PAUSED})
    ENDED = frozenset({Status.REJECTED, Status.ARCHIVED})
    TRANSITIONS = {
        "submit": Move(EDITABLE, Status.IN_REVIEW, "school"),
        "approve": Move(frozenset({Status.IN_REVIEW}), Status.PUBLISHED, "moderator"),
        "ask_changes": Move(frozenset({Status.IN_REVIEW}), Status.CHANGES_REQUESTED, "moderator", needs_reason=True),
        "reject": Move(frozenset({Status.IN_REVIEW}), Status.REJECTED, "moderator", needs_reason=True),
        "give_up": Move(frozenset({Status.CHANGES_REQUESTED}), Status.REJECTED, "system"),
        "pause": Move(frozenset({Status.PUBLISHED}), Status.PAUSED, "school_or_system"),
        "resume": Move(frozenset({Status.PAUSED}), Status.PUBLISHED, "school"),
        "suspend": Move(LIVE, Status.SUSPENDED, "moderator", needs_reason=True),
        "reinstate": Move(frozenset({Status.SUSPENDED}), Status.PUBLISHED, "moderator", needs_reason=True),
        "archive": Move(frozenset(Status) - {Status.ARCHIVED, Status.SUSPENDED}, Status.ARCHIVED, "school"),
        "revise": Move(LIVE, None, "school"),
        "change": Move(EDITABLE, None, "school"),
        "change_live": Move(LIVE, None, "school"),
    }
    TIMED_VERBS = frozenset({"give_up"})
    GIVE_UP_DAYS = 10  # of silence after a moderator asked for changes (E2)

    ref = models.CharField(max_length=14, unique=True, default=new_ref, editable=False)
    slug = models.SlugField(max_length=90, unique=True)
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="offers", verbose_name=_("school"))
    revision_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="revisions", verbose_name=_("revision of")
    )
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.DRAFT)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SERVICE)
    category = models.ForeignKey(Category, models.PROTECT, related_name="offers", verbose_name=_("category"))
    source_language = models.CharField(_("written in"), max_length=8, choices=settings.LANGUAGES)

    price_model = models.CharField(_("price model"), max_length=4, choices=PriceModel)
    price = models.DecimalField(
        _("net price"), max_digits=10, decimal_places=2, null=True, blank=True,
        help_text=_("Without VAT. For estimates and packages: the lowest price."),
    )  # fmt: skip
    price_to = models.DecimalField(_("up to"), max_digits=10, decimal_places=2, null=True, blank=True)
    unit = models.CharField(
        _("unit"), max_length=20, blank=True, help_text=_("What one is: guest, hour, piece, sample, page, week.")
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.EUR)
    vat_rate = models.DecimalField(_("VAT rate in %"), max_digits=4, decimal_places=2, null=True, blank=True)
    vat_exemption = models.CharField(_("reason for no VAT"), max_length=150, blank=True)

    lead_time_days = models.PositiveSmallIntegerField(
        _("lead time"), null=True, blank=True, help_text=_("Days between a request and the earliest date.")
    )
    min_quantity = models.PositiveIntegerField(_("smallest quantity"), default=1)
    max_quantity = models.PositiveIntegerField(_("largest quantity"), null=True, blank=True)
    rounds_of_changes = models.PositiveSmallIntegerField(_("rounds of changes"), default=1)
    is_instant = models.BooleanField(
        _("instant booking"), default=False,
        help_text=_("Companies book a free place at once, without waiting for your answer."),
    )  # fmt: skip
    delivery_modes = ArrayField(
        models.CharField(max_length=12, choices=DeliveryMode), verbose_name=_("where"), default=list, blank=True
    )
    travel_radius_km = models.PositiveSmallIntegerField(_("travel radius in km"), null=True, blank=True)
    languages = ArrayField(models.CharField(max_length=8), verbose_name=_("we work in"), default=list, blank=True)

    trainer = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="offers_led", verbose_name=_("responsible trainer")
    )
    substitute = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="offers_backed", verbose_name=_("substitute trainer")
    )
    class_name = models.CharField(_("class"), max_length=80, blank=True)
    class_year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    class_size = models.PositiveSmallIntegerField(_("number of students"), null=True, blank=True)
    eqf_level = models.PositiveSmallIntegerField(_("EQF level"), null=True, blank=True)
    has_minors = models.BooleanField(_("students under 18 take part"), default=True)
    frees_from_class = models.BooleanField(_("students miss lessons for this"), default=False)
    learners_per_trainer = models.PositiveSmallIntegerField(
        _("students a trainer"), default=12, help_text=_("At most so many students to one trainer during the work.")
    )
    insured_until = models.DateField(
        _("insured until"), null=True, blank=True,
        help_text=_("Until when your insurance covers this work. Orders up to this day need no further answer."),
    )  # fmt: skip
    handles_personal_data = models.BooleanField(_("the class works with personal data of the client"), default=False)
    skills = models.ManyToManyField(Skill, blank=True, related_name="offers", verbose_name=_("skills practised"))

    submitted_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[
                        "draft", "in_review", "changes_requested", "rejected",
                        "published", "paused", "suspended", "archived",
                    ]
                ),
                name="offer_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(price_model__in=PriceModel.values), name="offer_price_model_known"
            ),
            models.CheckConstraint(
                condition=models.Q(price=None) | models.Q(price__gte=0), name="offer_price_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(price_to=None) | models.Q(price_to__gt=models.F("price")),
                name="offer_prices_ordered",
            ),
            models.CheckConstraint(
                condition=models.Q(vat_rate=None) | models.Q(vat_exemption=""), name="offer_vat_or_exempt"
            ),
            models.CheckConstraint(
                condition=models.Q(max_quantity=None) | models.Q(max_quantity__gte=models.F("min_quantity")),
                name="offer_quantities_ordered",
            ),
            models.CheckConstraint(
                condition=models.Q(eqf_level=None) | models.Q(eqf_level__range=(1, 8)), name="offer_eqf_1_to_8"
            ),
            models.CheckConstraint(
                condition=models.Q(learners_per_trainer__gte=1), name="offer_trainers_supervise"
            ),
            models.CheckConstraint(
                condition=models.Q(is_instant=False) | models.Q(price_model__in=sorted(INSTANT)),
                name="offer_instant_needs_fixed_price",
            ),
            models.UniqueConstraint(
                fields=["revision_of"],
                name="offer_one_open_revision",
                condition=models.Q(status__in=["draft", "in_review", "changes_requested"]),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["school", "status"], name="offer_school_status"),
            models.Index(fields=["submitted_at"], name="offer_to_review", condition=models.Q(status="in_review")),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("marketplace:offer_detail", args=[self.slug])

    @property
    def title(self) -> str:
        text = self.text_for(None)
        return text.title if text else self.ref

    def text_for(self, language: str | None) -> OfferText | None:
        """The text in the reader's language, else in English, else in the source language."""
        texts = {text.language: text for text in self.texts.all()}
        return next((texts[lang] for lang in (language, "en", self.source_language) if lang in texts), None)

    @property
    def source_text(self) -> OfferText | None:
        return next((text for text in self.texts.all() if text.language == self.source_language), None)

    @property
    def is_revision(self) -> bool:
        return self.revision_of_id is not None

    @property
    def is_live(self) -> bool:
        return self.status == self.Status.PUBLISHED

    @property
    def open_revision(self) -> Offer | None:
        return next((revision for revision in self.revisions.all() if revision.status in self.OPEN), None)

    @property
    def is_by_time(self) -> bool:
        """Whether it is booked by day and time."""
        return hasattr(self, "plan")

    def activity_details(self) -> dict[str, Any]:
        return {"title": self.title, "ref": self.ref}

    def allows(self, party: str, by: Membership | User | None) -> bool:
        if party == "school_or_system" and by is None:
            return True
        if party.startswith("school"):
            return isinstance(by, Membership) and by.organisation_id == self.school_id and by.can_sell
        if party == "moderator":
            return isinstance(by, User) and by.is_moderator and not self.school.memberships.filter(user=by).exists()
        return by is None

    def people(self) -> list[tuple[User | None, Organisation]]:
        """Whom the school has told about this offer."""
        return [(self.trainer, self.school), (self.substitute, self.school)]

    def price_for(self, quantity: int, package: Package | None = None) -> Decimal | None:
        """The net price of an order, or None where only a quote can tell."""
        if self.price_model == PriceModel.PACKAGES:
            return package.price if package else None
        if self.price is None or self.price_to is not None:
            return None
        if self.price_model in {PriceModel.PER_PERSON, PriceModel.PER_UNIT}:
            return self.price * quantity
        return self.price if self.price_model == PriceModel.FIXED else None
