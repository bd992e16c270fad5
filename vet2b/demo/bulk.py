"""Many published offers for measuring: variations of the demo world's own, written in large batches."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import islice

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, Region
from marketplace.models import Offer, OfferText, PriceModel, Window, index_offers
from marketplace.models.offer_verbs import COPIED, TEXT_FIELDS
from vet2b.lib.refs import new_ref, slug_of

BATCH = 2000
OFFERS_PER_SCHOOL = 40
SINCE_DAYS = 400


def add_synthetic_offers(count: int, rnd: random.Random) -> int:
    """Adds `count` published offers at new synthetic schools. Texts are the samples', with the town in the title."""
    samples = list(Offer.objects.published().select_related("school").prefetch_related("texts", "skills"))
    schools = add_schools(-(-count // OFFERS_PER_SCHOOL), rnd)
    numbers = iter(range(count))
    while batch := list(islice(numbers, BATCH)):
        with transaction.atomic():
            add_batch([(rnd.choice(samples), schools[n // OFFERS_PER_SCHOOL]) for n in batch], rnd)
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
    offers = Offer.objects.bulk_create([variation(sample, school, rnd) for sample, school in pairs])
    OfferText.objects.bulk_create(
        [text for (sample, school), offer in zip(pairs, offers, strict=True) for text in texts(sample, school, offer)]
    )
    Offer.skills.through.objects.bulk_create(
        [
            Offer.skills.through(offer_id=offer.pk, skill_id=skill.pk)
            for (sample, _school), offer in zip(pairs, offers, strict=True)
            for skill in sample.skills.all()
        ]
    )
    Window.objects.bulk_create([window for offer in offers for window in windows(offer, rnd)])
    index_offers([offer.pk for offer in offers])


def variation(sample: Offer, school: Organisation, rnd: random.Random) -> Offer:
    offer = Offer(
        school=school,
        status=Offer.Status.PUBLISHED,
        slug=slug_of(sample.title, new_ref()),
        published_at=timezone.now() - timedelta(minutes=rnd.randrange(SINCE_DAYS * 24 * 60)),
    )
    for name in COPIED:
        setattr(offer, name, getattr(sample, name))
    offer.trainer = offer.substitute = None
    if offer.price and offer.price_model != PriceModel.PACKAGES:
        offer.price = (offer.price * Decimal(rnd.randint(60, 180)) / 100).quantize(Decimal("0.01"))
        offer.price_to = None
    offer.languages = sorted({*sample.languages, rnd.choice(["en", "it", "lv", "lt", "pl", "pt"])})
    return offer


def texts(sample: Offer, school: Organisation, offer: Offer) -> Iterator[OfferText]:
    for text in sample.texts.all():
        words = {name: getattr(text, name) for name in TEXT_FIELDS}
        words["title"] = f"{text.title[: 69 - len(school.town)]} {school.town}"[:70]
        yield OfferText(offer=offer, language=text.language, **words)


def windows(offer: Offer, rnd: random.Random) -> Iterator[Window]:
    for number in range(rnd.randint(0, 2)):
        start = timezone.localdate() + timedelta(days=rnd.randint(5, 120) + 150 * number)
        yield Window(offer=offer, starts_on=start, ends_on=start + timedelta(days=14), capacity=rnd.randint(1, 6))
