from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import SafeLists
from marketplace.models import AgreementLimit


@admin.register(AgreementLimit)
class AgreementLimitAdmin(SafeLists):
    """From which price on an order needs a signed agreement. Agreements themselves stay with their two sides."""

    list_display = ("currency", "gross")
    search_fields = ("currency",)
    search_help_text = _("Code of a currency")

    def get_readonly_fields(self, request: HttpRequest, obj: AgreementLimit | None = None) -> tuple[str, ...]:
        return ("currency",) if obj else ()
