"""The words of what happens to the team of an order; both sides read them, so no student is named."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register
from marketplace.notices.orders import ORDER

register(
    {
        "order.assign_team": Notice(
            title=_("The team is chosen: %(title)s"), told=_("%(seller)s chose the team. Students: %(count)s"), **ORDER
        ),
        "order.replace_learner": Notice(
            title=_("The team changed: %(title)s"), told=_("%(seller)s changed the team. Students: %(count)s"), **ORDER
        ),
    }
)
