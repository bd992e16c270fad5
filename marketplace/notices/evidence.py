"""The words of what happens to the records of learners. No mail names a student."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register
from marketplace.notices.orders import ORDER

MINE = {"kind": "order", "url_name": "marketplace:my_evidence_detail", "button": _("Open your record")}
FEEDBACK = ORDER | {"url_name": "marketplace:order_feedback", "button": _("Open the feedback")}

register(
    {
        "order.confirm_evidence": Notice(
            title=_("How did the team do? %(title)s"),
            told=_("%(seller)s confirmed the work of its students. Records: %(count)s"),
            body=_(
                "%(seller)s confirmed what its students learned in your order. You may say how the team did: a few "
                "clicks, never about one student. We ask only once."
            ),
            **FEEDBACK,
        ),
        "order.give_feedback": Notice(
            title=_("Feedback on the team: %(title)s"), told=_("%(buyer)s gave feedback on the team"),
            body=_("%(buyer)s told how the team did. It stands in the records of the students too."), **FEEDBACK,
        ),
        "order.name_client": Notice(
            title=_("Name in records: %(title)s"),
            told=_("%(buyer)s agreed to be named in the students' records"), **FEEDBACK,
        ),
        "order.unname_client": Notice(
            title=_("Name in records: %(title)s"),
            told=_("%(buyer)s is no longer named in the students' records"), **FEEDBACK,
        ),
        "evidence.confirm": Notice(
            title=_("Your work is confirmed: %(title)s"), told=_("The record was confirmed"),
            body=_("Your trainer confirmed what you did. You can download the record, and choose who sees it."), **MINE,
        ),
        "evidence.revoke": Notice(
            title=_("A record was revoked: %(title)s"), told=_("The record was revoked: %(reason)s"),
            body=_("Your school revoked a record of your work. The reason:\n\n%(reason)s"), **MINE,
        ),
        "evidence.show": Notice(
            title=_("The record is public: %(title)s"), told=_("The learner released parts of the record"), **MINE
        ),
        "evidence.hide": Notice(
            title=_("The record is not public any more: %(title)s"), told=_("The learner ended the public page"), **MINE
        ),
    }
)  # fmt: skip
