from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly
from accounts.admin.facts import EMPTY, as_words
from accounts.models import RefusedAddress, User


class MailComesBack(admin.SimpleListFilter):
    title = _("mail")
    parameter_name = "mail"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("refused", _("comes back"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.exclude(mail_refused_at=None) if self.value() == "refused" else queryset


@admin.register(User)
class UserAdmin(ReadOnly):
    """People can be looked up. Only a superuser says who is staff, and of which group; each change is logged."""

    list_display = ("email", "comes_back", "name", "organisations", "language", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff", MailComesBack)
    search_fields = ("email", "name", "memberships__organisation__name")
    search_help_text = _("E-mail, name or organisation")
    ordering = ("email",)
    fields = (
        "email", "mail", "name", "language", "organisations", "date_joined", "last_login", "is_active", "is_staff",
        "groups",
    )  # fmt: skip
    SUPERUSERS_MAY_CHANGE = ("is_active", "is_staff", "groups")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        refused = RefusedAddress.objects.marked().filter(email=OuterRef("email"))
        people = super().get_queryset(request).prefetch_related("memberships__organisation")
        return people.annotate(
            mail_refused_at=Subquery(refused.values("marked_at")), mail_answer=Subquery(refused.values("reason"))
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        may_change = self.SUPERUSERS_MAY_CHANGE if request.user.is_superuser else ()
        return tuple(name for name in self.fields if name not in may_change)

    @admin.display(description=_("mail"))
    def comes_back(self, user: Any) -> str | Promise:
        return _("comes back") if user.mail_refused_at else EMPTY

    @admin.display(description=_("mail"))
    def mail(self, user: Any) -> str:
        if user.mail_refused_at is None:
            return EMPTY
        words = {"since": as_words(user.mail_refused_at), "answer": user.mail_answer}
        return _("comes back since %(since)s: %(answer)s") % words

    @admin.display(description=_("organisations"))
    def organisations(self, user: User) -> SafeString:
        return format_html_join(
            ", ", "{} ({})", ((m.organisation.name, m.get_role_display()) for m in user.memberships.all())
        )
