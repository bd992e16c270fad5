"""The words of how disputes end, by a moderator or by the two sides."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, price_of, register
from marketplace.ical import mailed_calendar

ENDINGS = {
    "continue": _("the work goes on as agreed"),
    "rework": _("the school improves what it delivered"),
    "price_cut": _("completed at the net price of %(price)s"),
    "cancel": _("the order ends, nothing is owed"),
}
CUT = _("completed at a lower price")  # of records that do not tell the price


def ending_of(code: str) -> str:
    """Reads an outcome, with its price where it has one: "price_cut 150.00 EUR"."""
    outcome, _space, price = code.partition(" ")
    return str(ENDINGS[outcome] if price or outcome != "price_cut" else CUT) % {"price": price and price_of(price)}


ORDER = {"kind": "order", "url_name": "marketplace:order_detail", "button": _("Open the order")}
ENDED = ORDER | {"codes": {"outcome": ending_of}}

register(
    {
        "order.state": Notice(
            title=_("Statement of %(by)s in the dispute: %(title)s"), told=_("%(by)s added a statement"),
            body=_("%(text)s\n\nYou can answer with a statement of your own. The moderator reads both."), **ORDER,
        ),
        "order.propose_settlement": Notice(
            title=_("%(by)s proposes to settle the dispute: %(title)s"),
            told=_("%(by)s proposed to settle the dispute: %(outcome)s. %(reason)s"),
            body=_("The proposal: %(outcome)s.\n\n%(reason)s\n\nIf you accept, the dispute ends so without a moderator."),
            **(ENDED | {"button": _("Answer the proposal")}),
        ),
        "order.accept_settlement": Notice(
            title=_("The dispute is settled: %(title)s"),
            told=_("%(by)s accepted the proposal, which settled the dispute: %(outcome)s. %(reason)s"),
            body=_("Both sides agreed: %(outcome)s.\n\n%(reason)s"), calendar=mailed_calendar, **ENDED,
        ),
        "order.refuse_settlement": Notice(
            title=_("%(by)s refused to settle the dispute so: %(title)s"), told=_("%(by)s refused the proposal. %(reason)s"),
            body=_("%(reason)s\n\nThe dispute goes on. A moderator decides, or one of you proposes something else."), **ORDER,
        ),
        "order.take_back_settlement": Notice(
            title=_("%(by)s took a proposal back: %(title)s"), told=_("%(by)s took the proposal back"), **ORDER
        ),
        "order.resolve": Notice(
            title=_("The dispute is decided: %(title)s"), told=_("A moderator decided: %(outcome)s. %(reason)s"),
            body=_("The decision: %(outcome)s.\n\nThe reason:\n\n%(reason)s"), calendar=mailed_calendar, **ENDED,
        ),
    }
)  # fmt: skip
