from marketplace.admin import (
    agreements,
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
