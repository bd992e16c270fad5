from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from accounts.models import Organisation

if TYPE_CHECKING:
    from marketplace.models.offers import Offer  # noqa: F401 - named in a string


class OfferQuerySet(models.QuerySet["Offer"]):
    def published(self) -> OfferQuerySet:
        """What the public sees: live offers of verified schools."""
        verified = Organisation.Status.VERIFIED
        return self.filter(status=self.model.Status.PUBLISHED, school__status=verified, revision_of=None)

    def for_organisation(self, organisation: Organisation) -> OfferQuerySet:
        return self.filter(school=organisation)

    def originals(self) -> OfferQuerySet:
        return self.filter(revision_of=None)

    def with_work(self) -> OfferQuerySet:
        """What a school's own list shows: what each offer still needs, its windows and its open new version."""
        return self.select_related("school", "category__template", "trainer", "plan").prefetch_related(
            "texts", "packages", "skills", "images", "windows", "revisions", "category__labels"
        )

    def to_review(self) -> OfferQuerySet:
        return self.filter(status=self.model.Status.IN_REVIEW).order_by("submitted_at", "pk")

    def with_card(self) -> OfferQuerySet:
        """Everything a card shows."""
        return self.select_related("school", "category").prefetch_related("texts", "images", "category__labels")
