from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

MODERATORS = "Moderators"
MODERATOR_MAY = {
    "accounts": [
        "moderate", "view_organisation", "view_report", "view_activity", "view_membership", "view_user",
        "view_notification", "view_outgoingmail", "view_timer",
    ],
    "marketplace": [
        "view_offer", "view_order", "view_category", "add_category", "change_category", "view_categorylabel",
        "add_categorylabel", "change_categorylabel", "view_offertemplate", "change_offertemplate",
        "view_youthrule", "change_youthrule", "view_calendarentry", "view_resource", "view_booking",
        "view_qualitypoint", "add_qualitypoint", "change_qualitypoint", "view_qualitypointtext",
        "add_qualitypointtext", "change_qualitypointtext", "view_clause", "add_clause", "change_clause",
        "view_need", "view_question", "view_framework", "view_survey", "view_review", "view_call", "view_expression",
        "view_agreementlimit", "change_agreementlimit",
    ],
    "admin": ["view_logentry"],
}  # fmt: skip


def sync_moderators(sender: AppConfig, **kwargs: Any) -> None:
    """Gives the Moderators group exactly these permissions after every migrate.

    Django makes each app's permissions at that app's turn, which for some comes later than ours."""
    allowed = Q(pk__in=[])
    for app_label, codenames in MODERATOR_MAY.items():
        create_permissions(apps.get_app_config(app_label), verbosity=0)
        allowed |= Q(content_type__app_label=app_label, codename__in=codenames)
    group, _created = Group.objects.get_or_create(name=MODERATORS)
    group.permissions.set(Permission.objects.filter(allowed))
