"""The words of invitations to needs, for the schools that are asked and the organisations that ask."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, choice_of, register, when_of
from marketplace.match_words import reason_words
from marketplace.notices.needs import NEED

INVITATION = {"kind": "invitation", "url_name": "marketplace:need_detail", "button": _("Open the need")}


def reasons_of(reasons: Any) -> str:
    """Reads why the school was asked."""
    return ", ".join(reason_words(reasons))


register(
    {
        "needinvitation.send": Notice(
            title=_("A need for your school: %(title)s"), told=_("%(school)s was invited"),
            body=_(
                "An organisation asks schools for this, and your school fits: %(why)s.\n\nSay whether you are interested,"
                " or send a quote. If it is not for you, one click says so and we ask others."
            ),
            **(INVITATION | {"codes": {"why": reasons_of}}),
        ),
        "needinvitation.view": Notice(title=_("Viewed: %(title)s"), told=_("%(school)s opened it"), **INVITATION),
        "needinvitation.show_interest": Notice(
            title=_("%(school)s is interested: %(title)s"), told=_("%(school)s is interested"),
            body=_("%(school)s has read your need and is interested. A quote comes next; you need not do anything."),
            **NEED,
        ),
        "needinvitation.decline": Notice(
            title=_("Declined: %(title)s"), told=_("%(school)s declined"), **(INVITATION | {
                "codes": {"why": choice_of("marketplace.NeedInvitation", "why")}
            }),
        ),
        "needinvitation.quote": Notice(title=_("A quote for %(title)s"), told=_("%(school)s sent a quote"), **NEED),
        "needinvitation.remind": Notice(
            title=_("Still open: %(title)s"), told=_("%(school)s was reminded"),
            body=_("Your school was invited to answer this need by %(until)s. Are you interested?"),
            **(INVITATION | {"codes": {"until": when_of}}),
        ),
        "needinvitation.remind_again": Notice(
            title=_("Last reminder: %(title)s"), told=_("%(school)s was reminded a second time"),
            body=_("This need takes answers until %(until)s. We will not remind you of it again."),
            **(INVITATION | {"codes": {"until": when_of}}),
        ),
        "need.invite": Notice(
            title=_("Schools were invited: %(title)s"), told=_("Schools were invited: %(schools)s"), **NEED
        ),
        "need.suggest": Notice(
            title=_("Schools you could ask: %(title)s"), told=_("Schools were suggested: %(schools)s"),
            body=_(
                "No school has shown interest in your need yet. These fit it best: %(schools)s.\n\nThe page of your need"
                " says why, and links to the service of each, so that you can ask them directly."
            ),
            **(NEED | {"button": _("Look at the suggestions")}),
        ),
    }
)  # fmt: skip
