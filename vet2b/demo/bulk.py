"""Many published offers for measuring: variations of the demo world's own, written in large batches."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import islice
from typing import Any

from django.db import connection, reset_queries, transaction
from django.utils import timezone

from accounts.models import Organisation, Region
from marketplace.models import Offer, PriceModel, Window, index_offers
from vet2b.lib.refs import new_ref, slug_of

BATCH = 2000
SAMPLES = 40  # the demo world's own
OFFERS_PER_SCHOOL = 40
SINCE_DAYS = 400


def add_synthetic_offers(count: int, rnd: random.Random, each: int = OFFERS_PER_SCHOOL) -> int:
    """Adds `count` published offers at new synthetic schools, `each` a school. Texts are the samples', with the town in the title."""
    samples = list(Offer.objects.published().order_by("pk").prefetch_related("texts")[:SAMPLES])
    schools = add_schools(-(-count // each), rnd)
    numbers = iter(range(count))
    while batch := list(islice(numbers, BATCH)):
        with transaction.atomic():
            add_batch([(rnd.choice(samples), schools[n // each]) for n in batch], rnd)
        reset_queries()  # under DEBUG Django keeps them all
    return count


def add_schools(count: int, rnd: random.Random) -> list[Organisation]:
    regions = list(Region.objects.filter(level=3, country__in=["LV", "LT", "IT", "PT", "PL"]))
    schools = []
    for number in range(count):
        region = rnd.choice(regions)
        name = f"{region.name} Training Centre {number + 1}"
        schools.append(
            Organisation(
                kind=Organisation.Kind.SCHOOL,
                status=Organisation.Status.VERIFIED,
                name=name,
                slug=slug_of(name, new_ref()),
                country=region.country,
                region=region,
                town=region.name,
                address="1 Test Street",
                languages=[region.country.lower(), "en"],
                verified_at=timezone.now(),
            )
        )
    return Organisation.objects.bulk_create(schools, batch_size=BATCH)


def add_batch(pairs: list[tuple[Offer, Organisation]], rnd: random.Random) -> None:
    rows = [variation(sample, school, rnd) for sample, school in pairs]
    with connection.cursor() as cursor:
        cursor.execute(add_offers_sql(), [json.dumps(rows)])
        cursor.execute(ADD_PARTS, {"rows": json.dumps(rows)})
        pks = [pk for (pk,) in cursor.fetchall()]
    Window.objects.bulk_create([window for pk in pks for window in windows(pk, rnd)])
    index_offers(pks)


def variation(sample: Offer, school: Organisation, rnd: random.Random) -> dict[str, Any]:
    ref = new_ref()
    published_at = timezone.now() - timedelta(minutes=rnd.randrange(SINCE_DAYS * 24 * 60))
    return {
        "sample": sample.pk,
        "school": school.pk,
        "town": school.town,
        "ref": ref,
        "slug": slug_of(sample.title, new_ref()),
        "published_at": published_at.isoformat(),
        "percent": rnd.randint(60, 180),
        "language": rnd.choice(["en", "it", "lv", "lt", "pl", "pt"]),
    }


@cache
def add_offers_sql() -> str:
    """Each row's sample again, but for what is said here."""
    is_varied = f"o.price > 0 AND o.price_model <> '{PriceModel.PACKAGES}'"
    changed = {
        "ref": "v.ref",
        "slug": "v.slug",
        "school_id": "v.school",
        "published_at": "v.published_at",
        "price": f"CASE WHEN {is_varied} THEN round(o.price * v.percent / 100, 2) ELSE o.price END",
        "price_to": f"CASE WHEN {is_varied} THEN NULL ELSE o.price_to END",
        "languages": "ARRAY(SELECT DISTINCT l FROM unnest(o.languages || v.language) l ORDER BY l)",
        "trainer_id": "NULL",
        "substitute_id": "NULL",
    }
    columns = [str(field.column) for field in Offer._meta.concrete_fields if not field.primary_key]
    values = ", ".join(changed.get(column, f"o.{column}") for column in columns)
    return (
        f"INSERT INTO marketplace_offer ({', '.join(columns)}) SELECT {values} FROM json_to_recordset(%s) AS v("  # noqa: S608
        "sample bigint, school bigint, ref text, slug text, published_at timestamptz, percent numeric, language varchar) "
        "JOIN marketplace_offer o ON o.id = v.sample"
    )


ADD_PARTS = """
WITH made AS (
  SELECT o.id, v.sample, v.town FROM json_to_recordset(%(rows)s) AS v(ref text, sample bigint, town text)
  JOIN marketplace_offer o USING (ref)
), texts AS (
  INSERT INTO marketplace_offertext (
    offer_id, language, title, summary, body, included, excluded, stages, practises, safety
  )
  SELECT m.id, language, left(left(title, 69 - length(m.town)) || ' ' || m.town, 70),
    summary, body, included, excluded, stages, practises, safety
  FROM made m JOIN marketplace_offertext ON offer_id = m.sample
), skills AS (
  INSERT INTO marketplace_offer_skills (offer_id, skill_id)
  SELECT m.id, skill_id FROM made m JOIN marketplace_offer_skills ON offer_id = m.sample
)
SELECT id FROM made ORDER BY id
"""


def windows(offer_id: int, rnd: random.Random) -> Iterator[Window]:
    for number in range(rnd.randint(0, 2)):
        start = timezone.localdate() + timedelta(days=rnd.randint(5, 120) + 150 * number)
        yield Window(offer_id=offer_id, starts_on=start, ends_on=start + timedelta(days=14), capacity=rnd.randint(1, 6))
