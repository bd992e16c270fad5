from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission

MODERATORS = "Moderators"
MODERATOR_MAY = {
    "accounts": ["moderate", "view_organisation", "view_report", "view_activity", "view_membership", "view_user"],
    "marketplace": [
        "view_offer", "view_order", "view_category", "change_category", "view_categorylabel",
        "change_categorylabel", "add_categorylabel", "view_offertemplate", "change_offertemplate",
    ],
}  # fmt: skip


def sync_moderators(sender: AppConfig, **kwargs: Any) -> None:
    """Gives the Moderators group its permissions after every migrate; they exist only by then."""
    group, _created = Group.objects.get_or_create(name=MODERATORS)
    for app_label, codenames in MODERATOR_MAY.items():
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label=app_label, codename__in=codenames)
        )
