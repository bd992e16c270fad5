"""One narrow row per offer, so that finding never touches the wide offer; and the words that offers are found by."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from marketplace.models.catalogue import Category
from marketplace.models.match_rows import refresh_match_rows
from marketplace.models.prices import PriceModel
from marketplace.models.search_sql import OFFER_WORDS, SAVE_RATING, SAVE_ROWS, SAVE_WINDOWS, SAVE_WORDS, SCHOOLS, STALE
from marketplace.models.search_words import Document, known_words

BATCH = 1000
NO_DATE = "9999-12-31"
NO_PRICE = Decimal("99999999.99")
PRIOR_RATING = Decimal("3.500")


class PriceGroup(models.TextChoices):
    """Price models as buyers tell them apart."""

    FIXED = "fixed", _("Fixed price")
    EACH = "each", _("Per person, hour or piece")
    RECURRING = "recurring", _("Recurring")
    QUOTE = "quote", _("Quote on request")
    FREE = "free", _("Free for training")


GROUP_OF = {
    PriceModel.FIXED: PriceGroup.FIXED,
    PriceModel.PACKAGES: PriceGroup.FIXED,
    PriceModel.PER_PERSON: PriceGroup.EACH,
    PriceModel.HOURLY: PriceGroup.EACH,
    PriceModel.DAILY: PriceGroup.EACH,
    PriceModel.PER_UNIT: PriceGroup.EACH,
    PriceModel.SUBSCRIPTION: PriceGroup.RECURRING,
    PriceModel.ESTIMATE: PriceGroup.QUOTE,
    PriceModel.MATERIALS: PriceGroup.FREE,
    PriceModel.FREE: PriceGroup.FREE,
}


@SearchVectorField.register_lookup
class Matches(models.Lookup):
    """`vector__matches` takes a query as PostgreSQL writes it, of lexemes that need no dictionary."""

    lookup_name = "matches"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        vector, params = self.process_lhs(compiler, connection)
        return f"{vector} @@ %s::tsquery", [*params, self.rhs]


class OfferSearchQuerySet(models.QuerySet["OfferSearch"]):
    def live(self) -> OfferSearchQuerySet:
        """Rows of what `Offer.objects.published()` gives."""
        return self.filter(is_live=True)

    def matching(self, tsquery: str) -> OfferSearchQuerySet:
        return self.filter(vector__matches=tsquery)

    def starting_within(self, days: int) -> OfferSearchQuerySet:
        """With a free place in a window, or a free time, that begins in the next `days` days."""
        today = timezone.localdate()
        return self.filter(next_start__gt=today, next_start__lte=today + timedelta(days=days))

    def ready_within(self, days: int) -> OfferSearchQuerySet:
        return self.filter(lead_time__lte=days)


class OfferSearch(models.Model):
    """What an offer is found, counted and sorted by. Written by `index_offers` only."""

    offer = models.OneToOneField("marketplace.Offer", models.CASCADE, primary_key=True, related_name="search")
    school = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", db_index=False)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=5, blank=True)
    languages = ArrayField(models.CharField(max_length=8))
    price_group = models.CharField(max_length=10, choices=PriceGroup)
    price_eur = models.DecimalField(
        max_digits=10, decimal_places=2, null=True,
        help_text="The smallest order, net; other currencies at settings.REFERENCE_RATES.",
    )  # fmt: skip
    modes = ArrayField(models.CharField(max_length=12))
    lead_time = models.PositiveSmallIntegerField(null=True)
    facets = models.CharField(
        max_length=200, help_text="category|country|languages|price group|modes|lead time: grouping by arrays is slow."
    )
    next_start = models.DateField(null=True, help_text="Of the next window or time with a free place.")
    published_at = models.DateTimeField()
    completeness = models.PositiveSmallIntegerField()
    review_count = models.PositiveIntegerField(default=0, help_text="Published reviews by clients.")
    rating = models.DecimalField(
        max_digits=3, decimal_places=2, null=True, help_text="Their mean, from three reviews on."
    )
    rated = models.DecimalField(
        max_digits=4, decimal_places=3, default=PRIOR_RATING, help_text="The mean by which lists are sorted."
    )
    is_live = models.BooleanField()
    indexed_at = models.DateTimeField()
    vector = SearchVectorField()

    objects = OfferSearchQuerySet.as_manager()

    class Meta:
        indexes = [
            # one index for a word with facets, which PostgreSQL would else have to combine from three
            GinIndex(
                OpClass("vector", "tsvector_ops"), "category", "country",
                name="search_words", condition=models.Q(is_live=True),
            ),
            models.Index(
                models.F("published_at").desc(), models.F("offer").desc(),
                name="search_newest", condition=models.Q(is_live=True),
            ),
            models.Index(
                Coalesce("next_start", models.Value(NO_DATE, models.DateField())), "offer",
                name="search_soonest", condition=models.Q(is_live=True),
            ),
            models.Index(
                Coalesce("price_eur", models.Value(NO_PRICE)), "offer",
                name="search_cheapest", condition=models.Q(is_live=True),
            ),
            models.Index(
                models.F("rated").desc(), models.F("offer").desc(),
                name="search_best_rated", condition=models.Q(is_live=True),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.offer_id)


class SearchWord(models.Model):
    """A word of some offer or category: tells typos from words, and which categories a word means."""

    word = models.CharField(max_length=40, primary_key=True, help_text="Without accents.")
    shown = models.CharField(max_length=40, help_text="As it was written.")
    stems = ArrayField(models.CharField(max_length=40))
    categories = ArrayField(models.CharField(max_length=4), default=list)

    class Meta:
        indexes = [
            GistIndex(OpClass("word", "gist_trgm_ops(siglen=64)"), name="search_word_near"),
            GinIndex(fields=["stems"], name="search_word_stems", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.shown


def index_offers(pks: Iterable[int]) -> None:
    """Brings the search rows of these offers up to date, within the caller's transaction."""
    pks = list(pks)
    for start in range(0, len(pks), BATCH):
        index_batch(pks[start : start + BATCH])


