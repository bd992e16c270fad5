from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Organisation
from marketplace.asked import understand
from marketplace.models import Category, Offer, Window
from marketplace.models.search import OfferSearch, SearchWord, index_offers, index_windows, stale_offers
from marketplace.models.search_times import first_free_day
from marketplace.results import Results
from marketplace.tasks import refresh_search
from tests import factories
from vet2b.lib.stems import all_stems, fold, stems

WORLD = {
    "web": ("WEB", {"lv": "Uzņēmuma mājaslapa ar veikalu", "en": "Company website with a shop"}),
    "weld": ("MEC", {"pl": "Spawanie małych serii części", "en": "Welding of small batches"}),
    "lunch": ("CAT", {"it": "Pranzo settimanale in ufficio", "en": "Weekly office meal"}),
    "photo": ("AV", {"lt": "Gaminių nuotraukos baltame fone", "en": "Product pictures on a white ground"}),
    "water": ("LAB", {"pt": "Análise de água: pH e dureza", "en": "Water test: pH and hardness"}),
}


@pytest.fixture
def world(school, adam, sara):
    """Offers by key, each in its school's language and in English."""
    offers = {}
    for key, (category, titles) in WORLD.items():
        (source, title), (_en, english) = titles.items()
        offer = factories.make_offer(
            school, adam, sara, title=title, source_language=source, category=Category.objects.get(pk=category),
            summary="", body="", included=[], practises="",
        )  # fmt: skip
        offer.texts.create(language="en", title=english)
        offers[key] = offer
    index_offers([offer.pk for offer in offers.values()])
    return offers


def found(query, rf):
    results = Results(rf.get("/", query if isinstance(query, dict) else {"q": query}).GET, None)
    return results, [Offer.objects.get(pk=pk) for pk in results.found.pks]


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("stronami", "pl", {"stron"}),
        ("mājaslapām", "lv", {"majaslap"}),
        ("grāmatvedība", "lv", {"gramatvedib"}),
        ("svetainių", "lt", {"svet"}),
        ("saldature", "it", {"saldatur"}),
        ("tortów", "pl", {"tort", "tortow"}),
        ("websites", "en", {"websit"}),
    ],
)
def test_stems_have_no_accents_and_no_endings(word, language, expected):
    assert stems(word, language) == expected


def test_folding_knows_letters_that_do_not_decompose():
    assert fold("Łódź Straße Œuvre") == "lodz strasse oeuvre"


def test_a_word_is_stemmed_in_each_language():
    assert {"stron", "strony"} <= all_stems("strony")


@pytest.mark.parametrize(
    ("query", "key"),
    [
        # each language, as written
        ("website", "web"), ("mājaslapas", "web"), ("spawania", "weld"), ("pranzi", "lunch"),
        ("nuotraukų", "photo"), ("análises", "water"),
        # without accents
        ("majaslapa", "web"), ("czesci", "weld"), ("agua", "water"), ("gaminiu", "photo"), ("uznemums", "web"),
        # with a typo
        ("websiet", "web"), ("majslapa", "web"), ("spawnie", "weld"), ("pranoz", "lunch"), ("nuotrauks", "photo"),
        ("anlise", "water"), ("strona internetwa", "web"), ("weldnig", "weld"),
        # a word of one language finds the offer of another, by what it means
        ("sito web", "web"), ("strona internetowa", "web"), ("saldatura", "weld"), ("suvirinimas", "weld"),
        ("almoço", "lunch"), ("pusdienas", "lunch"), ("fotografia", "photo"), ("laboratorium", "water"),
        # as typing goes
        ("webs", "web"), ("spaw", "weld"),
    ],
)  # fmt: skip
def test_each_language_accent_and_typo_finds_the_offer_first(world, rf, query, key):
    _results, offers = found(query, rf)

    assert offers[0] == world[key]


@pytest.mark.usefixtures("world")
def test_a_typo_is_put_right_and_said(rf):
    results, _offers = found("strona internetwa", rf)

    assert results.asked.corrected == "strona internetowa"


@pytest.mark.usefixtures("world")
def test_a_reader_may_insist_on_the_typo(rf):
    results, offers = found({"q": "websiet", "exact": "1"}, rf)

    assert (results.asked.corrected, offers) == ("", [])


@pytest.mark.usefixtures("world")
def test_a_right_word_is_left_alone():
    assert understand("spawanie").corrected == ""


@pytest.mark.usefixtures("world")
def test_nothing_is_made_of_nonsense(rf):
    results, offers = found("xqzvkw", rf)

    assert (results.asked.corrected, offers) == ("", [])


@pytest.mark.usefixtures("world")
def test_all_words_are_needed(rf):
    assert found("website welding", rf)[1] == []


def test_little_words_are_not_needed(world, rf):
    assert found("a website for my company", rf)[1][0] == world["web"]


