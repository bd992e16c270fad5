"""Where reviews are written and read, and what nobody gets to see."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Report
from marketplace.cards import cards
from marketplace.models import Order, Review
from tests.factories import make_learner, make_order, make_organisation, make_user, member
from tests.marketplace.test_reviews import FIVE, age, fresh, review_of

ANSWERS = {"first": "5", "second": "4", "third": "3", "text": "They asked the right questions."}


@pytest.fixture
def order(offer, buyer):
    return make_order(offer, buyer, "completed")


@pytest.fixture
def rated(offer):
    return [review_of(offer, number, mark) for number, mark in enumerate((5, 5, 4))]


def url(order):
    return reverse("marketplace:order_review", args=[order.ref])


def test_a_client_writes_its_review(signed_in, bob, order):
    client = signed_in(bob)
    assert "Never name or describe a learner" in client.get(url(order)).text

    response = client.post(url(order), ANSWERS)

    review = Review.objects.get()
    assert (response.status_code, response.url) == (302, url(order))
    assert (review.first, review.second, review.third, review.text) == (5, 4, 3, ANSWERS["text"])
    page = client.get(url(order)).text
    assert "Save the changes" in page
    assert ANSWERS["text"] in page


def test_the_other_side_sees_nothing_of_it_before_its_own_is_in(signed_in, bob, adam, order):
    signed_in(bob).post(url(order), ANSWERS)

    client = signed_in(adam)
    for page in (url(order), order.get_absolute_url()):
        text = client.get(page).text
        assert ANSWERS["text"] not in text
    client.post(url(order), ANSWERS | {"text": "A clear brief."})
    assert ANSWERS["text"] in client.get(url(order)).text


def test_what_is_missing_is_said_at_the_field_and_the_text_stays(signed_in, bob, order):
    response = signed_in(bob).post(url(order), {"first": "7", "text": "Kept words."})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"first", "second", "third"}
    assert "Kept words." in response.text
    assert not Review.objects.exists()


def test_linked_sides_read_the_rule_instead_of_a_form(signed_in, bob, order):
    order.seller.vat_id = order.buyer.vat_id = "LV40003000009"
    order.seller.save(update_fields=["vat_id"])
    order.buyer.save(update_fields=["vat_id"])
    client = signed_in(bob)

    assert "same VAT id" in client.get(url(order)).text
    assert client.post(url(order), ANSWERS).status_code == 422
    assert not Review.objects.exists()


@pytest.mark.parametrize("status", ["scheduled", "delivered", "disputed", "cancelled"])
def test_an_order_that_is_not_completed_has_no_such_page(signed_in, bob, offer, buyer, status):
    order = make_order(offer, buyer, status)

    assert signed_in(bob).get(url(order)).status_code == 404
    assert signed_in(bob).post(url(order), ANSWERS).status_code == 404


def test_others_and_learners_find_nothing(signed_in, charlie, lea, mona, order):
    for person in (charlie, lea, mona):
        assert signed_in(person).get(url(order)).status_code == 404
        assert signed_in(person).post(url(order), ANSWERS).status_code == 404
    assert not Review.objects.exists()


def test_the_reply_stands_under_the_review(signed_in, adam, bob, order, buyer, seller):
    Review.write(order, by=buyer, **FIVE)
    Review.write(order, by=seller, **FIVE)
    reply = reverse("marketplace:review_reply", args=[order.ref])
    client = signed_in(adam)

    assert client.post(reply, {"text": ""}).status_code == 422
    assert client.post(reply, {"text": "Thank you for the words."}).status_code == 302

    assert "Thank you for the words." in signed_in(bob).get(url(order)).text
    assert "Thank you for the words." in client.get(order.seller.get_absolute_url()).text
    assert signed_in(adam).post(reply, {"text": "Again."}).status_code == 422
    assert "Again." not in Review.objects.get(side="buyer").reply


def test_the_order_page_leads_there(signed_in, bob, order, offer, buyer):
    page = signed_in(bob).get(order.get_absolute_url())
    [part] = [part for part in page.context["parts"] if part.url == url(order)]
    assert part.state == "You can write yours now"

    running = make_order(offer, buyer, "in_progress")
    assert url(running) not in signed_in(bob).get(running.get_absolute_url()).text


def test_the_public_reads_them_with_kind_of_client_and_without_names(client, offer, rated):
    for page in (offer.get_absolute_url(), offer.school.get_absolute_url()):
        text = client.get(page).text
        assert "Words 0." in text
        assert "Company" in text
        assert "4.7" in text
        for review in rated:
            assert review.author.name not in text
            assert review.order.buyer.name not in text


def test_means_are_shown_from_three_on(client, offer):
    review_of(offer, 1, 5)
    review_of(offer, 2, 4)

    page = client.get(offer.get_absolute_url())
    assert "Words 1." in page.text
    assert not page.context["standing"].is_shown
    assert "aggregateRating" not in page.text
    [card] = cards([offer.pk])
    assert (card["rating"], card["rating_label"]) == ("", "")

    review_of(offer, 3, 3)
    page = client.get(offer.get_absolute_url())
    found = json.loads(re.search(r'application/ld\+json">(.*?)</script>', page.text)[1])["@graph"][0]
    assert found["aggregateRating"]["ratingValue"] == "4.0"
    assert found["aggregateRating"]["reviewCount"] == 3
    [card] = cards([offer.pk])
    assert (card["rating"], card["rating_label"]) == ("4.0 (3)", "4.0 of 5, 3 reviews")


def test_hidden_ones_are_gone_everywhere_at_once(client, offer, rated, mona):
    rated[0].hide(by=mona, reason="It names a learner.")

    for page in (offer.get_absolute_url(), offer.school.get_absolute_url()):
        text = client.get(page).text
        assert "Words 0." not in text
        assert "Words 1." in text
        assert "4.7" not in text
    assert cards([offer.pk])[0]["rating"] == ""


def test_an_offer_without_reviews_is_new(client, offer):
    from marketplace.models.search import OfferSearch  # noqa: PLC0415

    OfferSearch.objects.update(published_at=timezone.now() - timedelta(days=100))

    [card] = cards([offer.pk])
    assert (card["tag"], card["is_unrated"]) == ("", True)
    assert '<span class="rate">New</span>' in client.get(reverse("marketplace:offer_list")).text


def test_the_best_rated_come_first(client, school, adam, sara, offer, rated):
    from tests.factories import make_offer  # noqa: PLC0415

    poor, none = (make_offer(school, adam, sara, title=title) for title in ("Poor", "None"))
    for number in range(3):
        review_of(poor, 10 + number, 1)

    page = client.get(reverse("marketplace:offer_list"), {"sort": "rated"})

    assert [card["title"] for card in page.context["results"].cards] == [offer.title, none.title, poor.title]


@pytest.mark.parametrize("address", ["offer", "school", "list"])
def test_reviews_take_no_statement_more(client, offer, address, django_assert_num_queries):
    page = {
        "offer": offer.get_absolute_url(), "school": offer.school.get_absolute_url(),
        "list": reverse("marketplace:offer_list"),
    }[address]  # fmt: skip
    counts = []
    for number in range(3):
        client.get(page)
        with django_assert_num_queries(counts[0] if counts else 99, exact=bool(counts)) as captured:
            client.get(page)
        counts.append(len(captured))
        review_of(offer, number, 4)


def test_a_school_sees_how_a_client_is_to_work_with(signed_in, adam, bob, offer, buyer, seller):
    for number in range(3):
        order = make_order(offer, buyer, "completed")
        Review.write(order, by=seller, first=4, second=5, third=5, text=f"A brief {number}.")
        age(order, days=15)
        order.close(by=None)
    order = make_order(offer, buyer, "requested")

    page = signed_in(adam).get(order.get_absolute_url()).text
    assert "Treatment of learners: 5.0 of 5" in page
    assert "A brief 1." not in page
    assert "Treatment of learners" not in signed_in(bob).get(order.get_absolute_url()).text
    assert "A brief 1." not in signed_in(bob).get(buyer.organisation.get_absolute_url()).text


def test_everybody_may_report_a_review_of_a_school(client, signed_in, offer, rated, charlie):
    address = reverse("accounts:report_new", args=["review", rated[0].ref])
    assert client.get(address).status_code == 200

    signed_in(charlie).post(address, {"ground": "misleading", "text": "I know them."})

    assert Report.objects.get().subject == rated[0]
    assert fresh(rated[0]).status == Review.Status.HELD
    assert signed_in(charlie).get(address).status_code == 404


def test_reviews_of_clients_are_reported_by_the_two_sides_only(signed_in, order, buyer, seller, charlie, bob):
    Review.write(order, by=buyer, **FIVE)
    review = Review.write(order, by=seller, **FIVE)
    address = reverse("accounts:report_new", args=["review", review.ref])

    assert signed_in(charlie).get(address).status_code == 404
    assert signed_in(bob).get(address).status_code == 200


def test_a_moderator_decides_at_the_desk(signed_in, mona, adam, offer, rated):
    Report.send(rated[0], by=adam, ground="misleading", text="It is not true.")
    client = signed_in(mona)
    assert str(rated[0]) in client.get(reverse("admin:marketplace_review_queue")).text
    assert "Words 0." in client.get(reverse("admin:marketplace_review_change", args=[rated[0].pk])).text
    decide = reverse("admin:marketplace_review_decide", args=[rated[0].pk, "hide"])

    client.post(decide, {"reason": "It names a learner."})
    assert fresh(rated[0]).status == Review.Status.HELD
    client.post(
        decide,
        {"reason": "It names a learner.", "rule": "review_learners", "scope": "one", "duration": "lifted"},
    )

    assert fresh(rated[0]).status == Review.Status.HIDDEN
    told = fresh(rated[0]).activities.get(verb="review.hide")
    assert told.is_restriction
    assert told.details["rule"] == "review_learners"


def test_moderators_do_not_read_what_is_still_blind(signed_in, mona, order, buyer):
    review = Review.write(order, by=buyer, **FIVE)

    assert signed_in(mona).get(reverse("admin:marketplace_review_change", args=[review.pk])).status_code == 404
    assert "A pleasure." not in signed_in(mona).get(reverse("admin:marketplace_review_changelist")).text


def test_a_closed_order_can_still_be_written_to(signed_in, bob, order, buyer, seller):
    Review.write(order, by=buyer, **FIVE)
    Review.write(order, by=seller, **FIVE)
    order = Order.objects.get(pk=order.pk)

    order.write("Where is the invoice?", by=buyer)
    assert "Where is the invoice?" in signed_in(bob).get(order.get_absolute_url()).text


def test_an_unverified_client_finds_no_form(signed_in, order):
    owner = make_user("Petra Pine", "petra@pine.example")
    company = make_organisation(owner, status="suspended")
    Order.objects.filter(pk=order.pk).update(buyer=company)

    page = signed_in(owner).get(url(order))

    assert (page.status_code, page.context["form"]) == (200, None)
    assert signed_in(owner).post(url(order), ANSWERS).status_code == 403
    assert not member(owner, company).can_trade


@pytest.fixture
def team(order, school, adam):
    order.team.create(learner=make_learner(school, "Maija"), joined_by=adam)


@pytest.mark.parametrize("text", ["Maija did it.", "We thank maija!", "Paldies Maijai."])
def test_words_that_may_name_a_learner_are_asked_about(signed_in, bob, order, team, text):
    client = signed_in(bob)
    assert "is_sure" not in client.get(url(order)).context["form"].fields

    asked = client.post(url(order), ANSWERS | {"text": text})
    assert asked.status_code == 422
    assert set(asked.context["form"].errors) == {"text"}
    assert text.replace("!", "") in asked.text
    assert not Review.objects.exists()

    assert client.post(url(order), ANSWERS | {"text": text, "is_sure": "on"}).status_code == 302
    assert Review.objects.get().text == text


@pytest.mark.parametrize("text", ["", "They asked the right questions.", "The main page is fine."])
def test_other_words_are_not(signed_in, bob, order, team, text):
    assert signed_in(bob).post(url(order), ANSWERS | {"text": text}).status_code == 302


def test_a_reply_that_may_name_a_learner_is_asked_about_too(signed_in, adam, order, team, buyer, seller):
    Review.write(order, by=buyer, **FIVE)
    Review.write(order, by=seller, **FIVE)
    reply = reverse("marketplace:review_reply", args=[order.ref])
    client = signed_in(adam)

    assert client.post(reply, {"text": "Maija is glad."}).status_code == 422
    assert client.post(reply, {"text": "The class is glad."}).status_code == 302
