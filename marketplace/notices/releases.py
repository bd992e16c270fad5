"""The words of what happens to releases from class. What both sides read says nothing of lessons, names or reasons;
the mails to the school do not either, since a page behind a login is the place for that."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register
from marketplace.notices.orders import ORDER

RELEASE = {"kind": "order", "url_name": "marketplace:order_release", "button": _("Open the request")}

register(
    {
        "release.ask": Notice(
            title=_("Release from class asked for: %(title)s"), told=_("A release from class was asked for"),
            body=_("A trainer asks to free students from class for this order. It starts only when you have agreed."),
            **RELEASE,
        ),
        "release.approve": Notice(
            title=_("Release from class approved: %(title)s"), told=_("The release was approved"),
            body=_("The students are free for this order. Nothing else is to be done about it."), **RELEASE,
        ),
        "release.refuse": Notice(
            title=_("Release from class refused: %(title)s"), told=_("The release was refused: %(reason)s"),
            body=_("Its page tells why. Ask again with another plan, or ask the client for another time."), **RELEASE,
        ),
        "release.waive": Notice(
            title=_("No release from class is needed: %(title)s"), told=_("No release is needed: %(reason)s"), **RELEASE
        ),
        "release.reopen": Notice(
            title=_("A new release from class is needed: %(title)s"),
            told=_("The date or the team changed, so a new release is needed"),
            body=_("The date or the team of this order changed. Please ask for the release again."), **RELEASE,
        ),
        "release.remind": Notice(
            title=_("A release from class waits for you: %(title)s"), told=_("The coordinators were reminded"),
            body=_("A trainer asked to free students from class and waits for an answer."),
            **(RELEASE | {"kind": "reminder"}),
        ),
        "order.ask_release": Notice(
            title=_("Release from class asked for: %(title)s"),
            told=_("%(seller)s prepares the students' release from class"), **ORDER,
        ),
        "order.approve_release": Notice(
            title=_("Release from class approved: %(title)s"),
            told=_("%(seller)s frees the students from class"), **ORDER,
        ),
        "order.refuse_release": Notice(
            title=_("Release from class refused: %(title)s"),
            told=_("%(seller)s cannot free the students from class as planned"), **ORDER,
        ),
        "order.waive_release": Notice(
            title=_("No release from class is needed: %(title)s"),
            told=_("No release from class is needed"), **ORDER,
        ),
        "order.reopen_release": Notice(
            title=_("A new release from class is needed: %(title)s"),
            told=_("The students' release from class is needed anew"), **ORDER,
        ),
    }
)  # fmt: skip
