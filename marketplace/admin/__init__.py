from marketplace.admin import catalogue, offers, orders, panels, quality, times, youth

__all__ = ["catalogue", "offers", "orders", "panels", "quality", "times", "youth"]
