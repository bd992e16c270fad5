"""schema.org descriptions of our pages, for search engines."""

from __future__ import annotations

from typing import Any

from marketplace.models import Offer, OfferText
from marketplace.reviews_shown import Standing
from vet2b.lib.mail import absolute


def offer_as_json_ld(offer: Offer, text: OfferText, standing: Standing) -> dict[str, Any]:
    url = absolute(offer.get_absolute_url())
    return {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "Service" if offer.kind == Offer.Kind.SERVICE else "Product",
                "name": text.title,
                "description": text.summary,
                "url": url,
                "inLanguage": text.language,
                **provider(offer),
                **price(offer),
                **aggregate(standing),
            },
            {
                "@type": "BreadcrumbList",
                "itemListElement": [
                    {"@type": "ListItem", "position": 1, "name": offer.category.name},
                    {"@type": "ListItem", "position": 2, "name": text.title, "item": url},
                ],
            },
        ],
    }


def provider(offer: Offer) -> dict[str, Any]:
    school = offer.school
    organisation = {
        "@type": "EducationalOrganization",
        "name": school.name,
        "url": absolute(school.get_absolute_url()),
        "address": {
            "@type": "PostalAddress",
            "addressLocality": school.town,
            "addressCountry": school.country.code,
        },
    }
    if offer.kind == Offer.Kind.PRODUCT:
        return {"brand": organisation}
    return {"provider": organisation, "serviceType": offer.category.name, "areaServed": school.country.code}


def price(offer: Offer) -> dict[str, Any]:
    if not offer.price:
        return {}
    return {
        "offers": {
            "@type": "Offer",
            "price": str(offer.price),
            "priceCurrency": offer.currency,
            "availability": "https://schema.org/InStock" if offer.is_live else "https://schema.org/OutOfStock",
        }
    }


def aggregate(standing: Standing) -> dict[str, Any]:
    """Only what the page itself shows."""
    if not standing.is_shown:
        return {}
    return {
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": f"{standing.mean:.1f}",
            "reviewCount": standing.count,
            "bestRating": 5,
            "worstRating": 1,
        }
    }
