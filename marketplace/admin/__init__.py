from marketplace.admin import (
    agreements,
    calls,
    catalogue,
    clauses,
    needs,
    offers,
    orders,
    panels,
    quality,
    reviews,
    times,
    youth,
)

__all__ = [
    "agreements",
    "calls",
    "catalogue",
    "clauses",
    "needs",
    "offers",
    "orders",
    "panels",
    "quality",
    "reviews",
    "times",
    "youth",
]
