from marketplace.admin import catalogue, offers, orders, panels, youth

__all__ = ["catalogue", "offers", "orders", "panels", "youth"]
