import json
import re

import pytest
from django.urls import reverse

from marketplace.models import Favourite
from tests.factories import make_offer, make_window


@pytest.fixture
def translated(offer):
    offer.source_language = "lv"
    offer.save(update_fields=["source_language"])
    offer.texts.create(
        language="lv", title="Mājaslapa mazam uzņēmumam", summary="Piecas lapas.", body="Klase **veido** mājaslapu.",
        included=["Piecas lapas"], practises="Plāno un veido mājaslapas.",
    )  # fmt: skip
    return offer


def page_of(client, offer, query=""):
    return client.get(offer.get_absolute_url() + query).content.decode()


def test_anybody_reads_a_published_offer(client, offer):
    page = page_of(client, offer)

    assert "Website for a small business" in page
    assert "A class designs and builds your <strong>website</strong>." in page
    assert "€180" in page


@pytest.mark.parametrize("status", ["draft", "in_review", "paused", "suspended", "archived", "rejected"])
def test_what_is_not_published_is_not_found(client, offer, status):
    offer.status = status
    offer.save(update_fields=["status"])

    assert client.get(offer.get_absolute_url()).status_code == 404


def test_offers_of_a_suspended_school_are_not_found(client, offer, school, mona):
    school.suspend(by=mona, reason="Papers are missing.")

    assert client.get(offer.get_absolute_url()).status_code == 404


def test_the_reader_gets_english_where_it_exists_and_is_told_so(client, translated):
    page = page_of(client, translated)

    assert '<h1 lang="en">Website for a small business</h1>' in page
    assert "Written in Latvian. You are reading the school’s own version in English." in page


def test_a_latvian_reader_gets_latvian(client, translated):
    page = client.get("/lv" + translated.get_absolute_url()).content.decode()

    assert '<h1 lang="lv">Mājaslapa mazam uzņēmumam</h1>' in page


def test_another_language_can_be_asked_for(client, translated):
    assert '<h1 lang="lv">' in page_of(client, translated, "?lang=lv")
    assert '<h1 lang="en">' in page_of(client, translated, "?lang=xx")


def test_hostile_text_stays_text(client, school, adam, sara):
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    offer = make_offer(
        school, adam, sara, title=evil[:70], summary=evil, body=evil + "\n\n[x](javascript:alert(1))", included=[evil]
    )

    page = page_of(client, offer)

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript' not in page


def test_search_engines_are_told_what_it_is(client, offer):
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page_of(client, offer), re.DOTALL)

    service = json.loads(block.group(1))["@graph"][0]
    assert service["@type"] == "Service"
    assert service["offers"] == {
        "@type": "Offer", "price": "180.00", "priceCurrency": "EUR", "availability": "https://schema.org/InStock",
    }  # fmt: skip


def test_windows_show_their_places_and_full_ones_cannot_be_chosen(client, offer):
    make_window(offer, capacity=3)
    full = make_window(offer, capacity=1, in_days=60)
    full.take()

    page = page_of(client, offer)

    assert "3 of 3 places left" in page
    assert f'value="{full.pk}" disabled' in page


def test_saving_and_letting_go(signed_in, offer, bob):
    client = signed_in(bob)
    url = reverse("marketplace:favourite_toggle", args=[offer.slug])

    client.post(url)
    assert list(Favourite.objects.values_list("user", "offer")) == [(bob.pk, offer.pk)]
    client.post(url)
    assert not Favourite.objects.exists()


@pytest.mark.parametrize("evil", ["//evil.test", "https://evil.test/", "javascript:alert(1)", "/\\evil.test"])
def test_saving_never_leads_off_the_site(signed_in, offer, bob, evil):
    url = reverse("marketplace:favourite_toggle", args=[offer.slug])

    assert signed_in(bob).post(url, {"next": evil}).url == offer.get_absolute_url()


def test_the_page_takes_two_queries_whatever_is_in_it(client, signed_in, bob, offer, django_assert_num_queries):
    page_of(client, offer)
    with django_assert_num_queries(2):
        page_of(client, offer)
    for number in range(3):
        make_window(offer, in_days=30 + 30 * number)
        offer.texts.create(language=["lv", "lt", "pl"][number], title=f"T{number}", summary="S", body="B")
    with django_assert_num_queries(2):
        page_of(client, offer)
    reader = signed_in(bob)
    with django_assert_num_queries(2 + 2):  # session; person, memberships and unread notices
        page_of(reader, offer)


def test_windows_too_soon_for_the_school_are_not_shown(client, offer):
    offer.lead_time_days = 14
    offer.save(update_fields=["lead_time_days"])
    make_window(offer, in_days=13)
    later = make_window(offer, in_days=15)

    page = page_of(client, offer)

    assert re.findall(r'name="window" value="(\d+)"', page) == [str(later.pk)]


def test_instant_booking_without_a_window_in_time_is_a_request(client, school, adam, sara):
    offer = make_offer(school, adam, sara, is_instant=True, lead_time_days=14)
    make_window(offer, in_days=13)

    page = page_of(client, offer)

    assert ">Request this service</button>" in page
    assert not offer.has_bookable_window


def test_decimals_arrive_exact(client, school, adam, sara):
    offer = make_offer(school, adam, sara, price_model="PKG", price="0.10")
    offer.packages.create(code="S", price="9999999.10", texts={"en": {"name": "Small", "description": "One page"}})

    assert "€9,999,999.10" in page_of(client, offer)
