"""The words of needs, for the organisations that ask and the schools that answer."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register
from marketplace.notices.orders import ORDER

NEED = {"kind": "order", "url_name": "marketplace:need_detail", "button": _("Open the need")}
ENDINGS = {
    "awarded": _("another quote was chosen"),
    "withdrawn": _("the need was withdrawn"),
    "expired": _("the need ended without a choice"),
}


BECAUSE = {
    "price": _("the price"),
    "dates": _("the dates"),
    "scope": _("what was included"),
    "experience": _("experience with such work"),
    "distance": _("the distance"),
}


def why_of(why: Any) -> str:
    """Reads why a quote was not chosen; old rows keep the code alone."""
    told = {"code": why} if isinstance(why, str) else why
    words = str(ENDINGS[told["code"]])
    if told.get("because") in BECAUSE:
        words = _("%(ending)s. What decided: %(because)s") % {"ending": words, "because": BECAUSE[told["because"]]}
    return f"{words}. “{told['word'].rstrip('.')}”" if told.get("word") else str(words)


register(
    {
        "need.draft": Notice(title=_("Draft: %(title)s"), told=_("%(by)s began it"), **NEED),
        "need.change": Notice(title=_("Changed: %(title)s"), told=_("%(by)s changed it"), **NEED),
        "need.revise": Notice(
            title=_("The need changed: %(title)s"), told=_("%(by)s changed the text, now version %(number)s"),
            body=_(
                "The organisation changed the need that you quoted for. Read what is different, then confirm that your quote"
                " holds, send a new one, or withdraw it. Until then it cannot be chosen."
            ),
            **(NEED | {"button": _("See what changed")}),
        ),
        "need.confirm": Notice(
            title=_("%(school)s confirms its quote: %(title)s"), told=_("%(school)s confirmed its quote for the new text"),
            body=_("The quote of %(school)s holds for the changed need. You can choose it again."), **NEED,
        ),
        "need.submit": Notice(title=_("Sent: %(title)s"), told=_("%(by)s sent it"), **NEED),
        "need.approve": Notice(
            title=_("Open to schools: %(title)s"), told=_("A moderator approved it"),
            body=_("Schools can read your need now and send you quotes."), **NEED,
        ),
        "need.send_back": Notice(
            title=_("Please change your need: %(title)s"), told=_("A moderator asked for changes: %(reason)s"),
            body=_("A moderator asks for this before schools can read it:\n\n%(reason)s"), **NEED,
        ),
        "need.take_down": Notice(
            title=_("Taken down: %(title)s"), told=_("A moderator took it down: %(reason)s"),
            body=_("A moderator took your need down. The facts:\n\n%(reason)s"), **NEED,
        ),
        "need.withdraw": Notice(title=_("Withdrawn: %(title)s"), told=_("%(by)s withdrew it"), **NEED),
        "need.answer": Notice(title=_("A quote for %(title)s"), told=_("%(school)s sent a quote"), **NEED),
        "need.extend": Notice(title=_("Open again: %(title)s"), told=_("%(by)s opened it once more"), **NEED),
        "need.close": Notice(
            title=_("No more answers: %(title)s"), told=_("The time for answers ended"),
            body=_("Choose one of the quotes within 14 days, or open your need once more."),
            **(NEED | {"button": _("Look at the quotes")}),
        ),
        "need.award": Notice(title=_("Awarded: %(title)s"), told=_("%(by)s chose %(school)s"), **NEED),
        "need.reopen": Notice(
            title=_("Not awarded any more: %(title)s"), told=_("The order was cancelled, so the need is not awarded"),
            body=_("The order that answered your need was cancelled. You can open the need to the schools once more."),
            **NEED,
        ),
        "need.fulfil": Notice(title=_("Fulfilled: %(title)s"), told=_("The work is done"), **NEED),
        "need.expire": Notice(
            title=_("Ended without a choice: %(title)s"), told=_("It ended without a choice"),
            body=_("No quote was chosen in time. You can ask again whenever you like."), **NEED,
        ),
        "order.open_for_need": Notice(
            title=_("Quote for the need: %(title)s"), told=_("%(seller)s answers the need of %(buyer)s"), **ORDER
        ),
        "order.lose": Notice(
            title=_("Not chosen this time: %(title)s"), told=_("The quote was not chosen: %(why)s"),
            body=_("Thank you for your quote. It was not chosen: %(why)s. That says nothing about your school's work."),
            **(ORDER | {"codes": {"why": why_of}}),
        ),
    }
)  # fmt: skip
