"""The words of parts that a school passes on to another."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register

PARTS = {"kind": "order", "url_name": "marketplace:order_parts", "button": _("See the parts")}

register(
    {
        "order.pass_part": Notice(
            title=_("%(school)s does a part of your order: %(title)s"),
            told=_("%(by)s passed a part on to %(school)s: %(part)s"),
            body=_(
                "%(by)s leads your order as before and answers for all of it. %(school)s does this part: %(part)s.\n\n"
                "What was signed stands with %(by)s."
            ),
            **PARTS,
        ),
        "order.become_part": Notice(
            title=_("This order is a part of another: %(title)s"),
            told=_("%(by)s made it a part of work for another client"),
            body=_("%(by)s is your client and leads the whole. Its own client is told your school's name and this part."),
            **PARTS,
        ),
        "order.lose_whole": Notice(
            title=_("The order above was ended: %(title)s"), told=_("The order of which it is a part was ended"),
            body=_("It stays as it is until one of you decides: go on with it, or cancel it."), **PARTS,
        ),
    }
)  # fmt: skip
