from accounts.admin import organisations, people, reports, system

__all__ = ["organisations", "people", "reports", "system"]
