"""What makes an order of the demo world ready to start, by the verbs of both sides."""

from __future__ import annotations

from accounts.models import Membership
from marketplace.models import Order
from marketplace.models.ready_items import Item


def make_ready(order: Order, buyer: Membership, seller: Membership) -> None:
    readiness = order.prepare_start()
    missing = {line.kind: line.side for line in readiness.missing}
    if Item.CONSENT in missing:
        readiness.waive(Item.CONSENT, by=seller, reason="Only students of age take part.")
    for side, by in (("seller", seller), ("buyer", buyer)):
        kinds = [kind for kind, whose in missing.items() if whose == side and kind != Item.CONSENT]
        if kinds:
            readiness.confirm(kinds, by=by, contact_name=buyer.user.name, contact_phone="+371 20 000 000")
