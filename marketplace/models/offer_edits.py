from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, Refusal
from marketplace.models.offer_texts import TEXT_FIELDS
from marketplace.models.search import index_offers

if TYPE_CHECKING:
    from marketplace.models.offers import Offer

PART_FIELDS = {
    "price": ("price_model", "price", "price_to", "unit", "currency", "vat_rate", "vat_exemption", "is_instant"),
    "terms": (
        "kind", "category", "lead_time_days", "min_quantity", "max_quantity", "rounds_of_changes",
        "delivery_modes", "travel_radius_km", "languages",
    ),
    "people": (
        "trainer", "substitute", "class_name", "class_year", "class_size", "eqf_level", "has_minors",
        "frees_from_class", "learners_per_trainer", "insured_until", "handles_personal_data",
    ),
}  # fmt: skip
# a published offer may change in these at once; all else waits for a moderator in a new version (E2)
LIVE_FIELDS = frozenset(
    {
        "summary",
        "body",
        "stages",
        "practises",
        "languages",
        "trainer",
        "substitute",
        "learners_per_trainer",
        "insured_until",
    }
)
MAX_SKILLS = 8


class Conflict(Refusal):
    """Somebody saved the same part after this form was opened (CON-3)."""


class OfferEdits:
    """How a school changes what an offer says, part by part."""

    @transaction.atomic
    def change(
        self, part: str, values: Mapping[str, Any], *, by: Membership, seen: str | None = None, language: str = ""
    ) -> Offer:
        """Saves one part; `seen` is the fingerprint of what the form was built on.

        Returns the offer that holds the change: this one, or its new version where a published offer
        changes in something that buyers rely on. Raises Conflict, Refusal."""
        self.guard(self.edit_verb, by=by)
        if self.status in self.LIVE and self.open_revision:
            raise Refusal(_("A new version of this offer is open. Make the change there."))
        before = self.content(part, language)
        changed = {name for name, value in values.items() if name not in before or before[name] != value}
        if not changed:
            return self
        if seen is not None and seen != fingerprint(before):
            raise Conflict(_("Somebody else saved this page after you had opened it."))
        if self.status in self.LIVE and not changed <= LIVE_FIELDS:
            return self.draft_for(by=by).change(part, values, by=by, language=language)
        self.write(part, values, language)
        self.tell_changed(part, by=by, language=language, fields=sorted(changed))
        return self

    @property
    def edit_verb(self) -> str:
        return "change_live" if self.status in self.LIVE else "change"

    def draft_for(self, *, by: Membership) -> Offer:
        """Where a change that needs a moderator goes: here, or for a published offer to its new version."""
        self.guard(self.edit_verb, by=by)
        if self.status not in self.LIVE:
            return self
        draft = self.revise(by=by)
        draft.guard("change", by=by)
        return draft

    def tell_changed(self, part: str, *, by: Membership, **details: Any) -> None:
        self._prefetched_objects_cache = {}
        self.save(update_fields=["updated_at"])
        self.record(self.edit_verb, by=by, part=part, **details)
        if self.status in self.LIVE:
            index_offers([self.pk])

    def content(self, part: str, language: str = "") -> dict[str, Any]:
        """What a part holds now, as `change` takes it."""
        if part == "texts":
            return self.words(language)
        if part == "skills":
            return {"skills": sorted(self.skills.values_list("pk", flat=True))}
        content = {name: getattr(self, name) for name in PART_FIELDS[part]}
        if part == "price":
            content["packages"] = [
                {"code": package.code, "price": package.price} | package.texts.get(self.source_language, {})
                for package in self.packages.all()
            ]
        return content

    def words(self, language: str) -> dict[str, Any]:
        text = next((text for text in self.texts.all() if text.language == language), None)
        words = {name: getattr(text, name) for name in TEXT_FIELDS} if text else {}
        packages = {package.code: package.texts.get(language, {}) for package in self.packages.all()}
        return words | ({"packages": packages} if packages and language != self.source_language else {})

    def write(self, part: str, values: Mapping[str, Any], language: str) -> None:
        if part == "texts":
            self.write_words(dict(values), language)
        elif part == "skills":
            self.write_skills(values["skills"])
        else:
            fields = dict(values)
            packages = fields.pop("packages", None)
            self.write_fields(part, fields)
            if packages is not None:
                self.write_packages(packages)

    def write_words(self, words: dict[str, Any], language: str) -> None:
        packages = words.pop("packages", {})
        self.texts.update_or_create(language=language, defaults=words)
        for package in self.packages.filter(code__in=packages):
            package.texts[language] = packages[package.code]
            package.save(update_fields=["texts"])

    def write_skills(self, pks: list[int]) -> None:
        if len(pks) > MAX_SKILLS:
            raise Refusal(_("Choose at most %(count)s skills.") % {"count": MAX_SKILLS}, field="skills")
        self.skills.set(pks)

    def write_fields(self, part: str, fields: dict[str, Any]) -> None:
        if unknown := set(fields) - set(PART_FIELDS[part]):
            raise ValueError(f"not of {part}: {unknown}")
        for role in ("trainer", "substitute"):
            if fields.get(role) and not self.has_staff(fields[role].pk):
                raise Refusal(_("Choose somebody of your school's staff."), field=role)
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=list(fields))

    def has_staff(self, user_pk: int) -> bool:
        staff = self.school.memberships.exclude(role=Membership.Role.LEARNER)
        return staff.filter(user_id=user_pk).exists()

    def write_packages(self, packages: list[dict[str, Any]]) -> None:
        """By code, since orders may point at a package. Words of other languages stay."""
        for position, row in enumerate(packages):
            package = self.packages.filter(code=row["code"]).first() or self.packages.model(
                offer=self, code=row["code"]
            )
            package.price, package.position = row["price"], position
            package.texts[self.source_language] = {"name": row["name"], "description": row["description"]}
            package.save()
        self.packages.exclude(code__in=[row["code"] for row in packages]).delete()

    @transaction.atomic
    def remove_text(self, language: str, *, by: Membership) -> Offer:
        """Takes away the version in one language; the one it was written in stays."""
        draft = self.draft_for(by=by)
        if language == draft.source_language:
            raise Refusal(_("The language in which the offer was written cannot be removed."))
        if draft.texts.filter(language=language).delete()[0]:
            draft.tell_changed("texts", by=by, language=language)
        return draft


def fingerprint(content: Mapping[str, Any]) -> str:
    """Tells whether a part is still what a form was built on."""
    plain = json.dumps(content, sort_keys=True, default=lambda value: getattr(value, "pk", None) or str(value))
    return hashlib.sha256(plain.encode()).hexdigest()[:32]
