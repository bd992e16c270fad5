from accounts.models import Organisation, User
from marketplace.models import Offer, Order


def inherit_work(leaver: User, organisation: Organisation, successor: User) -> None:
    """Gives what `leaver` answers for in `organisation` to `successor`: offers, drafts and open orders.

    Where the successor already stands in for the leaver, the other role stays empty for the school to fill."""
    offers = Offer.objects.for_organisation(organisation).exclude(status=Offer.Status.ARCHIVED)
    sold = organisation.orders_received.open()
    for rows in (offers, sold):
        rows.filter(trainer=leaver, substitute=successor).update(trainer=successor, substitute=None)
        rows.filter(trainer=leaver).update(trainer=successor)
        rows.filter(substitute=leaver, trainer=successor).update(substitute=None)
        rows.filter(substitute=leaver).update(substitute=successor)
    bought = organisation.orders_placed.filter(status__in=[*Order.OPEN, Order.Status.DRAFT])
    bought.filter(contact=leaver).update(contact=successor)
