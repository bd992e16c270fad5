"""How one offer's content becomes another's: new versions, their approval, and duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Membership
from marketplace.models.offer_texts import TEXT_FIELDS
from vet2b.lib.refs import new_ref, slug_of

if TYPE_CHECKING:
    from marketplace.models.offers import Offer

# what a buyer relies on: changing any of these on a live offer needs a new review (E2)
MATERIAL = (
    "kind", "category", "price_model", "price", "price_to", "unit", "currency", "vat_rate", "vat_exemption",
    "lead_time_days", "min_quantity", "max_quantity", "rounds_of_changes", "is_instant", "delivery_modes",
    "travel_radius_km", "class_name", "class_year", "class_size", "eqf_level", "has_minors", "frees_from_class",
    "handles_personal_data",
)  # fmt: skip
COPIED = (
    *MATERIAL, "languages", "source_language", "trainer", "substitute", "learners_per_trainer", "insured_until",
)  # fmt: skip


def copy_of(offer: Offer, *, revision_of: Offer | None) -> Offer:
    copy = type(offer)(school=offer.school, revision_of=revision_of, slug=slug_of(offer.title, new_ref()))
    for name in COPIED:
        setattr(copy, name, getattr(offer, name))
    drop_leavers(copy)
    copy.save()
    copy_content(offer, copy)
    return copy


def drop_leavers(offer: Offer) -> None:
    """An old offer may name people who have left the school since."""
    staff = set(offer.school.memberships.exclude(role=Membership.Role.LEARNER).values_list("user_id", flat=True))
    for name in ("trainer", "substitute"):
        if getattr(offer, f"{name}_id") not in staff:
            setattr(offer, name, None)


def copy_content(source: Offer, target: Offer) -> None:
    """Makes texts, packages, skills and pictures of `target` those of `source`; windows stay with the original."""
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
    """Copies the rows; both then show the same stored files, which go when no row names them any more."""
    for related in ("images", "documents"):
        getattr(target, related).all().delete()
        for row in getattr(source, related).all():
            row.pk, row.offer = None, target
            row._state.adding = True
            row.save()
