from marketplace.admin import catalogue, clauses, offers, orders, panels, quality, reviews, times, youth

__all__ = ["catalogue", "clauses", "offers", "orders", "panels", "quality", "reviews", "times", "youth"]
