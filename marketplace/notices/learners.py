"""The words of what happens to learners and to consents about them: for their school's staff alone."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, choice_of, fields_of, register

LEARNER = {
    "kind": "organisation",
    "url_name": "marketplace:learner_detail",
    "button": _("Open the page of the student"),
}
CONSENT = LEARNER | {"codes": {"consent": choice_of("marketplace.Consent", "kind")}}

register(
    {
        "learner.add": Notice(title=_("Added: %(title)s"), told=_("%(by)s added the student to %(group)s"), **LEARNER),
        "learner.change": Notice(
            title=_("Changed: %(title)s"), told=_("%(by)s changed: %(fields)s"),
            codes={"fields": fields_of("marketplace.Learner")}, **LEARNER,
        ),
        "learner.leave": Notice(title=_("Left the school: %(title)s"), told=_("%(by)s marked as left"), **LEARNER),
        "learner.come_back": Notice(
            title=_("At the school again: %(title)s"), told=_("%(by)s marked as being here again"), **LEARNER
        ),
        "learner.come_of_age": Notice(
            title=_("Of age: %(title)s"), told=_("Turned 18; the date is deleted, as nobody needs it any more"), **LEARNER
        ),
        "learner.ask_consent": Notice(
            title=_("Consent asked: %(title)s"), told=_("%(by)s asked for consent: %(consent)s"), **CONSENT
        ),
        "learner.take_back_request": Notice(
            title=_("No longer asked: %(title)s"), told=_("%(by)s took the question back: %(consent)s"), **CONSENT
        ),
        "learner.give_consent": Notice(
            title=_("Consent given: %(title)s"), told=_("Consent given: %(consent)s"),
            body=_("This consent was given: %(consent)s."), **CONSENT,
        ),
        "learner.record_consent": Notice(
            title=_("Consent recorded: %(title)s"), told=_("%(by)s recorded a signed paper: %(consent)s"), **CONSENT
        ),
        "learner.refuse_consent": Notice(
            title=_("Consent refused: %(title)s"), told=_("Consent refused: %(consent)s"),
            body=_("This consent was refused: %(consent)s. The student does not take part in what it was asked for."),
            **CONSENT,
        ),
        "learner.lapse_consent": Notice(
            title=_("No answer about consent: %(title)s"), told=_("Nobody answered within 14 days: %(consent)s"),
            body=_("Nobody answered within 14 days: %(consent)s. You can ask again."), **CONSENT,
        ),
        "learner.withdraw_consent": Notice(
            title=_("Consent withdrawn: %(title)s"), told=_("Consent withdrawn: %(consent)s"),
            body=_("This consent was withdrawn: %(consent)s. From now on nothing may be done that rests on it."),
            **CONSENT,
        ),
    }
)  # fmt: skip
