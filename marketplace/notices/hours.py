"""The words of what happens to hours. The mails name no student."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register

HOURS = {"kind": "order", "url_name": "marketplace:order_hours", "button": _("Open the hours")}

register(
    {
        "hourentry.write": Notice(
            title=_("Hours wait for you to confirm: %(title)s"), told=_("Hours were written"),
            body=_("A student wrote hours. Please confirm them, or take them out with a reason."), **HOURS,
        ),
        "hourentry.confirm": Notice(
            title=_("Hours confirmed: %(title)s"), told=_("Hours were confirmed"), **HOURS
        ),
        "hourentry.void": Notice(
            title=_("Hours taken out: %(title)s"), told=_("Hours were taken out: %(reason)s"),
            body=_("Your trainer took out hours that you wrote. The page of your hours tells why."),
            **(HOURS | {"url_name": "marketplace:my_order_hours", "button": _("Open your hours")}),
        ),
    }
)  # fmt: skip
