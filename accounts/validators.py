from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class NotTheSiteName:
    """Refuses passwords that hold the site's name or one of the person's organisations."""

    def validate(self, password, user=None):
        words = ["vet2b"]
        if user is not None and user.pk:
            words += user.memberships.values_list("organisation__name", flat=True)
        if any(len(word) >= 4 and word.casefold() in password.casefold() for word in words):
            raise ValidationError(_("The password may not hold the name of this site or of your organisation."))

    def get_help_text(self):
        return _("Your password may not hold the name of this site or of your organisation.")
