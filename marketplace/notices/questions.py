"""The words of questions about a need."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register
from marketplace.notices.needs import NEED

register(
    {
        "question.ask": Notice(
            title=_("A question about %(title)s"), told=_("%(by)s asked: %(question)s"),
            body=_("%(by)s asks:\n\n%(question)s\n\nYour answer is shown to every school that reads your need."),
            **(NEED | {"kind": "message", "button": _("Answer")}),
        ),
        "question.answer": Notice(
            title=_("An answer about %(title)s"), told=_("%(by)s answered: %(reply)s"),
            body=_("The question: %(question)s\n\nThe answer: %(reply)s"), **(NEED | {"kind": "message"}),
        ),
        "question.take_back": Notice(title=_("Withdrawn: %(title)s"), told=_("%(by)s took it back"), **NEED),
        "question.hide": Notice(
            title=_("A question is hidden: %(title)s"), told=_("A moderator hid it: %(reason)s"),
            body=_("A moderator hid this question and its answer:\n\n%(question)s\n\nThe facts:\n\n%(reason)s"), **NEED,
        ),
    }
)  # fmt: skip
