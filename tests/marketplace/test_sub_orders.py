"""Parts of an order that its school passes on to another school; schools as clients of schools."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import InvalidTransition, Refusal
from marketplace.models import Order
from marketplace.views.sub_orders import sub_orders_part
from tests import factories
from tests.factories import LINE, deliver, make_need, make_offer, make_order

TITLE = "The photographs"


@pytest.fixture
def partner(other_offer):
    return factories.member(other_offer.trainer, other_offer.school)


@pytest.fixture
def whole(offer, buyer):
    return make_order(offer, buyer, "in_progress", brief="Secret brief of the bakery.")


@pytest.fixture
def part(other_offer, seller):
    return make_order(other_offer, seller, "requested", brief="Ten photographs.")


@pytest.fixture
def passed(whole, part, seller):
    whole.pass_part(part, TITLE, by=seller)
    return part


def url(order):
    return reverse("marketplace:order_parts", args=[order.ref])


def told(order, verb):
    notifications = order.activities.get(verb=f"order.{verb}").notifications
    return set(notifications.values_list("recipient__email", flat=True))


def agree(part, seller, partner):
    part.quote([LINE], by=partner)
    part.accept(1, by=seller)


def finish(part, seller, partner):
    agree(part, seller, partner)
    factories.start(part, seller, partner)
    deliver(part, partner)
    part.accept_delivery(by=seller)


def test_a_school_buys_from_a_school(other_offer, seller, partner):
    order = make_order(other_offer, seller, "completed")

    assert (order.buyer, order.seller, order.status) == (seller.organisation, partner.organisation, "completed")


def test_a_school_asks_all_schools_and_another_answers(other_offer, seller, partner, signed_in):
    need = make_need(seller)
    assert (
        reverse("marketplace:need_answer", args=[need.ref]) in signed_in(partner.user).get(need.get_absolute_url()).text
    )

    order = need.answer(other_offer, [LINE], by=partner)
    order.accept(1, by=seller)

    need.refresh_from_db()
    assert (need.status, order.buyer, order.is_planned) == ("awarded", seller.organisation, True)
    with pytest.raises(PermissionDenied):
        make_need(seller).answer(other_offer, [LINE], by=seller)


def test_the_client_is_told_the_school_and_the_part(whole, part, seller):
    whole.pass_part(part, TITLE, by=seller)

    part.refresh_from_db()
    assert (part.part_of, part.part_title, part.names_client) == (whole, TITLE, False)
    activity = whole.activities.get(verb="order.pass_part")
    assert (activity.details["school"], activity.details["part"]) == ("Oak Training Centre", TITLE)
    assert told(whole, "pass_part") == {"bob@company.example"}
    assert told(part, "become_part") == {"otto@oak.example"}
    assert "Birch" not in str(part.activities.get(verb="order.become_part").details)


def test_an_answer_to_a_need_becomes_a_part(whole, other_offer, seller, partner):
    order = make_need(seller).answer(other_offer, [LINE], by=partner)

    whole.pass_part(order, TITLE, by=seller, names_client=True)

    assert list(whole.sub_orders.all()) == [order]


def test_only_a_running_order_has_parts(whole, part, seller):
    for status in set(Order.Status) - Order.PLANNED - {"in_progress"}:
        Order.objects.filter(pk=whole.pk).update(status=status)
        with pytest.raises(InvalidTransition):
            whole.pass_part(part, TITLE, by=seller)
    assert not whole.sub_orders.exists()

    for status in Order.PLANNED | {"in_progress"}:
        Order.objects.filter(pk=whole.pk).update(status=status)
        Order.objects.filter(pk=part.pk).update(part_of=None, part_title="")
        whole.pass_part(part, TITLE, by=seller)
        assert (whole.status, whole.sub_orders.get()) == (status, part)


def test_the_client_is_told_before_a_part_is_agreed(whole, other_offer, seller):
    part = make_order(other_offer, seller, "scheduled")

    for status in set(Order.Status) - Order.NEGOTIATING - {"draft"}:
        Order.objects.filter(pk=part.pk).update(status=status)
        with pytest.raises(Refusal):
            whole.pass_part(part, TITLE, by=seller)
    assert not whole.activities.filter(verb="order.pass_part").exists()


def test_who_does_not_lead_cannot(whole, part, buyer, partner, outsider):
    for by in (buyer, partner, outsider):
        with pytest.raises(PermissionDenied):
            whole.pass_part(part, TITLE, by=by)
    assert not whole.sub_orders.exists()


def test_twice_and_without_a_title_are_refused(whole, passed, seller, other_offer):
    with pytest.raises(Refusal):
        whole.pass_part(passed, TITLE, by=seller)
    with pytest.raises(Refusal) as refusal:
        whole.pass_part(make_order(other_offer, seller), "  ", by=seller)
    assert (refusal.value.field, whole.activities.filter(verb="order.pass_part").count()) == ("title", 1)


def test_the_client_is_never_the_school_of_a_part(other_offer, offer, seller, partner):
    whole = make_order(offer, partner, "in_progress")
    part = make_order(other_offer, seller)

    with pytest.raises(Refusal):
        whole.pass_part(part, TITLE, by=seller)
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=part.pk).update(part_of=whole, part_title=TITLE)


def test_a_part_is_not_divided_further(passed, seller, partner, outsider, db):
    agree(passed, seller, partner)
    head = factories.make_user("Hana Hazel")
    third = factories.make_organisation(head, kind="school", name="Hazel School")
    below = make_order(make_offer(third, head), partner)

    with pytest.raises(Refusal):
        passed.pass_part(below, TITLE, by=partner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=below.pk).update(part_of=passed, part_title=TITLE)


def test_the_database_wants_the_lead_as_its_buyer(whole, other_offer, outsider):
    foreign = make_order(other_offer, outsider)

    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=foreign.pk).update(part_of=whole, part_title=TITLE)


def test_nothing_is_delivered_while_a_part_is_open(whole, passed, seller, partner):
    factories.pass_checks(whole, seller)
    with pytest.raises(Refusal, match="The photographs"):
        whole.deliver("All of it.", by=seller)
    whole.refresh_from_db()
    assert whole.status == "in_progress"

    finish(passed, seller, partner)
    whole.deliver("All of it.", by=seller)

    assert whole.status == "delivered"


def test_a_part_that_came_to_nothing_holds_nothing_up(whole, passed, seller, partner, bob, signed_in):
    passed.decline(by=partner, reason="No class is free.")

    deliver(whole, seller)

    assert whole.status == "delivered"
    assert passed.seller.name not in signed_in(bob).get(url(whole)).text


def test_when_the_whole_is_cancelled_both_sides_of_a_part_are_told(whole, passed, seller, partner, buyer):
    agree(passed, seller, partner)

    whole.cancel(by=buyer, reason="Our plans changed.")

    passed.refresh_from_db()
    assert passed.status == "scheduled"
    assert told(passed, "lose_whole") == {"adam@school.example", "otto@oak.example"}
    assert sub_orders_part(whole, seller).todo == "Decide about the parts"
    passed.cancel(by=seller, reason="The whole was cancelled.")
    assert not sub_orders_part(whole, seller)


def test_a_moderator_who_cancels_the_whole_has_them_told_too(whole, passed, buyer, mona):
    whole.dispute(by=buyer, reason="Not what was agreed.")
    whole.resolve("cancel", by=mona, reason="Nothing was done.")

    assert told(passed, "lose_whole") == {"adam@school.example", "otto@oak.example"}


def test_the_client_sees_school_and_title_and_nothing_else(whole, passed, seller, partner, bob, signed_in):
    passed.quote([LINE | {"unit_price": 777}], by=partner, message="For you a special price.")
    client = signed_in(bob)

    pages = client.get(whole.get_absolute_url()).text + client.get(url(whole)).text

    assert TITLE in pages
    assert "Oak Training Centre" in pages
    for secret in (passed.ref, "777", "Ten photographs", "special price", "Otto Oak"):
        assert secret not in pages
    assert client.get(passed.get_absolute_url()).status_code == 404
    assert client.get(url(passed)).status_code == 404


@pytest.mark.parametrize("names_client", [False, True])
def test_the_partner_learns_the_client_only_where_the_lead_ticked_it(
    names_client, whole, part, seller, partner, signed_in
):
    whole.pass_part(part, TITLE, by=seller, names_client=names_client)
    client = signed_in(partner.user)

    pages = client.get(part.get_absolute_url()).text + client.get(url(part)).text

    assert "work for another client" in pages
    assert "Secret brief" not in pages
    assert whole.ref not in pages
    assert ("Birch Bakery" in pages) is names_client
    assert client.get(whole.get_absolute_url()).status_code == 404
    assert client.get(url(whole)).status_code == 404


def test_passing_on_by_the_page(whole, part, adam, bob, charlie, signed_in):
    client = signed_in(adam)
    failed = client.post(url(whole), {"part": part.ref, "title": ""})
    assert (failed.status_code, "Say what the other school does." in failed.text) == (422, True)
    assert client.post(url(whole), {"part": part.ref, "title": TITLE}).status_code == 302
    assert part.get_absolute_url() in client.get(url(whole)).text
    assert whole.get_absolute_url() in client.get(url(part)).text

    assert signed_in(bob).post(url(whole), {"part": part.ref, "title": TITLE}).status_code == 403
    assert signed_in(charlie).get(url(whole)).status_code == 404


def test_the_number_of_statements_stays(whole, other_offer, seller, adam, signed_in, django_assert_max_num_queries):
    client, counts = signed_in(adam), []
    for number in (1, 2):
        for _order in range(number):
            whole.pass_part(make_order(other_offer, seller), TITLE, by=seller)
        with django_assert_max_num_queries(100) as statements:
            client.get(url(whole))
        counts.append(len(statements))

    assert counts[0] == counts[1]