@transaction.atomic
def index_batch(pks: list[int]) -> None:
    documents = [Document(*row) for row in fetch(OFFER_WORDS, [pks])]
    labels = Category.objects.filter(pk__in={document.category for document in documents}).with_labels()
    run(SAVE_WORDS, [json.dumps(known_words(documents, labels))])
    run(
        SAVE_ROWS,
        {
            "vectors": json.dumps([{"offer_id": d.offer_id, "vector": d.vector()} for d in documents]),
            "groups": json.dumps({str(model): str(group) for model, group in GROUP_OF.items()}),
            "rates": json.dumps({code: str(rate) for code, rate in settings.REFERENCE_RATES.items()}),
            "today": timezone.localdate(),
            "now": timezone.now(),
        },
    )
    refresh_match_rows({school for (school,) in fetch(SCHOOLS, [pks])})


def index_windows() -> None:
    """Windows begin, fill up and get places back all the time: brings `next_start` up to date for all offers."""
    run(SAVE_WINDOWS, {"today": timezone.localdate()})


def rate_offer(pk: int) -> None:
    """Brings number and mean of an offer's reviews up to date, within the transaction that changed them.

    The row is locked by a statement of its own, so that the next one counts what others just published."""
    if OfferSearch.objects.select_for_update().filter(pk=pk).exists():
        run(SAVE_RATING, {"offer": pk})


def stale_offers(limit: int) -> list[int]:
    """Those whose offer or school changed since, then all in turn, so that edited category words arrive in a day."""
    return [pk for (pk,) in fetch(STALE, {"limit": limit, "now": timezone.now()})]


def fetch(sql: str, params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def run(sql: str, params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
