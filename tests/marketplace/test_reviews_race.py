"""Both sides at the same moment, each with its own connection to PostgreSQL, against committed rows."""

import pytest
from django.utils import timezone

from accounts.models import Refusal
from marketplace.models import BankAccount, Order, Review
from marketplace.models.search import OfferSearch
from tests.factories import make_member, make_offer, make_order, make_organisation, make_user, member
from tests.marketplace.test_windows_race import at_once

RACES = 25
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def school(transactional_db):
    return make_organisation(make_user("Alice Alpha", "alice@school.example"), kind="school", name="Linden School")


@pytest.fixture
def offer(school):
    trainer = make_user("Adam Aspen", "adam@school.example")
    make_member(trainer, school)
    return make_offer(school, trainer)


@pytest.fixture
def buyer(transactional_db):
    owner = make_user("Bob Birch", "bob@company.example")
    return member(owner, make_organisation(owner, name="Birch Bakery"))


def review(order, by, mark):
    """On an order of its own, as in a request of its own."""
    return lambda: Review.write(Order.objects.get(pk=order.pk), by=by, first=mark, second=mark, third=mark)


def test_two_reviews_at_once_close_the_order_once(offer, buyer):
    seller = member(offer.trainer, offer.school)
    for _race in range(RACES):
        order = make_order(offer, buyer, "completed")

        results = at_once([review(order, buyer, 5), review(order, seller, 4), review(order, buyer, 1)])

        assert sum(isinstance(result, Refusal) for result in results) == 1
        assert Order.objects.get(pk=order.pk).status == "closed"
        assert list(order.reviews.values_list("status", flat=True)) == ["published"] * 2
        assert order.activities.filter(verb="order.close").count() == 1
    assert OfferSearch.objects.get(pk=offer.pk).review_count == RACES


def test_reviews_of_one_offer_published_at_once_are_all_counted(offer, buyer):
    seller = member(offer.trainer, offer.school)
    orders = [make_order(offer, buyer, "completed") for _number in range(8)]
    for order in orders:
        Review.write(order, by=buyer, first=5, second=5, third=5)

    at_once([review(order, seller, 4) for order in orders])

    row = OfferSearch.objects.get(pk=offer.pk)
    assert (row.review_count, row.rating) == (8, 5)


def test_a_late_change_and_the_other_review_do_not_mix(offer, buyer):
    """What is published is what stood when the second review came."""
    seller = member(offer.trainer, offer.school)
    for _race in range(RACES):
        order = make_order(offer, buyer, "completed")
        mine = Review.write(order, by=buyer, first=5, second=5, third=5, text="First words.")

        changed, _other = at_once(
            [
                lambda mine=mine: Review.objects.get(pk=mine.pk).change(
                    by=buyer, first=1, second=1, third=1, text="Other words."
                ),
                review(order, seller, 4),
            ]
        )

        words = Review.objects.get(pk=mine.pk).text
        assert words == ("First words." if isinstance(changed, Refusal) else "Other words.")
        assert Order.objects.get(pk=order.pk).status == "closed"


def test_an_account_is_confirmed_or_withdrawn_never_both(school):
    owner = member(school.memberships.get().user, school)
    make_member(make_user("Otto Oak", "otto@school.example"), school, role="owner")
    second = school.memberships.select_related("user", "organisation").exclude(pk=owner.pk).get()
    used = BankAccount.objects.create(
        organisation=school, holder="Linden", iban="LV80BANK0000435195001", status="active", proposed_by=owner.user,
        active_from=timezone.now(),
    )  # fmt: skip
    for number in range(RACES):
        account = BankAccount.propose(by=owner, holder=f"Linden {number}", iban="DE89370400440532013000")

        confirmed, withdrawn = at_once(
            [
                lambda pk=account.pk: BankAccount.objects.get(pk=pk).confirm(by=second),
                lambda pk=account.pk: BankAccount.objects.get(pk=pk).withdraw(by=owner),
            ]
        )

        assert isinstance(confirmed, Refusal) != isinstance(withdrawn, Refusal)
        if not isinstance(confirmed, Refusal):
            used = account
        assert BankAccount.used_by(school) == used
