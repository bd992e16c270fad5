from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal, User
from marketplace.models.prices import INSTANT, UNPRICED, PriceModel
from marketplace.models.search import index_offers
from vet2b.lib.refs import new_ref, slug_of

if TYPE_CHECKING:
    from marketplace.models.offers import Offer

# what a buyer relies on: changing any of these on a live offer needs a new review (E2)
MATERIAL = (
    "kind", "category", "price_model", "price", "price_to", "unit", "currency", "vat_rate", "vat_exemption",
    "lead_time_days", "min_quantity", "max_quantity", "rounds_of_changes", "is_instant", "delivery_modes",
    "travel_radius_km", "class_name", "class_year", "class_size", "eqf_level", "has_minors",
)  # fmt: skip
COPIED = (*MATERIAL, "languages", "source_language", "trainer", "substitute")
TEXT_FIELDS = ("title", "summary", "body", "included", "excluded", "stages", "practises", "safety")


class OfferVerbs:
    """What can be done with an offer; the table of moves stands in Offer."""

    @classmethod
    @transaction.atomic
    def start(cls, *, by: Membership, title: str, language: str, **fields: Any) -> Offer:
        """A new draft with its first text. Only a school's owners and staff may."""
        if not by.can_sell:
            raise PermissionDenied
        words = {name: fields.pop(name) for name in TEXT_FIELDS[1:] if name in fields}
        offer = cls.objects.create(
            school=by.organisation, slug=slug_of(title, new_ref()), source_language=language, **fields
        )
        offer.texts.create(language=language, title=title, **words)
        offer.record("start", by=by)
        return offer

    @property
    def missing(self) -> list[tuple[str, str]]:
        """What a submission still needs, as (name of the form part, what to do)."""
        text = self.source_text
        checks = [
            ("texts", text and text.title and text.summary and text.body, _("Write a title, summary and description")),
            ("texts", text and text.included, _("Say what the client gets")),
            ("texts", text and text.practises, _("Say what students practise")),
            ("price", self.price is not None or self.price_model in UNPRICED, _("Set the net price")),
            ("price", self.vat_rate is not None or self.vat_exemption, _("Set the VAT rate, or why there is none")),
            ("price", self.price_model != PriceModel.PACKAGES or self.packages.exists(), _("Add the packages")),
            ("terms", self.lead_time_days is not None, _("Set the lead time")),
            ("terms", self.delivery_modes, _("Say where the work is done")),
            ("terms", self.languages, _("Say which languages you work in")),
            ("people", self.trainer_id, _("Name the responsible trainer")),
            ("people", self.substitute_id and self.substitute_id != self.trainer_id, _("Name a substitute trainer")),
            ("people", self.class_name and self.eqf_level, _("Name the class and its EQF level")),
            ("skills", self.pk and self.skills.exists(), _("Choose at least one ESCO skill")),
            ("windows", not self.is_instant or self.has_future_window, _("Instant booking needs a window with places")),
        ]
        return [(part, label) for part, is_met, label in checks if not is_met]

    @property
    def advisable(self) -> list[tuple[str, str]]:
        """What makes an offer easier to find and trust, but is not asked for."""
        text = self.source_text
        languages = {t.language for t in self.texts.all()}
        checks = [
            ("texts", "en" in languages, _("Add an English version: companies abroad find it")),
            ("texts", text and text.stages, _("Describe how the job runs")),
            ("texts", text and text.excluded, _("Say what is not included")),
            ("windows", self.has_future_window, _("Add project windows, so that companies see when you are free")),
            ("images", self.pk and self.images.exists(), _("Add pictures of finished work")),
        ]
        return [(part, label) for part, is_met, label in checks if not is_met]

    @property
    def completeness(self) -> int:
        """Percent of all that `missing` and `advisable` look at."""
        total = 14 + 5
        return round(100 * (total - len(self.missing) - len(self.advisable)) / total)

    @property
    def has_future_window(self) -> bool:
        windows_of = self.revision_of if self.is_revision else self
        return windows_of.pk is not None and windows_of.windows.open().exists()

    @transaction.atomic
    def submit(self, *, by: Membership) -> None:
        self.guard("submit", by=by)
        if not self.school.is_verified:
            raise Refusal(_("Your school must be verified before an offer can be published. Your draft is kept."))
        if self.missing:
            raise Refusal(_("Still missing: %(list)s.") % {"list": "; ".join(label for _part, label in self.missing)})
        if self.is_instant and self.price_model not in INSTANT:
            raise Refusal(_("Instant booking needs a fixed price."), field="is_instant")
        self.submitted_at = timezone.now()
        self.move("submit", by=by, fields=["submitted_at"], notify=self.people())
        self.clear_timers("give_up")

    @transaction.atomic
    def approve(self, *, by: User, reason: str = "") -> None:
        self.guard("approve", by=by)
        if self.is_revision:
            self.apply_revision(by=by, reason=reason)
            return
        self.published_at = timezone.now()
        self.move("approve", by=by, fields=["published_at"], notify=self.people(), reason=reason)
        index_offers([self.pk])

    def apply_revision(self, *, by: User, reason: str) -> None:
        """Copies an approved revision over its original, which kept its windows, favourites and address."""
        original = type(self).objects.select_for_update().get(pk=self.revision_of_id)
        copy_content(self, original)
        original.save()
        original.record("approve_revision", by=by, notify=original.people(), reason=reason)
        self.move("approve", by=by, to=self.Status.ARCHIVED, reason=reason)
        index_offers([original.pk])

    @transaction.atomic
    def ask_changes(self, *, by: User, reason: str) -> None:
        self.guard("ask_changes", by=by, reason=reason)
        self.move("ask_changes", by=by, notify=self.people(), reason=reason)
        self.set_timer("give_up", timezone.now() + timedelta(days=self.GIVE_UP_DAYS))

    @transaction.atomic
    def reject(self, *, by: User, reason: str) -> None:
        self.guard("reject", by=by, reason=reason)
        self.move("reject", by=by, notify=self.people(), reason=reason)

    @transaction.atomic
    def give_up(self, *, by: None) -> None:
        """Ten days of silence after a request for changes end the review (E2)."""
        self.guard("give_up", by=by)
        self.move("give_up", by=by, notify=self.people())

    @transaction.atomic
    def pause(self, *, by: Membership | None) -> None:
        """By the school, or by the system after three requests in half a year got no answer (E2)."""
        self.guard("pause", by=by)
        self.move("pause", by=by, notify=self.people())
        index_offers([self.pk])

    @transaction.atomic
    def resume(self, *, by: Membership) -> None:
        self.guard("resume", by=by)
        self.move("resume", by=by)
        index_offers([self.pk])

    @transaction.atomic
    def suspend(self, *, by: User, reason: str) -> None:
        self.guard("suspend", by=by, reason=reason)
        self.move("suspend", by=by, notify=[*self.people(), *self.open_buyers()], reason=reason)
        index_offers([self.pk])

    @transaction.atomic
    def reinstate(self, *, by: User, reason: str) -> None:
        self.guard("reinstate", by=by, reason=reason)
        self.move("reinstate", by=by, notify=self.people(), reason=reason)
        index_offers([self.pk])

    @transaction.atomic
    def archive(self, *, by: Membership) -> None:
        self.guard("archive", by=by)
        self.move("archive", by=by, notify=self.open_buyers())
        index_offers([self.pk])

    def open_buyers(self) -> list[Any]:
        """The buyers of orders that still run on this offer: they are told when it goes."""
        return [(order.contact, order.buyer) for order in self.orders.open().select_related("contact", "buyer")]

    @transaction.atomic
    def revise(self, *, by: Membership) -> Offer:
        """The open revision of a live offer, made from it when there is none."""
        self.guard("revise", by=by)
        if self.open_revision:
            return self.open_revision
        revision = copy_of(self, revision_of=self)
        self.record("revise", by=by)
        return revision

    @transaction.atomic
    def duplicate(self, *, by: Membership) -> Offer:
        if not self.allows("school", by):
            raise PermissionDenied
        copy = copy_of(self, revision_of=None)
        copy.record("start", by=by)
        return copy


