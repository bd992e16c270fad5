from marketplace.admin import agreements, catalogue, clauses, offers, orders, panels, quality, reviews, times, youth

__all__ = ["agreements", "catalogue", "clauses", "offers", "orders", "panels", "quality", "reviews", "times", "youth"]
