"""The words of what happens to offers."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register

OFFER = {"kind": "offer", "url_name": "marketplace:offer_manage", "button": _("Open the offer")}

register(
    {
        "offer.start": Notice(title=_("Draft: %(title)s"), told=_("%(by)s began a draft"), **OFFER),
        "offer.change": Notice(title=_("Changed: %(title)s"), told=_("%(by)s changed the offer"), **OFFER),
        "offer.change_live": Notice(
            title=_("Changed: %(title)s"), told=_("%(by)s corrected the published offer"), **OFFER
        ),
        "offer.revise": Notice(title=_("New version begun: %(title)s"), told=_("%(by)s began a new version"), **OFFER),
        "offer.submit": Notice(
            title=_("Sent for review: %(title)s"), told=_("%(by)s sent the offer for review"),
            body=_("A moderator looks at it next, usually within one working day."), **OFFER,
        ),
        "offer.approve": Notice(
            title=_("Published: %(title)s"), told=_("A moderator approved the offer"),
            body=_("Companies can find and request it now.\n\n%(reason)s"), **OFFER,
        ),
        "offer.approve_revision": Notice(
            title=_("New version published: %(title)s"), told=_("A moderator approved the new version"),
            body=_("Companies see the new version now.\n\n%(reason)s"), **OFFER,
        ),
        "offer.ask_changes": Notice(
            title=_("Please change: %(title)s"), told=_("A moderator asked for changes: %(reason)s"),
            body=_("A moderator asks for this before the offer can be published:\n\n%(reason)s\n\nPlease answer within 10 days."),
            **OFFER,
        ),
        "offer.reject": Notice(
            title=_("Not published: %(title)s"), told=_("A moderator rejected the offer: %(reason)s"),
            body=_("The reason:\n\n%(reason)s"), **OFFER,
        ),
        "offer.give_up": Notice(
            title=_("Review ended: %(title)s"), told=_("The review ended after 10 days without an answer"),
            body=_("We asked for changes 10 days ago and heard nothing. You can duplicate the offer and send it again."), **OFFER,
        ),
        "offer.pause": Notice(
            title=_("Paused: %(title)s"), told=_("The offer was paused"),
            body=_("Companies cannot find it until you resume it."), **OFFER,
        ),
        "offer.resume": Notice(title=_("Live again: %(title)s"), told=_("%(by)s resumed the offer"), **OFFER),
        "offer.suspend": Notice(
            title=_("Suspended: %(title)s"), told=_("A moderator suspended the offer: %(reason)s"),
            body=_("The offer is hidden until this is cleared. The reason:\n\n%(reason)s\n\nOrders that run go on."),
            kind="offer",
        ),
        "offer.reinstate": Notice(
            title=_("Published again: %(title)s"), told=_("A moderator lifted the suspension: %(reason)s"),
            body=_("%(reason)s"), **OFFER,
        ),
        "offer.archive": Notice(
            title=_("Withdrawn: %(title)s"), told=_("%(by)s archived the offer"),
            body=_("The school no longer offers this. Your order goes on as agreed."), kind="offer",
        ),
    }
)  # fmt: skip
