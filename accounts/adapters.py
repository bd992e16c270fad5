from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.addresses import remember_change
from accounts.models import OutgoingMail, RefusedAddress, User
from accounts.tasks import nudge_outbox
from vet2b.lib.mail import one_line
from vet2b.lib.refs import new_token

CODE_IS_USEFUL = timedelta(hours=1)


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.name = form.cleaned_data.get("name", "")
        language = get_language()
        user.language = language if language in dict(settings.LANGUAGES) else "en"
        return super().save_user(request, user, form, commit)

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """People have no user names."""

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:organisation_new")

    def post_login(self, request: HttpRequest, user: User, **words: Any) -> HttpResponse:
        response = super().post_login(request, user, **words)
        if RefusedAddress.objects.marked_for(user.email):
            text = _("We cannot reach you at %(email)s: mails come back. Please change the address in your settings.")
            messages.warning(request, text % {"email": user.email})
        return response

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        words = {"user": user, **(context or {})}
        if template_prefix == "account/email/email_changed":
            words["undo_url"] = remember_change(user, words["from_email"], words["to_email"])
        super().send_notification_mail(template_prefix, user, words, email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Writes the mail into the outbox: a mail server that is down or slow holds up no page, and whether an
        address is known cannot be told from the time a page takes."""
        site = {"name": "VET2B", "domain": urlsplit(settings.SITE_URL).netloc}
        words = {"request": allauth_context.request, "email": email, "current_site": site}
        with override(getattr(context.get("user"), "language", None) or get_language()):
            mail = self.render_mail(template_prefix, email, words | context)
            subject = one_line(mail.subject)
            html = next((body for body, kind in getattr(mail, "alternatives", []) if kind == "text/html"), "")
            html = html or render_to_string("emails/account.html", {"subject": subject, "text": mail.body})
        OutgoingMail.objects.create(
            key=f"account-{new_token()[:20]}",
            to=email,
            subject=subject[:300],
            text=mail.body,
            html=html,
            useful_until=timezone.now() + CODE_IS_USEFUL if "code" in context else None,
        )
        nudge_outbox()
