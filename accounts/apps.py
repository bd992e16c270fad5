from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and organisations")

    def ready(self) -> None:
        from accounts import addresses, notices, sessions  # noqa: F401, PLC0415 - fills the registry; needs loaded models
        from accounts.roles import sync_moderators  # noqa: PLC0415 - needs loaded models

        addresses.connect()
        sessions.connect()
        post_migrate.connect(sync_moderators)
