from marketplace.admin import catalogue, offers, orders, panels, times, youth

__all__ = ["catalogue", "offers", "orders", "panels", "times", "youth"]
