from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly
from accounts.models import User


@admin.register(User)
class UserAdmin(ReadOnly):
    """People can be looked up. Only a superuser says who is staff, and of which group; each change is logged."""

    list_display = ("email", "name", "organisations", "language", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name", "memberships__organisation__name")
    search_help_text = _("E-mail, name or organisation")
    ordering = ("email",)
    fields = (
        "email", "name", "language", "organisations", "date_joined", "last_login", "is_active", "is_staff", "groups",
    )  # fmt: skip
    SUPERUSERS_MAY_CHANGE = ("is_active", "is_staff", "groups")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__organisation")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        may_change = self.SUPERUSERS_MAY_CHANGE if request.user.is_superuser else ()
        return tuple(name for name in self.fields if name not in may_change)

    @admin.display(description=_("organisations"))
    def organisations(self, user: User) -> SafeString:
        return format_html_join(
            ", ", "{} ({})", ((m.organisation.name, m.get_role_display()) for m in user.memberships.all())
        )
