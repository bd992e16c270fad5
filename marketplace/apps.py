from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarketplaceConfig(AppConfig):
    name = "marketplace"
    verbose_name = _("Marketplace")

    def ready(self) -> None:
        from accounts import handover  # noqa: PLC0415 - needs loaded models
        from marketplace import notices, reporting, saved_calls, saved_needs, saved_offers  # noqa: F401, PLC0415 - fill the registries
        from marketplace.leaving import inherit_work  # noqa: PLC0415

        handover.register(inherit_work)
