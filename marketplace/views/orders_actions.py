"""What a party may do with an order: one form, one button and one answer for each verb."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from marketplace.forms.disputes import (
    AcceptSettlementForm,
    RefuseSettlementForm,
    SettlementForm,
    StatementForm,
    TakeBackSettlementForm,
)
from marketplace.forms.orders import (
    AcceptForm,
    AnswerForm,
    AskForm,
    ChangesForm,
    EmptyForm,
    MessageForm,
    OptionalReasonForm,
    ReasonForm,
)
from marketplace.forms.quotes import CounterForm
from marketplace.models import Order


@dataclass(frozen=True)
class Action:
    """A verb with its words. The form's fields are named as the verb's parameters."""

    verb: str
    label: str | Promise
    done: str | Promise
    form: type[forms.BaseForm] = EmptyForm
    hint: str | Promise = ""
    is_final: bool = False


# in the order in which the page shows them: what moves the work on, then the rest, then what ends it
ACTIONS = {
    action.verb: action
    for action in (
        Action(
            "request", _("Send the request"), _("Your request is on its way. The school has 5 working days to answer."),
        ),
        Action("discard", _("Discard the draft"), _("The draft is discarded."), is_final=True),
        Action("answer", _("Send the answer"), _("Your answer was sent."), AnswerForm),
        Action("accept", _("Accept the quote"), _("It is agreed. The school starts on the day."), AcceptForm),
        Action("agree_time", _("Consent to the new time"), _("It is moved. The other side was told.")),
        Action(
            "refuse_time", _("Keep the agreed time"), _("The agreed time stays. The other side was told."),
            OptionalReasonForm,
        ),
        Action("start", _("Start the work"), _("The work has begun. The client was told.")),
        Action("resume", _("Take up the changes"), _("You are at work again. The client was told.")),
        Action(
            "accept_delivery", _("Accept the delivery"), _("The order is complete. The school sends its invoice."),
            hint=_("This completes the order."),
        ),
        Action(
            "ask", _("Ask a question"), _("Your question was sent. The clock waits for the answer."), AskForm,
            _("The client answers here, and your time to quote starts anew."),
        ),
        Action(
            "counter", _("Ask for a change of the quote"), _("The school was asked for another quote."), CounterForm,
            _("The school answers with a new version. At most 6 rounds."),
        ),
        Action(
            "ask_changes", _("Ask for changes"), _("The school was asked for changes."), ChangesForm,
        ),
        Action(
            "extend_review", _("Take 5 more working days"), _("You have 5 more working days to look at it."),
            hint=_("Once in an order."),
        ),
        Action(
            "ask_new_time", _("Ask for another time"), _("The client was asked to choose another time."), ReasonForm,
            _("When you cannot do it then. The client chooses another time or cancels."),
        ),
        Action(
            "ask_for_agreement", _("Ask for a signed agreement"), _("The agreement is ready for both sides to sign."),
            hint=_("A text for both to sign before the work begins. No work starts without both signatures."),
        ),
        Action(
            "accept_settlement", _("Accept the proposal"), _("The dispute is settled. Both sides were told."),
            AcceptSettlementForm, _("This ends the dispute for both sides."),
        ),
        Action(
            "refuse_settlement", _("Refuse the proposal"), _("You refused. The dispute goes on."), RefuseSettlementForm,
        ),
        Action(
            "take_back_settlement", _("Take the proposal back"), _("The proposal is taken back."),
            TakeBackSettlementForm,
        ),
        Action(
            "state", _("Add a statement"), _("Your statement was added. The other side was told."), StatementForm,
            _("The other side and the moderator read it."),
        ),
        Action(
            "propose_settlement", _("Propose how to settle it"), _("Your proposal was sent to the other side."),
            SettlementForm, _("If the other side accepts, the dispute ends without a moderator."),
        ),
        Action("write", _("Send the message"), _("Your message was sent."), MessageForm),
        Action("decline", _("Decline the request"), _("You declined. The client was told."), ReasonForm, is_final=True),
        Action(
            "reject", _("Reject the quote"), _("You rejected the quote. The school was told."), ReasonForm,
            is_final=True,
        ),
        Action(
            "withdraw", _("Withdraw the request"), _("You withdrew the request. The school was told."),
            OptionalReasonForm, is_final=True,
        ),
        Action(
            "withdraw_quote", _("Withdraw the quote"), _("You withdrew the quote. The client was told."),
            ReasonForm, is_final=True,
        ),
        Action(
            "cancel", _("Cancel the order"), _("The order is cancelled. The other side was told."), ReasonForm,
            _("This ends the order for both sides."), is_final=True,
        ),
        Action(
            "dispute", _("Open a dispute"), _("The dispute is open. A moderator looks at it within 2 working days."),
            ReasonForm, _("All clocks stop, and a moderator of VET2B decides."), is_final=True,
        ),
    )
}  # fmt: skip
# the one thing that is waited for; the first that is allowed gets the filled button
NEXT_STEPS = ("answer", "quote", "accept", "start", "resume", "accept_delivery")


@dataclass(frozen=True)
class Offered:
    """An action that this person may take now, with its form."""

    action: Action
    form: Any
    url: str
    is_next: bool
    is_open: bool = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.action, name)


def next_step(order: Order, by: Membership) -> str:
    return next((verb for verb in NEXT_STEPS if order.can(verb, by=by)), "")


def offered_actions(order: Order, by: Membership, failed: dict[str, Any], latest_version: int) -> list[Offered]:
    """`failed` maps a verb to its form that did not pass, shown again with what was typed."""
    first = next_step(order, by)
    initial = {"version": latest_version, "settlement": open_ref(order)}
    return [
        Offered(
            action,
            failed.get(verb) or form_of(action, initial=initial),
            url_of(order, verb),
            verb == first,
            verb in failed,
        )
        for verb, action in ACTIONS.items()
        if order.can(verb, by=by)
    ]


def open_ref(order: Order) -> str:
    """Of the proposal to settle that this page shows."""
    found = order.open_settlement if order.status == Order.Status.DISPUTED else None
    return found.ref if found else ""


def url_of(order: Order, verb: str) -> str:
    return reverse(f"marketplace:order_{verb}", args=[order.ref])


def form_of(action: Action, *args: Any, **kwargs: Any) -> Any:
    # several forms share a page, so the ids of their fields carry the verb
    return action.form(*args, auto_id=f"id_{action.verb}_%s", **kwargs)
