"""Reviews: who may write one and when, what stays blind, what moderators do, and what it does to the mean."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Activity, InvalidTransition, Notification, Refusal, Report
from accounts.models.timers import ring_due_timers
from marketplace.models import Order, Review
from marketplace.models.search import OfferSearch
from tests.factories import make_member, make_offer, make_order, make_organisation, make_user, member

S = Review.Status
FIVE = {"first": 5, "second": 5, "third": 5, "text": "A pleasure."}


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "completed")


@pytest.fixture
def written(order, buyer):
    return Review.write(order, by=buyer, **FIVE)


@pytest.fixture
def published(order, written, seller):
    Review.write(order, by=seller, first=4, second=4, third=5)
    return fresh(written)


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def age(order, **ago):
    """As if the order had been completed so long ago; its clocks with it."""
    delta = timedelta(**ago)
    Order.objects.filter(pk=order.pk).update(completed_at=timezone.now() - delta)
    for timer in order.timers:
        timer.due_at -= delta
        timer.save(update_fields=["due_at"])
    order.refresh_from_db()


def told(verb):
    rows = Notification.objects.filter(activity__verb=verb).order_by("recipient__email")
    return list(rows.values_list("recipient__email", flat=True))


def snapshot(order):
    return (
        list(Review.objects.order_by("pk").values()), Order.objects.filter(pk=order.pk).values().get(),
        Activity.objects.count(), Notification.objects.count(), sorted(order.timers.values_list("verb", "due_at")),
    )  # fmt: skip


SCHOOL_PEOPLE = ["adam@school.example", "sara@school.example"]


def test_the_first_review_stays_blind_and_the_other_side_is_asked(order, buyer):
    review = Review.write(order, by=buyer, **FIVE)

    assert (review.side, review.about, review.offer, review.author) == ("buyer", order.seller, order.offer, buyer.user)
    assert (review.status, review.published_at, fresh(order).status) == (S.SUBMITTED, None, Order.Status.COMPLETED)
    assert told("order.review") == SCHOOL_PEOPLE
    said = Activity.objects.get(verb="order.review").details
    assert "A pleasure" not in str(said)
    assert not {"first", "second", "third"} & set(said)


def test_the_second_review_publishes_both_and_closes_the_order(order, written, seller, buyer):
    other = Review.write(order, by=seller, first=4, second=4, third=5, text="A clear brief.")

    assert [fresh(review).status for review in (written, other)] == [S.PUBLISHED, S.PUBLISHED]
    assert fresh(order).status == Order.Status.CLOSED
    assert told("order.close") == sorted([*SCHOOL_PEOPLE, "bob@company.example"])
    assert told("order.review") == SCHOOL_PEOPLE  # the second is told of by the closing
    assert list(order.timers) == []


def test_the_end_of_the_window_publishes_the_only_one(order, written):
    age(order, days=14, minutes=1)

    ring_due_timers()

    assert fresh(written).status == S.PUBLISHED
    assert fresh(order).status == Order.Status.CLOSED


def test_an_order_without_reviews_is_closed_in_silence(order):
    age(order, days=14, minutes=1)

    ring_due_timers()

    assert fresh(order).status == Order.Status.CLOSED
    assert told("order.close") == []


def test_it_is_not_closed_while_one_may_still_be_written(order, written):
    before = snapshot(order)

    with pytest.raises(Refusal):
        order.close(by=None)
    assert snapshot(order) == before


def test_two_reminders_reach_who_has_not_written(order, written):
    age(order, days=3, minutes=1)
    ring_due_timers()
    assert told("order.remind_review") == SCHOOL_PEOPLE

    age(order, days=11, minutes=1)
    order.timers.filter(verb="remind_review").update(due_at=timezone.now())
    ring_due_timers()
    assert told("order.remind_review") == sorted(SCHOOL_PEOPLE * 2)
    assert list(order.timers.values_list("verb", flat=True)) == ["close"]


def test_until_the_other_side_has_written_it_can_be_changed(order, written, buyer):
    written.change(by=buyer, first=2, second=3, third=4, text="On a second look.")

    review = fresh(written)
    assert (review.first, review.second, review.third, review.text) == (2, 3, 4, "On a second look.")
    assert [a.verb for a in review.activities] == ["review.write", "review.change"]


def test_once_both_are_in_nothing_is_changed(order, published, buyer):
    before = snapshot(order)

    with pytest.raises(InvalidTransition):
        published.change(by=buyer, **FIVE)
    with pytest.raises(Refusal):
        Review.write(order, by=buyer, **FIVE)
    assert snapshot(order) == before


def test_one_review_a_side(order, written, buyer, company):
    before = snapshot(order)
    colleague = make_member(make_user("Cleo Clerk", "cleo@company.example"), company)

    for by in (buyer, colleague):
        with pytest.raises(InvalidTransition):
            Review.write(order, by=by, **FIVE)
    assert snapshot(order) == before
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(
            order=order, side="buyer", about=order.seller, author=buyer.user, language="en", first=1, second=1, third=1
        )


@pytest.mark.parametrize(
    "wrong", [{"first": 0}, {"second": 6}, {"third": -1}, {"text": "x" * 2001}], ids=lambda wrong: next(iter(wrong))
)
def test_ratings_and_text_have_limits(order, buyer, wrong):
    before = snapshot(order)

    with pytest.raises(Refusal) as refused:
        Review.write(order, by=buyer, **(FIVE | wrong))

    assert refused.value.field == next(iter(wrong))
    assert snapshot(order) == before


@pytest.mark.parametrize(
    "status", ["requested", "scheduled", "in_progress", "delivered", "cancelled", "disputed", "declined"]
)
def test_only_completed_orders_are_reviewed(offer, buyer, status):
    order = make_order(offer, buyer, status)
    before = snapshot(order)

    with pytest.raises(Refusal):
        Review.write(order, by=buyer, **FIVE)
    assert snapshot(order) == before


def test_after_the_window_it_is_too_late(order, buyer):
    age(order, days=14, minutes=1)

    with pytest.raises(Refusal):
        Review.write(order, by=buyer, **FIVE)
    assert not Review.objects.exists()


def test_learners_outsiders_and_moderators_write_none(order, lea, school, outsider, mona):
    before = snapshot(order)

    for by in (member(lea, school), outsider, mona, None):
        with pytest.raises(PermissionDenied):
            Review.write(order, by=by, **FIVE)
    assert snapshot(order) == before


def link_by_member(order, people):
    make_member(people["bob"], order.seller)


def link_by_domain(order, people):
    make_member(make_user("Una Uncle", "una@COMPANY.example"), order.seller)


def link_by_vat(order, people):
    for organisation, number in ((order.seller, "LV40003-000-009"), (order.buyer, "lv40003000009")):
        organisation.vat_id = number
        organisation.save(update_fields=["vat_id"])


def link_by_register(order, people):
    for organisation in (order.seller, order.buyer):
        organisation.registration_number = "40003000009"
        organisation.save(update_fields=["registration_number"])


@pytest.mark.parametrize("link", [link_by_member, link_by_domain, link_by_vat, link_by_register])
def test_organisations_that_belong_together_do_not_review_each_other(order, buyer, seller, bob, link):
    link(order, {"bob": bob})
    before = snapshot(order)

    for by in (buyer, seller):
        with pytest.raises(Refusal):
            Review.write(order, by=by, **FIVE)
    assert snapshot(order) == before


def test_a_public_mail_provider_links_nobody(order, buyer, company, school):
    make_member(make_user("Uma Umber", "uma@gmail.com"), company)
    make_member(make_user("Ute Ulm", "ute@gmail.com"), school)

    assert Review.write(order, by=buyer, **FIVE).pk


def test_a_learner_of_the_school_who_works_for_the_client_links_nobody(order, buyer, school, company):
    learner = make_user("Lena Lime", "lena@gmail.com")
    make_member(learner, school, role="learner")
    make_member(learner, company)

    assert Review.write(order, by=buyer, **FIVE).pk


def test_linked_sides_are_not_reminded(offer, buyer, bob, school):
    make_member(bob, school)

    order = make_order(offer, buyer, "completed")

    assert list(order.timers.values_list("verb", flat=True)) == ["close"]


def test_a_price_cut_opens_the_window_and_a_dispute_keeps_it_shut(offer, buyer, mona):
    order = make_order(offer, buyer, "disputed")
    with pytest.raises(Refusal, match="disputed"):
        Review.write(order, by=buyer, **FIVE)

    order.resolve("price_cut", by=mona, reason="Half of it is missing.", net=Decimal("100.00"))

    assert sorted(order.timers.values_list("verb", flat=True)) == ["close", "remind_review"]
    assert Review.write(order, by=buyer, **FIVE).status == S.SUBMITTED


def test_the_reviewed_side_replies_once(published, seller, buyer):
    published.answer("Thank you.", by=seller)

    review = fresh(published)
    assert (review.reply, review.status) == ("Thank you.", S.PUBLISHED)
    assert told("review.answer") == ["bob@company.example"]
    with pytest.raises(Refusal):
        published.answer("And more.", by=seller)
    with pytest.raises(PermissionDenied):
        published.answer("Me too.", by=buyer)
    assert fresh(published).reply == "Thank you."


def test_a_reply_comes_within_30_days(published, seller):
    Review.objects.update(published_at=timezone.now() - timedelta(days=30, minutes=1))

    assert not fresh(published).can("answer", by=seller)
    with pytest.raises(Refusal):
        published.answer("Late.", by=seller)
    assert fresh(published).reply == ""


def report(review, by, ground="misleading"):
    return Report.send(review, by=by, ground=ground, text="It is not true.")


def test_a_report_hides_it_until_a_moderator_decides(published, adam, mona, offer):
    report(published, adam)

    assert fresh(published).status == S.HELD
    assert told("review.hold") == ["bob@company.example"]
    published.restore(by=mona, reason="It tells what happened.")
    assert fresh(published).status == S.PUBLISHED
    assert told("review.restore") == sorted(["bob@company.example", *SCHOOL_PEOPLE])


def test_what_a_moderator_has_looked_at_is_not_hidden_by_the_next_report(published, adam, alice, charlie, mona):
    report(published, adam)
    published.restore(by=mona, reason="It tells what happened.")

    report(published, charlie)
    assert fresh(published).status == S.PUBLISHED

    report(published, alice, ground="learner_safety")
    assert fresh(published).status == S.HELD


def test_a_stranger_hides_nothing_but_what_endangers_a_learner(published):
    report(published, None)
    assert fresh(published).status == S.PUBLISHED

    report(published, None, ground="learner_safety")
    assert fresh(published).status == S.HELD


def test_hiding_says_why_and_leaves_the_review_in_place(published, mona):
    with pytest.raises(Refusal):
        published.hide(by=mona, reason=" ")

    published.hide(by=mona, reason="It insults the trainer.")

    review = fresh(published)
    assert (review.status, review.text) == (S.HIDDEN, "A pleasure.")
    assert review.activities.last().reason == "It insults the trainer."
    assert told("review.hide") == sorted(["bob@company.example", *SCHOOL_PEOPLE])


def test_a_moderator_of_a_side_decides_nothing(published, mona, company):
    make_member(mona, company)

    for verb in ("hide", "restore"):
        with pytest.raises(PermissionDenied):
            getattr(published, verb)(by=mona, reason="Mine.")
    assert fresh(published).status == S.PUBLISHED


CALLS = {
    "change": lambda review, by: review.change(by=by, **FIVE),
    "publish": lambda review, by: review.publish(by=by),
    "answer": lambda review, by: review.answer("Thank you.", by=by),
    "hold": lambda review, by: review.hold(by=by),
    "hide": lambda review, by: review.hide(by=by, reason="Because."),
    "restore": lambda review, by: review.restore(by=by, reason="Because."),
}


@pytest.mark.parametrize("status", list(S))
def test_the_whole_table(order, written, buyer, seller, outsider, mona, status):
    """Every verb from every state by everybody: moves as the table says, or changes nothing."""
    actors = {"author": buyer, "reviewed": seller, "system": None, "moderator": mona, "": outsider}
    Review.objects.update(status=status, published_at=None if status == S.SUBMITTED else timezone.now())
    for verb, move in Review.TRANSITIONS.items():
        for party, by in actors.items():
            before, point = snapshot(order), transaction.savepoint()
            review = fresh(written)
            if status in move.sources and party == move.party:
                CALLS[verb](review, by)
                assert fresh(written).status == (move.target or status)
                transaction.savepoint_rollback(point)
            else:
                with pytest.raises((PermissionDenied, Refusal)):
                    CALLS[verb](review, by)
                assert snapshot(order) == before, (verb, party)


def mean_of(offer):
    row = OfferSearch.objects.get(pk=offer.pk)
    return (row.review_count, row.rating, row.rated)


def review_of(offer, number, mark, publish=True):
    """By a client of its own."""
    owner = make_user(f"Owner {number}", f"owner@client{number}.example")
    by = member(owner, make_organisation(owner, name=f"Client {number}"))
    order = make_order(offer, by, "completed")
    review = Review.write(order, by=by, first=mark, second=mark, third=mark, text=f"Words {number}.")
    if publish:
        age(order, days=15)
        order.close(by=None)
    return fresh(review)


def test_the_mean_follows_each_publication_and_each_decision(offer, mona):
    reviews = [review_of(offer, number, mark) for number, mark in enumerate((5, 4))]
    assert mean_of(offer) == (2, None, Decimal("3.500"))

    reviews.append(review_of(offer, 3, 3))
    assert mean_of(offer) == (3, Decimal("4.00"), Decimal("3.688"))  # (3 * 4 + 5 * 3.5) / 8

    review_of(offer, 4, 1, publish=False)
    assert mean_of(offer)[0] == 3
    reviews[2].hide(by=mona, reason="It insults the trainer.")
    assert mean_of(offer) == (2, None, Decimal("3.500"))
    reviews[2].restore(by=mona, reason="We looked again.")
    assert mean_of(offer) == (3, Decimal("4.00"), Decimal("3.688"))


def test_indexing_anew_keeps_the_mean(offer):
    from marketplace.models import index_offers  # noqa: PLC0415

    for number in range(3):
        review_of(offer, number, 4)
    before = mean_of(offer)

    index_offers([offer.pk])
    assert mean_of(offer) == before
    OfferSearch.objects.all().delete()
    index_offers([offer.pk])
    assert mean_of(offer) == before == (3, Decimal("4.00"), Decimal("3.688"))


def test_what_a_school_says_of_a_client_touches_no_offer(published, offer):
    assert mean_of(offer)[0] == 1


def test_both_sides_at_once_publish_once(order, written, seller):
    """The second writer finds the order closed when both have come at the same time."""
    Review.write(order, by=seller, first=4, second=4, third=4)
    with pytest.raises(Refusal):
        Review.write(order, by=seller, first=4, second=4, third=4)

    assert order.activities.filter(verb="order.close").count() == 1


def test_offers_apart_are_rated_apart(offer, school, adam, sara):
    other = make_offer(school, adam, sara, title="Another")
    for number in range(3):
        review_of(offer, number, 5)

    assert mean_of(offer)[:2] == (3, Decimal("5.00"))
    assert mean_of(other) == (0, None, Decimal("3.500"))
