"""The words of how the two sides of an order change what they agreed on."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register
from marketplace.change_words import change_of
from marketplace.ical import mailed_calendar

CHANGE = {"kind": "order", "url_name": "marketplace:order_change", "button": _("Open the change")}
TOLD = {"codes": {"change": change_of}}

register(
    {
        "order.propose_change": Notice(
            title=_("%(by)s asks for a change: %(title)s"), told=_("%(by)s asked for a change: %(change)s"),
            body=_("%(change)s.\n\n%(text)s\n\nWhat was agreed stands until you accept."),
            **(CHANGE | TOLD | {"button": _("Answer the change")}),
        ),
        "order.accept_change": Notice(
            title=_("The change is agreed: %(title)s"), told=_("%(by)s accepted the change: %(change)s"),
            body=_("%(change)s.\n\nThe quote stays as it was; the order says what holds now."), calendar=mailed_calendar,
            **(CHANGE | TOLD),
        ),
        "order.refuse_change": Notice(
            title=_("%(by)s refused the change: %(title)s"), told=_("%(by)s refused the change. %(reason)s"),
            body=_("%(reason)s\n\nWhat was agreed stands."), **CHANGE,
        ),
        "order.take_back_change": Notice(
            title=_("%(by)s took a change request back: %(title)s"), told=_("%(by)s took the change request back"), **CHANGE
        ),
    }
)  # fmt: skip
