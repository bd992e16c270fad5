from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal, User
from marketplace.models.offer_copies import COPIED, copy_content, copy_of
from marketplace.models.offer_texts import TEXT_FIELDS
from marketplace.models.offer_times import copy_times
from marketplace.models.prices import INSTANT
from marketplace.models.search import index_offers
from vet2b.lib.refs import new_ref, slug_of

if TYPE_CHECKING:
    from marketplace.models.catalogue import Category
    from marketplace.models.offers import Offer


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

    @classmethod
    @transaction.atomic
    def start_from(cls, category: Category, *, by: Membership, title: str, language: str) -> Offer:
        """A draft that begins with the category's template.

        Its words are English: for who writes in another language they become the English version, to be made
        the school's own, and the own language starts with its title only."""
        template = getattr(category, "template", None)
        content = dict(template.content) if template else {"price_model": "FIX"}
        words = {name: content.pop(name) for name in TEXT_FIELDS if name in content}
        skills = content.pop("skills", [])
        offer = cls.start(
            by=by, title=title, language=language, category=category, trainer=by.user,
            currency=by.organisation.currency, languages=[*by.organisation.languages],
            **content, **({k: v for k, v in words.items() if k != "title"} if language == "en" else {}),
        )  # fmt: skip
        if language != "en" and words:
            offer.texts.create(language="en", **words)
        offer.skills.set(category.skills.model.objects.filter(uri__in=skills))
        return offer

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
        original = self.locked_original()
        self.guard("approve", by=by)
        if original:
            self.apply_revision(original, by=by, reason=reason)
            return
        self.published_at = timezone.now()
        self.move("approve", by=by, fields=["published_at"], notify=self.people(), reason=reason)
        index_offers([self.pk])

    def locked_original(self) -> Offer | None:
        """The offer that this is a new version of, locked. Always before the revision: no deadlocks."""
        if not self.is_revision:
            return None
        return type(self).objects.select_for_update().get(pk=self.revision_of_id)

    def apply_revision(self, original: Offer, *, by: User, reason: str) -> None:
        """Copies an approved revision over its original, which keeps its windows, favourites and address."""
        for name in COPIED:
            setattr(original, name, getattr(self, name))
        original.save(update_fields=[*COPIED, "updated_at"])
        copy_content(self, original)
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
        """For good; the open new version goes with it. Orders keep their own copy of the terms and go on."""
        self.guard("archive", by=by)
        if self.open_revision:
            self.open_revision.archive(by=by)
        self.move("archive", by=by, notify=self.open_buyers())
        index_offers([self.pk])

    def open_buyers(self) -> list[Any]:
        """The buyers of orders that still run on this offer: they are told when it goes."""
        return [(order.contact, order.buyer) for order in self.orders.open().select_related("contact", "buyer")]

    @transaction.atomic
    def revise(self, *, by: Membership) -> Offer:
        """The open revision of a live offer, made from it when there is none."""
        self.guard("revise", by=by)
        if open_revision := self.open_revision:
            return open_revision
        revision = copy_of(self, revision_of=self)
        self.record("revise", by=by)
        return revision

    @transaction.atomic
    def duplicate(self, *, by: Membership) -> Offer:
        if not self.allows("school", by):
            raise PermissionDenied
        copy = copy_of(self, revision_of=None)
        copy_times(self, copy)
        copy.record("start", by=by)
        return copy
