"""The words of what an order needs before it begins."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Notice, register
from marketplace.models.ready_items import Item

READY = {"kind": "order", "url_name": "marketplace:order_ready", "button": _("Open the checklist")}


def item_names(kinds: list[str]) -> str:
    names = dict(Item.choices)
    return ", ".join(str(names.get(kind, kind)) for kind in kinds)


ITEMS = {"codes": {"items": item_names}}

register(
    {
        "order.ready": Notice(
            title=_("Ready to start: %(title)s"), told=_("Everything on the checklist is in place"),
            body=_("Everything on the checklist of this order is in place."), **READY,
        ),
        "order.unready": Notice(
            title=_("Not ready to start any more: %(title)s"), told=_("Something on the checklist is missing again"),
            body=_("Something on the checklist of this order is missing again. The work cannot begin before it is there."),
            **READY,
        ),
        "readiness.confirm": Notice(title=_("Checklist: %(title)s"), told=_("%(by)s confirmed: %(items)s"), **ITEMS, **READY),
        "readiness.take_back": Notice(title=_("Checklist: %(title)s"), told=_("%(by)s took back: %(items)s"), **ITEMS, **READY),
        "readiness.waive": Notice(
            title=_("Checklist: %(title)s"), told=_("%(by)s says this is not needed: %(items)s. %(reason)s"),
            **ITEMS, **READY,
        ),
        "readiness.set_trainers": Notice(
            title=_("Checklist: %(title)s"), told=_("%(by)s plans with this many trainers: %(count)s"), **READY
        ),
    }
)  # fmt: skip
