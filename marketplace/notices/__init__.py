"""The words of what happens in the marketplace, a module a subject. See accounts.notices for how they are used."""

from marketplace.notices import offers, orders, quality, resources, teams

__all__ = ["offers", "orders", "quality", "resources", "teams"]
