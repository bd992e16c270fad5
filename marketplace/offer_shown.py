"""An offer with all that its page shows, in one statement: after the results, this is the busiest page."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import Membership, User
from marketplace.models import (
    CategoryLabel,
    Favourite,
    Offer,
    OfferDocument,
    OfferImage,
    OfferText,
    Package,
    Skill,
    Window,
)
from marketplace.models.offers import OfferQuerySet
from vet2b.lib.joined import put_rows, rows_of

OWN = OuterRef("pk")
PARTS = {
    "texts": OfferText.objects.filter(offer=OWN),
    "packages": Package.objects.filter(offer=OWN),
    "images": OfferImage.objects.filter(offer=OWN),
    "documents": OfferDocument.objects.filter(offer=OWN),
    "skills": Skill.objects.filter(offers=OWN),
}


def offer_shown(offers: OfferQuerySet, user: User | None = None) -> Offer:
    """The one of `offers`; a new version has the windows of its original. Raises Offer.DoesNotExist."""
    windows = Window.objects.upcoming().filter(offer=Coalesce(OuterRef("revision_of"), OWN))
    led_by = Membership.objects.filter(
        organisation=OuterRef("school"), user=OuterRef("trainer"), role__in=Membership.WORKING
    )
    offer = (
        offers.select_related("school__region", "category", "trainer", "substitute")
        .annotate(
            **{f"{name}_rows": rows_of(parts) for name, parts in PARTS.items()},
            windows_rows=rows_of(windows),
            labels_rows=rows_of(CategoryLabel.objects.filter(category=OuterRef("category"))),
            trainer_title=Coalesce(Subquery(led_by.values("title")[:1]), Value("")),
            is_favourite=Exists(Favourite.objects.filter(offer=OWN, user=user)) if user else Value(False),
        )
        .get()
    )
    for name in (*PARTS, "windows"):
        put_rows(offer, name, getattr(offer, f"{name}_rows"))
    put_rows(offer.category, "labels", offer.labels_rows)
    return offer
