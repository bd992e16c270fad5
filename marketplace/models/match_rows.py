"""What schools are matched by: narrow rows, so that a need looks at a few hundred, however many schools there are."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.indexes import GistIndex, OpClass
from django.db import connection, models
from django.db.models import F, Func
from django.utils import timezone

from accounts.models import Organisation
from marketplace.models.match_sql import SAVE_MATCH_ROWS


class MatchRow(models.Model):
    """A school in one category, one language and one way to deliver. Written by `refresh_match_rows`; a batch of
    invitations moves `invited_at`."""

    school = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    key = models.TextField(help_text="category:language:where")
    offer = models.ForeignKey("marketplace.Offer", models.CASCADE, related_name="+", help_text="The nearest to it.")
    country = models.CharField(max_length=2)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    x = models.FloatField(null=True, help_text="km on a flat map, to sort by distance.")
    y = models.FloatField(null=True)
    since = models.DateField(help_text="When its first service was published.")
    rating = models.DecimalField(max_digits=3, decimal_places=2, null=True, help_text="From three reviews on.")
    review_count = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0, help_text="Completed orders.")
    answer_hours = models.PositiveIntegerField(
        null=True, help_text="Median from request to quote in 180 days, from three on."
    )
    invited_at = models.DateTimeField(null=True, help_text="When the school was last invited to a need.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "key"], name="match_row_once")]
        indexes = [
            GistIndex(
                OpClass(F("key"), "gist_text_ops"), OpClass(Func("x", "y", function="point"), "point_ops"),
                name="match_row_near",
            ),
            models.Index("key", F("invited_at").asc(nulls_first=True), "id", name="match_row_waiting"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.school_id} {self.key}"


def refresh_match_rows(schools: Iterable[int]) -> None:
    """Within the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(SAVE_MATCH_ROWS, {"schools": sorted(schools), "now": timezone.now()})
