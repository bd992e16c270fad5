"""What an organisation changed of its need after schools had quoted for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation, Refusal, User

if TYPE_CHECKING:
    from marketplace.models.orders import Order


class NeedVersion(models.Model):
    """`before` and `after` hold what differs, by the name of the field, as texts."""

    need = models.ForeignKey("marketplace.Need", models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    before = models.JSONField()
    after = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("version of a need")
        verbose_name_plural = _("versions of a need")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["need", "number"], name="need_version_once")]

    def __str__(self) -> str:
        return f"{self.need_id} {self.number}"


class Versions:
    """A quote holds for the version that its school confirmed."""

    def words(self) -> dict[str, str]:
        """What schools read of it, as texts in the language of the request."""
        days = {name: getattr(self, name) for name in ("starts_on", "ends_on")}
        return {
            "title": self.title,
            "text": self.text,
            "category": str(self.category),
            **{name: day.isoformat() if day else "" for name, day in days.items()},
            "place_mode": self.place_mode,
            "country": self.country.code,
            "place": self.place,
            "budget": self.budget,
            "languages": ", ".join(self.languages),
        }

    def write_version(self, before: dict[str, str], *, by: Membership, has_files: bool) -> None:
        """Within `change`, where schools have quoted: each of them is asked anew."""
        after = self.words()
        changed = [name for name in after if before[name] != after[name]]
        if not changed and not has_files:
            raise Refusal(_t("Nothing is different."))
        self.version += 1
        self.versions.create(
            number=self.version,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
        self.move("revise", by=by, fields=[*REVISED, "version"], notify=self.quoting(), number=self.version)

    def quoting(self) -> list[tuple[User | None, Organisation]]:
        """Those who lead the quotes that still stand."""
        orders = self.orders.filter(status__in=self.orders.model.NEGOTIATING)
        found = orders.select_related("seller", "trainer", "substitute")
        return [person for order in found for person in order.sellers()]

    def unconfirmed(self, school: Organisation) -> Order | None:
        """The school's order whose quote was for an earlier text."""
        orders = self.orders.filter(seller=school, status__in=self.orders.model.NEGOTIATING)
        return orders.exclude(need_version=self.version).first()

    @transaction.atomic
    def confirm(self, *, by: Membership) -> None:
        """The school's quote holds for the newest text as well."""
        self.guard("confirm", by=by)
        order = self.unconfirmed(by.organisation)
        if order is None:
            raise Refusal(_t("There is nothing to confirm."))
        order.lock()
        if order.status not in order.NEGOTIATING:
            raise Refusal(_t("Your quote does not stand any more."))
        order.take_need()
        order.save(update_fields=[*TAKEN, "updated_at"])
        self.move("confirm", by=by, notify=self.buyers(), school=by.organisation.name)


REVISED = (
    "title", "text", "category", "starts_on", "ends_on", "place_mode", "country", "region", "place", "budget",
    "languages",
)  # fmt: skip
TAKEN = ("brief", "wished_on", "place_mode", "place", "need_version")
