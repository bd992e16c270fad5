from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, Refusal, User
from marketplace.models import Call, Expression, Need, Offer, Order
from marketplace.models.resource_orders import orders_using


def inherit_work(leaver: User, organisation: Organisation, successor: User, by: Membership) -> None:
    """Gives what `leaver` answers for in `organisation` to `successor`: offers, drafts, needs and open orders.

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
    organisation.needs.exclude(status__in=Need.ENDED).filter(contact=leaver).update(contact=successor)
    Call.objects.for_organisation(organisation).filter(contact=leaver).update(contact=successor)
    for rows in (Call.objects, Expression.objects):
        rows.filter(organisation=organisation, author=leaver).update(author=successor)
    retire_trainer(leaver, organisation, by)


def retire_trainer(leaver: User, organisation: Organisation, by: Membership) -> None:
    """Nobody books a trainer who is gone. What is booked is decided on before, where a page asks about each order."""
    resource = organisation.resources.in_use().filter(person=leaver).first()
    if resource is None:
        return
    if orders_using(resource).exists():
        words = _(
            "“%(name)s” is booked as a trainer. Retire it among your resources first; that asks about each order."
        )
        raise Refusal(words % {"name": resource.name})
    resource.retire(by=by)
