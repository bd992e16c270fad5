"""What the machinery did and could not do; nothing here can be changed."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly
from accounts.models import Activity, Notification, OutgoingMail, Timer
from accounts.records import IS_WHOLE


class Lines(ReadOnly):
    """A list of lines that lead nowhere: the line says it all."""

    list_display_links = None

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return obj is None and super().has_view_permission(request)


@admin.register(Activity)
class ActivityAdmin(Lines):
    list_title = _("What happened")
    list_display = ("created_at", "verb", "line", "actor", "organisation", "is_whole")
    list_select_related = ("actor", "organisation")
    search_fields = ("verb", "actor__email", "organisation__name")
    search_help_text = _("Verb, a person's e-mail or an organisation")
    ordering = ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Activity]:
        return super().get_queryset(request).annotate(is_whole=IS_WHOLE)

    @admin.display(description=_("as recorded"), boolean=True)
    def is_whole(self, activity: Activity) -> bool:
        return activity.is_whole

    @admin.display(description=_("what happened"))
    def line(self, activity: Activity) -> str:
        return activity.line


@admin.register(LogEntry)
class LogEntryAdmin(Lines):
    list_title = _("Changes in the admin")
    list_display = ("action_time", "user", "content_type", "object_repr", "change_message_words")
    list_select_related = ("user", "content_type")
    search_fields = ("user__email", "object_repr")
    search_help_text = _("A person's e-mail, or what was changed")
    ordering = ("-action_time",)

    @admin.display(description=_("change"))
    def change_message_words(self, entry: LogEntry) -> str:
        return entry.get_change_message()


@admin.register(Notification)
class NotificationAdmin(Lines):
    """Notices whose mail could not be sent, after all tries."""

    list_title = _("Notices that failed")
    list_display = ("failed_at", "recipient", "verb", "attempts", "error")
    list_select_related = ("recipient", "activity")
    search_fields = ("recipient__email",)
    ordering = ("-failed_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notification]:
        return super().get_queryset(request).exclude(failed_at=None)

    @admin.display(description=_("about"))
    def verb(self, notification: Notification) -> str:
        return notification.activity.verb


@admin.register(OutgoingMail)
class OutgoingMailAdmin(Lines):
    """Codes, receipts and other mails that could not be sent, after all tries. What they say stays hidden."""

    list_title = _("Mails that failed")
    list_display = ("failed_at", "to", "subject", "attempts", "error")
    search_fields = ("to",)
    ordering = ("-failed_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutgoingMail]:
        return super().get_queryset(request).exclude(failed_at=None)


@admin.register(Timer)
class TimerAdmin(Lines):
    """Timed moves that failed, after all tries."""

    list_title = _("Timers that failed")
    list_display = ("failed_at", "verb", "subject_type", "subject_id", "attempts", "error")
    list_select_related = ("subject_type",)
    ordering = ("-failed_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Timer]:
        return super().get_queryset(request).exclude(failed_at=None)
