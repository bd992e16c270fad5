from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.models import Category, index_offers
from tests.factories import make_offer, make_window


@pytest.fixture
def bookable(school, adam):
    def make(category, title, days_ago=0):
        offer = make_offer(school, adam, category=Category.objects.get(pk=category), title=title, is_instant=True)
        offer.published_at = timezone.now() - timedelta(days=days_ago)
        offer.save(update_fields=["published_at"])
        make_window(offer)
        index_offers([offer.pk])
        return offer

    return make


def titles(client):
    return [card["title"] for card in client.get(reverse("home")).context["bookable"]]


def test_free_places_are_of_different_categories_launch_ones_first(client, bookable):
    Category.objects.update(is_launch=False)
    Category.objects.filter(pk="CAT").update(is_launch=True)
    bookable("WEB", "Website")
    bookable("CAT", "Old lunch", days_ago=9)
    bookable("CAT", "New lunch", days_ago=3)

    assert titles(client) == ["New lunch", "Website"]


def test_full_and_requested_offers_are_no_free_places(client, bookable, school, adam):
    full = bookable("WEB", "Full")
    full.windows.update(taken=2)
    index_offers([full.pk])
    make_window(make_offer(school, adam, title="On request"))

    assert titles(client) == []


def test_the_page_asks_nothing_more_within_a_minute(client, bookable, django_assert_num_queries):
    bookable("WEB", "Website")
    client.get(reverse("home"))

    with django_assert_num_queries(0):
        client.get(reverse("home"))
