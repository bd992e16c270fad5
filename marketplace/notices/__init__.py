"""The words of what happens in the marketplace, a module a subject. See accounts.notices for how they are used."""

from marketplace.notices import (
    agreements,
    changes,
    disputes,
    evidence,
    hours,
    learners,
    milestones,
    money,
    offers,
    orders,
    quality,
    readiness,
    releases,
    resources,
    reviews,
    teams,
)

__all__ = [
    "agreements",
    "changes",
    "evidence",
    "disputes",
    "hours",
    "learners",
    "milestones",
    "money",
    "offers",
    "orders",
    "quality",
    "readiness",
    "releases",
    "resources",
    "reviews",
    "teams",
]
