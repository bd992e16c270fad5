from django.core import mail

from accounts.models import Notification
from accounts.notifications import send_due
from tests.factories import make_order


def test_a_request_becomes_a_job_and_both_sides_are_told(offer, buyer, seller, bob, adam, sara):
    order = make_order(offer, buyer, "completed")

    verbs = list(order.activities.values_list("verb", flat=True))
    assert verbs == [
        "order.draft", "order.request", "order.quote", "order.accept", "order.start", "order.deliver",
        "order.accept_delivery",
    ]  # fmt: skip
    assert send_due() == Notification.objects.count() == 9
    subjects = [(m.to[0], m.subject) for m in mail.outbox]
    assert (bob.email, f"Quote from {offer.school.name}: {offer.title}") in subjects
    assert (adam.email, f"Birch Bakery accepted your quote: {offer.title}") in subjects
    assert send_due() == 0
