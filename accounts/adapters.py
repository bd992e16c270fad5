from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.utils.translation import get_language, override


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request, user, form, commit=True):
        user.name = form.cleaned_data.get("name", "")
        language = get_language()
        user.language = language if language in dict(settings.LANGUAGES) else "en"
        return super().save_user(request, user, form, commit)

    def populate_username(self, request, user):
        """People have no user names."""

    def send_mail(self, template_prefix, email, context):
        user = context.get("user")
        with override(getattr(user, "language", None) or get_language()):
            super().send_mail(template_prefix, email, context)
