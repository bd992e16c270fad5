"""The mails that rows of the outbox become. Rendering the same row again gives the same Message-ID."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.signing import Signer
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Activity, Invitation, Mailed, Notification, OutgoingMail
from vet2b.lib.mail import absolute, build, site_host, unsubscribe_headers

DIGEST = "digest"
unsubscribe_signer = Signer(salt="unsubscribe")


def mail_of(row: OutgoingMail | Invitation | Notification) -> EmailMultiAlternatives:
    return MAKERS[type(row)](row)


def outgoing_mail(row: OutgoingMail) -> EmailMultiAlternatives:
    headers = {"Message-ID": f"<{row.key}@{site_host()}>", "Auto-Submitted": "auto-generated"}
    headers |= unsubscribe_headers(row.unsubscribe)
    mail = EmailMultiAlternatives(row.subject, row.text, to=[row.to], headers=headers)
    if row.html:
        mail.attach_alternative(row.html, "text/html")
    return mail


def invitation_mail(invitation: Invitation) -> EmailMultiAlternatives:
    """Nobody knows the reader's language yet, so it is the inviter's."""
    with override(invitation.invited_by.language):
        words = {
            "inviter": str(invitation.invited_by),
            "organisation": invitation.organisation.name,
            "role": invitation.get_role_display(),
        }
        title = _("%(inviter)s invites you to join %(organisation)s on VET2B") % words
        url = absolute(reverse("accounts:invitation_accept", args=[invitation.token]))
        context = words | {"title": title, "url": url, "expires_at": invitation.expires_at}
        return build("invitation", invitation.email, title, context, key=f"invitation-{invitation.ref}")


def notice_mail(notification: Notification) -> EmailMultiAlternatives:
    activity, recipient = notification.activity, notification.recipient
    notice = activity.notice
    with override(recipient.language):
        title = notice.subject(activity)
        context = {
            "recipient": recipient,
            "organisation": notification.organisation,
            "title": title,
            "text": notice.text(activity),
            "url": url_of(activity),
            "button": notice.button,
            "preferences_url": preferences_url(),
        }
        mail = build(
            "notice",
            recipient.email,
            title,
            context,
            key=f"notification-{notification.pk}",
            unsubscribe=unsubscribe_url(recipient.pk, notice.kind) if notification.is_optional else "",
        )
        return with_calendars(mail, [notification])


def digest_mail(notifications: Sequence[Notification]) -> EmailMultiAlternatives:
    recipient = notifications[0].recipient
    with override(recipient.language):
        subject = _("What happened on VET2B")
        entries = [{"title": n.activity.notice.subject(n.activity), "url": url_of(n.activity)} for n in notifications]
        context: dict[str, Any] = {"recipient": recipient, "title": subject, "entries": entries}
        mail = build(
            "digest",
            recipient.email,
            subject,
            context | {"preferences_url": preferences_url()},
            key=f"digest-{recipient.pk}-{notifications[0].pk}",
            unsubscribe=unsubscribe_url(recipient.pk, DIGEST),
        )
        return with_calendars(mail, notifications)


def with_calendars(mail: EmailMultiAlternatives, notifications: Sequence[Notification]) -> EmailMultiAlternatives:
    """Of several files with the same name the last goes along, which tells the latest."""
    ways = [(notification.activity.notice.calendar, notification) for notification in notifications]
    files = dict(file for calendar, notification in ways if calendar and (file := calendar(notification)))
    for name, content in files.items():
        mail.attach(name, content, "text/calendar")
    return mail


def url_of(activity: Activity) -> str:
    path = activity.notice.url(activity)
    return absolute(path) if path else ""


def preferences_url() -> str:
    return absolute(reverse("accounts:preferences"))


def unsubscribe_url(user_id: int, kind: str) -> str:
    """`kind` is a notification's kind, or DIGEST for the daily summary."""
    return absolute(reverse("accounts:unsubscribe", args=[unsubscribe_signer.sign(f"{user_id}:{kind}")]))


MAKERS: dict[type[Mailed], Callable[[Any], EmailMultiAlternatives]] = {
    OutgoingMail: outgoing_mail,
    Invitation: invitation_mail,
    Notification: notice_mail,
}
