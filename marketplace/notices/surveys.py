"""The words of the short question after a deal."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register
from marketplace.models import Survey

SURVEY = {"kind": "survey", "url_name": "marketplace:survey", "button": _("Answer")}


def question_of(kind: str) -> str:
    """Reads what is asked."""
    return str(Survey.QUESTIONS[Survey.Kind(kind)])


register(
    {
        "survey.ask": Notice(
            title=_("One question about %(title)s"), told=_("The question was sent"),
            body=_("%(question)s\n\nOne click and, if you like, a sentence. You need not sign in. Only VET2B reads it."),
            **(SURVEY | {"codes": {"question": question_of}}),
        ),
        "survey.answer": Notice(title=_("Answered: %(title)s"), told=_("The question was answered"), **SURVEY),
        "survey.lapse": Notice(title=_("Not answered: %(title)s"), told=_("The question was not answered"), **SURVEY),
        "survey.forget": Notice(title=_("Comment deleted: %(title)s"), told=_("The comment was deleted"), **SURVEY),
    }
)  # fmt: skip
