"""Which schools a need goes to: one need among 10,000 schools, and all of 10,000 needs."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import Organisation, Region
from marketplace.models import Category, Need, Order
from marketplace.models.matching import ranked
from vet2b.bench.site import STATIC, Site, seconds_of
from vet2b.bench.table import Row
from vet2b.demo.bulk import add_synthetic_offers

SCHOOLS, NEEDS, TIMES = 10_000, 10_000, 4
OFFERS_EACH = 4
LOOK_AT = 500  # needs, for the cost of one
LANGUAGES = {"LV": "lv", "LT": "lt", "PL": "pl", "PT": "pt", "IT": "it"}


def measure(site: Site) -> Iterator[Row]:
    rnd = random.Random(1)  # noqa: S311 - the same world each time
    grow_to(SCHOOLS // TIMES, NEEDS // TIMES, rnd)
    before = match_all()
    grow_to(SCHOOLS, NEEDS, rnd)
    after = match_all()
    site.get(STATIC)
    base = site.cost(STATIC, cookie="", requests=500)
    yield Row(f"match one need among {SCHOOLS:,} schools", "U", cost_of_one() / base, 15)
    yield Row(f"match all needs: {NEEDS:,} against {NEEDS // TIMES:,}", "x linear", after / before / TIMES, 1.2)


def grow_to(schools: int, needs: int, rnd: random.Random) -> None:
    missing = schools - Organisation.objects.schools().verified().count()
    if missing > 0:
        add_synthetic_offers(missing * OFFERS_EACH, rnd, each=OFFERS_EACH)
    sample = Order.objects.select_related("buyer", "contact").earliest("pk")
    regions = list(Region.objects.filter(level=3, country__in=LANGUAGES))
    categories = list(Category.objects.order_by("pk"))
    Need.objects.bulk_create(
        [
            need_of(sample, rnd.choice(regions), rnd.choice(categories), rnd)
            for _ in range(needs - Need.objects.count())
        ],
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def need_of(sample: Order, region: Region, category: Category, rnd: random.Random) -> Need:
    now, day = timezone.now(), timezone.localdate() + timedelta(days=rnd.randint(10, 90))
    return Need(
        status="open", organisation=sample.buyer, contact=sample.contact, title="Bench need", text="Bench",
        category=category, starts_on=day, ends_on=day + timedelta(days=10),
        place_mode=rnd.choice(Order.PlaceMode.values), country=region.country, region=region,
        languages=["en", LANGUAGES[region.country]], opened_at=now, closes_at=now + timedelta(days=14),
    )  # fmt: skip


def match_all() -> float:
    """Seconds for every need, one after the other, as the timers do it."""
    needs = list(Need.objects.select_related("region", "organisation__region"))
    begun = time.perf_counter()
    for need in needs:
        ranked(need)
    return time.perf_counter() - begun


def cost_of_one() -> float:
    """Seconds of this process and of its database process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [backend] = cursor.fetchone()
    needs = list(Need.objects.select_related("region", "organisation__region").order_by("pk")[:LOOK_AT])
    pids = (os.getpid(), backend)
    before = sum(map(seconds_of, pids))
    for need in needs:
        ranked(need)
    return (sum(map(seconds_of, pids)) - before) / len(needs)
