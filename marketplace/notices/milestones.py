"""The words of the steps on the way to a delivery."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, day_of, register

MILESTONE = {"kind": "order", "url_name": "marketplace:order_milestones", "button": _("Open the milestones")}
DUE = MILESTONE | {"codes": {"due": day_of}}

register(
    {
        "order.plan_milestone": Notice(
            title=_("Milestone planned: %(title)s"),
            told=_("%(by)s planned a milestone for %(due)s: %(milestone)s"), **DUE,
        ),
        "order.change_milestone": Notice(
            title=_("Milestone changed: %(title)s"),
            told=_("%(by)s changed a milestone, now for %(due)s: %(milestone)s"), **DUE,
        ),
        "order.remove_milestone": Notice(
            title=_("Milestone removed: %(title)s"), told=_("%(by)s removed a milestone: %(milestone)s"), **MILESTONE
        ),
        "order.submit_milestone": Notice(
            title=_("%(milestone)s is ready to look at: %(title)s"), told=_("%(by)s showed a milestone: %(milestone)s"),
            body=_("%(text)s\n\nPlease say whether it is what you expect. The work goes on meanwhile."),
            **(MILESTONE | {"button": _("Look at it")}),
        ),
        "order.approve_milestone": Notice(
            title=_("%(by)s says OK to %(milestone)s: %(title)s"), told=_("%(by)s said OK to a milestone: %(milestone)s"),
            **MILESTONE,
        ),
        "order.remark_milestone": Notice(
            title=_("%(by)s has remarks on %(milestone)s: %(title)s"),
            told=_("%(by)s has remarks on a milestone: %(milestone)s"),
            body=_("%(text)s\n\nShow it again when it is ready."), **MILESTONE,
        ),
        "order.remind_milestone": Notice(
            title=_("%(milestone)s is due on %(due)s: %(title)s"), told=_("The school was reminded: %(milestone)s"),
            body=_("This milestone is due on %(due)s. Show it to the client, or choose another day."),
            **(DUE | {"kind": "reminder"}),
        ),
    }
)  # fmt: skip
