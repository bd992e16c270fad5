from marketplace.admin import catalogue, offers, orders, panels

__all__ = ["catalogue", "offers", "orders", "panels"]
