"""The words of calls and of what organisations answer to them. Never the name of a student."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register, when_of

CALL = {"kind": "organisation", "url_name": "marketplace:call_manage", "button": _("Open the call")}
PAGE = {"kind": "organisation", "url_name": "marketplace:call_detail", "button": _("Open the call")}
ANSWERS = {"kind": "organisation", "url_name": "marketplace:call_manage", "button": _("Look at the answers")}
MINE = {"kind": "organisation", "url_name": "marketplace:call_express", "button": _("Open your answer")}

register(
    {
        "call.start": Notice(title=_("Draft: %(title)s"), told=_("%(by)s began a draft"), **CALL),
        "call.change": Notice(title=_("Changed: %(title)s"), told=_("%(by)s changed the call"), **CALL),
        "call.publish": Notice(
            title=_("Published: %(title)s"), told=_("%(by)s published the call"),
            body=_("Everybody can read it now, and answers arrive until the deadline."), **CALL,
        ),
        "call.pause": Notice(
            title=_("Full for now: %(title)s"), told=_("The call has %(cap)s answers, as many as it takes"),
            body=_("The call has %(cap)s answers, as many as you asked for. It opens again when somebody withdraws."),
            **ANSWERS,
        ),
        "call.resume": Notice(
            title=_("Open again: %(title)s"), told=_("The call takes answers again"),
            body=_("Somebody withdrew, so there is room for your answer again."), **MINE,
        ),
        "call.remind": Notice(
            title=_("Closing soon: %(title)s"), told=_("Who has a draft was reminded of the deadline"),
            body=_("You began an answer to this call and have not sent it. The deadline is %(deadline)s."),
            codes={"deadline": when_of}, **(MINE | {"kind": "reminder"}),
        ),
        "call.close": Notice(
            title=_("Closed: %(title)s"), told=_("The deadline passed; answers: %(n)s"),
            body=_("The deadline has passed. Answers: %(n)s. Shortlist, select or decline them, then tell everybody."),
            **ANSWERS,
        ),
        "call.begin_shortlist": Notice(
            title=_("Being decided: %(title)s"), told=_("%(by)s began to choose"), **ANSWERS
        ),
        "call.decide": Notice(
            title=_("Decided: %(title)s"), told=_("%(by)s decided, and everybody was told"),
            body=_("Everybody who answered has been told. Those who were selected confirm next."), **ANSWERS,
        ),
        "call.withdraw": Notice(
            title=_("Withdrawn: %(title)s"), told=_("%(by)s withdrew the call: %(reason)s"),
            body=_("%(by)s withdrew this call. The reason:\n\n%(reason)s\n\nThank you for your interest."), **PAGE,
        ),
        "call.suspend": Notice(
            title=_("Suspended: %(title)s"), told=_("A moderator suspended the call: %(reason)s"),
            body=_("A moderator hid your call, and it takes no answers. The facts:\n\n%(reason)s"), **CALL,
        ),
        "call.reinstate": Notice(
            title=_("Shown again: %(title)s"), told=_("The suspension was lifted: %(reason)s"),
            body=_("The suspension of your call was lifted:\n\n%(reason)s"), **CALL,
        ),
        "call.take_down": Notice(
            title=_("Taken down: %(title)s"), told=_("A moderator took the call down: %(reason)s"),
            body=_("A moderator took your call down for good. The facts:\n\n%(reason)s"), **CALL,
        ),
        "call.tell_suspended": Notice(
            title=_("Hidden for now: %(title)s"), told=_("Who answered was told that it is hidden"),
            body=_("This call is hidden for now while a moderator looks at it. Your answer is kept."), **MINE,
        ),
        "call.tell_reinstated": Notice(
            title=_("Shown again: %(title)s"), told=_("Who answered was told that it is shown again"),
            body=_("This call is shown again, and your answer counts as before."), **MINE,
        ),
        "call.tell_taken_down": Notice(
            title=_("Ended: %(title)s"), told=_("Who answered was told that it was taken down"),
            body=_("This call was taken down by a moderator. Thank you for your interest."), **MINE,
        ),
        "call.archive": Notice(title=_("Archived: %(title)s"), told=_("The call was archived"), **CALL),
        "expression.start": Notice(title=_("Draft: %(title)s"), told=_("%(by)s began an answer"), **MINE),
        "expression.change": Notice(title=_("Changed: %(title)s"), told=_("%(by)s changed the answer"), **MINE),
        "expression.submit": Notice(
            title=_("%(applicant)s answered: %(title)s"), told=_("%(applicant)s sent an answer"),
            body=_("%(applicant)s answered your call. You choose when the deadline has passed."), **ANSWERS,
        ),
        "expression.withdraw": Notice(
            title=_("%(applicant)s withdrew: %(title)s"), told=_("%(applicant)s withdrew the answer"),
            body=_("%(applicant)s withdrew its answer to your call."), **ANSWERS,
        ),
        "expression.shortlist": Notice(
            title=_("You are on the shortlist: %(title)s"), told=_("%(by)s put it on the shortlist"),
            body=_("%(by)s put your answer on the shortlist. Your contact there: %(contact)s. The decision follows."),
            **MINE,
        ),
        "expression.decline": Notice(
            title=_("Declined: %(title)s"), told=_("%(by)s declined it: %(reason)s"), **ANSWERS
        ),
        "expression.select": Notice(title=_("Selected: %(title)s"), told=_("%(by)s selected it"), **ANSWERS),
        "expression.tell_selected": Notice(
            title=_("You were selected: %(title)s"), told=_("%(applicant)s was told: selected"),
            body=_("Congratulations: %(by)s selected you. Please confirm that you take part, or withdraw."),
            **(MINE | {"button": _("Confirm or withdraw")}),
        ),
        "expression.tell_declined": Notice(
            title=_("Not this time: %(title)s"), told=_("%(applicant)s was told: declined"),
            body=_("Thank you for your answer. %(by)s chose others this time. The reason:\n\n%(reason)s\n\nOther calls are open."),
            **MINE,
        ),
        "expression.confirm": Notice(
            title=_("%(applicant)s takes part: %(title)s"), told=_("%(applicant)s confirmed"),
            body=_("%(applicant)s confirmed that it takes part."), **ANSWERS,
        ),
    }
)  # fmt: skip