def copy_of(offer: Offer, *, revision_of: Offer | None) -> Offer:
    copy = type(offer)(school=offer.school, revision_of=revision_of, slug=slug_of(offer.title, new_ref()))
    for name in COPIED:
        setattr(copy, name, getattr(offer, name))
    copy.save()
    copy_content(offer, copy)
    return copy


def copy_content(source: Offer, target: Offer) -> None:
    """Makes texts, packages, skills and pictures of `target` those of `source`; windows stay with the original."""
    for name in COPIED:
        setattr(target, name, getattr(source, name))
    target.texts.all().delete()
    for text in source.texts.all():
        target.texts.create(language=text.language, **{name: getattr(text, name) for name in TEXT_FIELDS})
    copy_packages(source, target)
    target.skills.set(source.skills.all())
    copy_pictures(source, target)
    target._prefetched_objects_cache = {}


def copy_packages(source: Offer, target: Offer) -> None:
    """By code, since orders may point at a package: kept ones are updated in place."""
    codes = []
    for package in source.packages.all():
        codes.append(package.code)
        target.packages.update_or_create(
            code=package.code,
            defaults={"price": package.price, "texts": package.texts, "position": package.position},
        )
    target.packages.exclude(code__in=codes).delete()


def copy_pictures(source: Offer, target: Offer) -> None:
    for related in ("images", "documents"):
        getattr(target, related).all().delete()
        for row in getattr(source, related).all():
            row.pk, row.offer = None, target
            row._state.adding = True
            row.save()