def test_town_country_and_school_are_found(world, rf):
    assert len(found("Latvia", rf)[1]) == len(found("Łotwa", rf)[1]) == len(found("linden", rf)[1]) == len(world)


@pytest.mark.parametrize("text", ["", " ", "!!!", "'", "' & |", "a:*", "\\", "c/web", "x" * 5000, "²", "🍞", "0 1 2"])
def test_no_text_breaks_the_query(world, rf, text):
    found(text, rf)


def test_a_title_counts_more_than_a_description(school, adam, sara, rf):
    body = factories.make_offer(school, adam, sara, title="Kitchen help", body="We also make candles.")
    title = factories.make_offer(school, adam, sara, title="Candles by hand", body="Made here.")

    assert found("candles", rf)[1] == [title, body]


def test_newer_goes_before_older_when_the_rest_is_the_same(school, adam, sara, rf):
    old = factories.make_offer(school, adam, sara, title="Candles by hand")
    new = factories.make_offer(school, adam, sara, title="Candles by hand")
    Offer.objects.filter(pk=old.pk).update(published_at=timezone.now() - timedelta(days=200))
    index_offers([old.pk])

    assert found("candles", rf)[1] == [new, old]


def test_an_offer_leaves_and_comes_back_with_its_status(offer, seller, rf):
    offer.pause(by=seller)
    assert found("website", rf)[1] == []

    offer.resume(by=seller)
    assert found("website", rf)[1] == [offer]


def test_offers_vanish_with_their_school_in_the_same_moment(offer, school, mona, rf):
    school.suspend(by=mona, reason="Under inquiry.")
    assert found("website", rf)[1] == []

    school.reinstate(by=mona, reason="All is well.")
    assert found("website", rf)[1] == [offer]


def test_live_rows_are_the_published_offers(world, school, seller):
    factories.make_offer(school, seller.user, status="draft")
    world["web"].pause(by=seller)

    live = set(OfferSearch.objects.live().values_list("pk", flat=True))
    assert live == set(Offer.objects.published().values_list("pk", flat=True))


def test_a_draft_gets_no_row(school, adam):
    draft = factories.make_offer(school, adam, status="draft")

    index_offers([draft.pk])

    assert not OfferSearch.objects.exists()


def test_the_row_knows_what_offers_are_compared_by(school, adam, sara):
    offer = factories.make_offer(
        school, adam, sara, price_model="PP", price=Decimal("85.00"), currency="PLN", min_quantity=10, unit="guest"
    )
    factories.make_window(offer, in_days=10, capacity=1)
    index_offers([offer.pk])

    row = OfferSearch.objects.get()
    assert row.price_group == "each"
    assert row.price_eur == Decimal("200.00")  # 10 guests at 85 PLN, 4.25 PLN a euro
    assert row.next_start == timezone.localdate() + timedelta(days=10)
    assert row.facets == "WEB|LV|en,lv|each|remote|7"
    assert row.completeness == 70  # an English text and a window, but no stages, exclusions or picture


def test_a_full_window_is_not_free(offer):
    window = factories.make_window(offer, capacity=1)
    index_offers([offer.pk])
    window.take()

    index_windows()

    assert OfferSearch.objects.get().next_start is None


def test_the_hourly_task_sees_what_no_verb_told(offer, school):
    Window.objects.all().delete()
    Organisation.objects.filter(pk=school.pk).update(town="Cēsis", updated_at=timezone.now() + timedelta(seconds=1))

    assert refresh_search() == 1
    assert SearchWord.objects.filter(word="cesis").exists()


def test_every_row_is_written_anew_once_a_day(offer):
    assert stale_offers(10) == []

    OfferSearch.objects.update(indexed_at=timezone.now() - timedelta(days=2))

    assert stale_offers(10) == [offer.pk]


def test_indexing_takes_the_same_number_of_queries_for_any_number(world, django_assert_num_queries):
    pks = [offer.pk for offer in world.values()]
    with django_assert_num_queries(9):
        index_offers(pks[:1])
    with django_assert_num_queries(9):
        index_offers(pks)


def test_an_offer_by_time_is_found_by_its_next_free_day(school, adam):
    offer = factories.make_offer(school, adam, title="Lunch", lead_time_days=3)
    kitchen = factories.make_resource(school, days=range(7))
    factories.make_plan(offer, [kitchen], days=range(7))
    kitchen.special_hours.create(
        starts_on=timezone.localdate(), ends_on=timezone.localdate() + timedelta(days=9), note="Works"
    )

    refresh_search()
    index_offers([offer.pk])

    row = OfferSearch.objects.get(offer=offer)
    assert row.next_start >= timezone.localdate() + timedelta(days=10)
    assert row.next_start == first_free_day(offer)
