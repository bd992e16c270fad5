"""The words of what happens to orders."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, price_of, register, when_of
from marketplace.ical import mailed_calendar

ORDER = {"kind": "order", "url_name": "marketplace:order_detail", "button": _("Open the order")}
DATED = ORDER | {"calendar": mailed_calendar}
PRICED = {"codes": {"price": price_of}}
MESSAGE = ORDER | {"kind": "message"}
TIME = ORDER | {"codes": {"when": when_of}}
REMINDER = ORDER | {"kind": "reminder"}

register(
    {
        "order.draft": Notice(title=_("Draft: %(title)s"), told=_("%(buyer)s began a request"), **ORDER),
        "order.discard": Notice(title=_("Discarded: %(title)s"), told=_("%(buyer)s discarded the draft"), **ORDER),
        "order.request": Notice(
            title=_("New request from %(buyer)s: %(title)s"), told=_("%(buyer)s sent a request to %(seller)s"),
            body=_("%(buyer)s would like to order this. Please send a quote, ask a question or decline within 5 working days."),
            **(ORDER | {"button": _("Answer the request")}),
        ),
        "order.book": Notice(
            title=_("New booking from %(buyer)s: %(title)s"), told=_("%(buyer)s booked a place; price %(price)s"),
            body=_("A place of your window was booked at your price. Please confirm the details with the client and start on the day."),
            **(DATED | PRICED),
        ),
        "order.ask": Notice(
            title=_("%(seller)s asks about your request: %(title)s"), told=_("%(seller)s asked a question"),
            body=_("%(text)s\n\nThe school prepares its quote after your answer."), **(ORDER | {"button": _("Answer")}),
        ),
        "order.answer": Notice(
            title=_("%(buyer)s answered: %(title)s"), told=_("%(buyer)s answered the question"), body=_("%(text)s"), **ORDER
        ),
        "order.quote": Notice(
            title=_("Quote from %(seller)s: %(title)s"), told=_("%(seller)s sent quote %(version)s: %(price)s"),
            body=_("The price is %(price)s, VAT included.\n\n%(text)s"), **(ORDER | PRICED | {"button": _("Look at the quote")}),
        ),
        "order.counter": Notice(
            title=_("%(buyer)s asks for a change of the quote: %(title)s"), told=_("%(buyer)s asked for another quote"),
            body=_("%(text)s"), **ORDER,
        ),
        "order.accept": Notice(
            title=_("%(buyer)s accepted your quote: %(title)s"), told=_("%(buyer)s accepted quote %(version)s: %(price)s"),
            body=_("The deal is made at %(price)s, VAT included. Start the order when the class begins."), **(DATED | PRICED),
        ),
        "order.schedule": Notice(
            title=_("Everything is in place: %(title)s"), told=_("Everything is in place for the start"),
            body=_("Nothing stands in the way any more. The work starts on the agreed day."), **DATED,
        ),
        "order.wait": Notice(
            title=_("The start waits: %(title)s"), told=_("Before the start something is still missing"), **ORDER
        ),
        "order.decline": Notice(
            title=_("%(seller)s declined: %(title)s"), told=_("%(seller)s declined: %(reason)s"),
            body=_("The reason:\n\n%(reason)s\n\nThe page of the order shows similar services."), **ORDER,
        ),
        "order.withdraw": Notice(
            title=_("%(buyer)s withdrew the request: %(title)s"), told=_("%(buyer)s withdrew the request"),
            body=_("%(reason)s"), **ORDER,
        ),
        "order.reject": Notice(
            title=_("%(buyer)s rejected your quote: %(title)s"), told=_("%(buyer)s rejected the quote: %(reason)s"),
            body=_("The reason:\n\n%(reason)s"), **ORDER,
        ),
        "order.withdraw_quote": Notice(
            title=_("%(seller)s withdrew the quote: %(title)s"), told=_("%(seller)s withdrew the quote: %(reason)s"),
            body=_("The reason:\n\n%(reason)s\n\nThe page of the order shows similar services."), **ORDER,
        ),
        "order.expire": Notice(
            title=_("Expired: %(title)s"), told=_("It expired without an answer"),
            body=_("Nobody answered in time, so this ended by itself. The client sees similar services on the page of the order, and can send a new request at any time."), **ORDER,
        ),
        "order.remind": Notice(
            title=_("Your answer is awaited: %(title)s"), told=_("A reminder went out"),
            body=_("The other side still waits for your answer."), **REMINDER,
        ),
        "order.window_full": Notice(
            title=_("A window is full: %(title)s"), told=_("The chosen window is full"),
            body=_("The last place of the window in this request was taken by somebody else. Please agree on another one."), **ORDER,
        ),
        "order.start": Notice(
            title=_("%(seller)s started: %(title)s"), told=_("%(seller)s started the work"),
            body=_("The class is at work. You see every step on the page of the order."), **ORDER,
        ),
        "order.chase_start": Notice(
            title=_("Has the work begun? %(title)s"), told=_("Both sides were asked whether the work has begun"),
            body=_("The agreed start was yesterday and nothing is recorded. Please record the start, or cancel with a reason. In 2 working days a dispute opens by itself and a moderator decides."),
            **REMINDER,
        ),
        "order.remind_start": Notice(
            title=_("Starts on %(day)s: %(title)s"), told=_("A reminder went out: the work starts on %(day)s"),
            body=_("%(seller)s and %(buyer)s agreed to start on %(day)s. Write to the other side now if something changed."),
            codes={"day": when_of}, calendar=mailed_calendar, **REMINDER,
        ),
        "order.miss_start": Notice(
            title=_("A dispute was opened: %(title)s"), told=_("The agreed start was missed, which opened a dispute"),
            body=_("The agreed start is 3 working days past and nothing was recorded. All clocks have stopped. A moderator looks at it within 2 working days; write in the order what happened."),
            **ORDER,
        ),
        "order.urge": Notice(
            title=_("A dispute waits for a decision: %(title)s"), told=_("The moderators were asked to decide"),
            body=_("%(buyer)s and %(seller)s still wait. The aim is a first word within 2 working days, and a decision within 10."),
            kind="reminder", url_name="admin:marketplace_order_open", button=_("Open the dispute"),
        ),
        "order.deliver": Notice(
            title=_("%(seller)s delivered: %(title)s"), told=_("%(seller)s delivered"),
            body=_("%(text)s\n\nYou have 10 working days to look at it. Without an answer it counts as accepted."),
            **(ORDER | {"button": _("Look at the delivery")}),
        ),
        "order.ask_changes": Notice(
            title=_("%(buyer)s asks for changes: %(title)s"), told=_("%(buyer)s asked for changes"), body=_("%(text)s"), **ORDER
        ),
        "order.chase_changes": Notice(
            title=_("Changes are still awaited: %(title)s"), told=_("Both sides were asked about the changes"),
            body=_("%(buyer)s asked for changes 10 working days ago and nothing is recorded. %(seller)s can take them up or write why not; either side can open a dispute."),
            **REMINDER,
        ),
        "order.resume": Notice(
            title=_("%(seller)s works on your changes: %(title)s"), told=_("%(seller)s took up the work again"), **ORDER
        ),
        "order.extend_review": Notice(
            title=_("%(buyer)s needs more time to look: %(title)s"), told=_("%(buyer)s took 5 more working days to look at it"),
            **ORDER,
        ),
        "order.warn_first": Notice(
            title=_("5 working days left to look at: %(title)s"), told=_("A reminder went out: 5 working days left"),
            body=_("Accept the delivery or ask for changes. Without an answer it counts as accepted in 5 working days."), **ORDER,
        ),
        "order.warn_last": Notice(
            title=_("1 working day left to look at: %(title)s"), told=_("A reminder went out: 1 working day left"),
            body=_("Accept the delivery or ask for changes. Without an answer it counts as accepted tomorrow."), **ORDER,
        ),
        "order.auto_accept": Notice(
            title=_("Completed: %(title)s"), told=_("It counts as accepted, since nobody objected in time"),
            body=_("The time to look at the delivery is over, so it counts as accepted. The school sends its invoice."), **ORDER,
        ),
        "order.accept_delivery": Notice(
            title=_("%(buyer)s accepted the delivery: %(title)s"), told=_("%(buyer)s accepted the delivery"),
            body=_("The order is complete. Please send the invoice under your own rules."), **ORDER,
        ),
        "order.ask_new_time": Notice(
            title=_("%(by)s asks for another time: %(title)s"), told=_("%(by)s asked for another time: %(reason)s"),
            body=_("The school cannot do it at the agreed time. Its reason:\n\n%(reason)s\n\nPlease choose another time, or cancel."), **ORDER,
        ),
        "order.propose_time": Notice(
            title=_("%(by)s would like another time: %(title)s"), told=_("%(by)s proposed another time: %(when)s"),
            body=_("The proposed time: %(when)s\n\n%(reason)s\n\nThe agreed time stands until you consent."), **TIME,
        ),
        "order.agree_time": Notice(
            title=_("Moved to %(when)s: %(title)s"), told=_("%(by)s consented: it is moved to %(when)s"),
            body=_("The new time: %(when)s"), calendar=mailed_calendar, **TIME,
        ),
        "order.refuse_time": Notice(
            title=_("The time stays: %(title)s"), told=_("%(by)s did not consent to the other time. The agreed time stays."),
            body=_("%(by)s did not consent to the other time, so the agreed one stays.\n\n%(reason)s"), **TIME,
        ),
        "order.cancel": Notice(
            title=_("%(by)s cancelled: %(title)s"), told=_("%(by)s cancelled: %(reason)s"),
            body=_("The reason:\n\n%(reason)s"), **DATED,
        ),
        "order.dispute": Notice(
            title=_("%(by)s opened a dispute: %(title)s"), told=_("%(by)s opened a dispute: %(reason)s"),
            body=_("The reason:\n\n%(reason)s\n\nAll clocks have stopped. A moderator looks at it within 2 working days and decides within 10. Until then you can add a statement with files, or propose to the other side how to settle it."), **ORDER,
        ),
        "order.view_messages": Notice(
            title=_("A moderator read the messages: %(title)s"), told=_("A moderator read the messages"), **ORDER
        ),
        "order.view_file": Notice(
            title=_("A moderator opened a file: %(title)s"), told=_("A moderator opened the file %(file)s"), **ORDER
        ),
        "order.write": Notice(
            title=_("Message from %(by)s: %(title)s"), told=_("%(by)s wrote"), body=_("%(text)s"), **(MESSAGE | {"button": _("Reply")})
        ),
    }
)  # fmt: skip
