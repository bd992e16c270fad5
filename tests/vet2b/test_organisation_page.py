"""The public page of an organisation."""

import pytest
from django.urls import reverse

from marketplace.models import Favourite
from tests.factories import make_offer

QUERIES = 4


def test_a_school_shows_its_live_offers_as_cards(client, school, adam, offer):
    make_offer(school, adam, title="A draft", status="draft")
    make_offer(school, adam, title="Paused", status="paused")

    page = client.get(school.get_absolute_url())

    [card] = page.context["cards"]
    assert (card["title"], card["url"], card["price"]) == (offer.title, offer.get_absolute_url(), "€180")
    assert card["save_url"] == ""
    assert page.text.count('<article class="lcard">') == 1


def test_who_is_signed_in_keeps_offers_from_there(signed_in, school, offer, bob):
    Favourite.objects.create(user=bob, offer=offer)

    [card] = signed_in(bob).get(school.get_absolute_url()).context["cards"]

    assert card["save_url"] == reverse("marketplace:favourite_toggle", args=[offer.slug])
    assert card["is_saved"]


def test_more_offers_follow_without_gaps(client, school, adam, monkeypatch):
    monkeypatch.setattr("accounts.paging.page_of.__defaults__", (2,))
    titles = [make_offer(school, adam, title=f"Service {number}").title for number in range(5)]

    seen, page = [], client.get(school.get_absolute_url())
    while True:
        seen += [card["title"] for card in page.context["cards"]]
        if not page.context["page"].next:
            break
        page = client.get(school.get_absolute_url(), {"after": page.context["page"].next})

    assert seen == titles[::-1]


def test_the_page_takes_the_same_queries_for_one_and_for_many(client, school, adam, offer, django_assert_num_queries):
    client.get(school.get_absolute_url())
    with django_assert_num_queries(QUERIES):
        client.get(school.get_absolute_url())
    for number in range(3):
        make_offer(school, adam, title=f"Service {number}")

    with django_assert_num_queries(QUERIES):
        client.get(school.get_absolute_url())


@pytest.mark.parametrize("who", ["nobody", "bob"])
def test_it_can_be_reported_in_two_clicks(who, client, school, bob, signed_in):
    client = client if who == "nobody" else signed_in(bob)
    url = reverse("accounts:report_new", args=["organisation", school.slug])

    assert f'href="{url}"' in client.get(school.get_absolute_url()).text
    assert client.get(url).status_code == 200


def test_what_is_not_public_has_no_link_to_report_it(school, alice, signed_in):
    school.status = "pending"
    school.save(update_fields=["status"])

    assert "report" not in signed_in(alice).get(school.get_absolute_url()).text.lower()
