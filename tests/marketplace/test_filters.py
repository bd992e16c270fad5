from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import caches
from django.http import QueryDict
from django.utils import timezone

from marketplace.models import Category, Offer
from marketplace.models.search import index_offers
from marketplace.results import Results
from tests import factories


@pytest.fixture(autouse=True)
def _fresh_counts():
    caches["local"].clear()


@pytest.fixture
def shop(school, adam, sara, alice):
    """Four offers of two schools that differ in everything one can filter by."""
    other = factories.make_organisation(alice, kind="school", name="Second School", country="PL", town="Gdańsk")
    category = {code: Category.objects.get(pk=code) for code in ("WEB", "CAT")}
    offers = {
        "site": factories.make_offer(school, adam, sara, title="Site A", category=category["WEB"], lead_time_days=5),
        "shop": factories.make_offer(
            school, adam, sara, title="Site B", category=category["WEB"], price=Decimal("900.00"), lead_time_days=30,
            languages=["lv"],
        ),
        "lunch": factories.make_offer(
            other, alice, title="Lunch C", category=category["CAT"], price_model="PP", price=Decimal("40.00"),
            currency="PLN", min_quantity=10, unit="guest", delivery_modes=["at_client", "at_school"], languages=["pl"],
            lead_time_days=10,
        ),
        "trial": factories.make_offer(
            other, alice, title="Trial D", category=category["CAT"], price_model="FREE", price=None,
            delivery_modes=["at_school"], languages=["en", "pl"], lead_time_days=None,
        ),
    }  # fmt: skip
    factories.make_window(offers["site"], in_days=20)
    factories.make_window(offers["lunch"], in_days=60)
    index_offers([offer.pk for offer in offers.values()])
    return offers


def results(query):
    return Results(QueryDict(query), None)


def titles(query):
    pks = results(query).found.pks
    by_pk = {offer.pk: offer for offer in Offer.objects.filter(pk__in=pks).prefetch_related("texts")}
    return [by_pk[pk].title[-1] for pk in pks]


def counts(query, facet):
    facets = {facet.name: facet for facet in results(query).facets}
    return {value.code: value.count for value in facets[facet].values}


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "ABCD"), ("category=WEB", "AB"), ("category=WEB&category=CAT", "ABCD"), ("country=PL", "CD"),
        ("category=WEB&country=PL", ""), ("language=lv", "AB"), ("language=lv&language=pl", "ABCD"),
        ("language=en", "AD"), ("price=fixed", "AB"), ("price=free", "D"), ("mode=at_school", "CD"),
        ("mode=remote&mode=at_client", "ABC"), ("when=30", "A"), ("when=90", "AC"), ("when=30&when=90", "AC"),
        ("lead=7", "A"), ("lead=14", "AC"), ("lead=30", "ABC"), ("price_max=100", "CD"), ("price_min=50", "ABC"),
        ("price_min=100&price_max=200", "A"), ("q=site", "AB"), ("q=site&lead=7", "A"), ("q=site&country=PL", ""),
    ],
)  # fmt: skip
def test_values_of_one_facet_add_and_facets_narrow(query, expected):
    assert "".join(sorted(titles(query))) == expected


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "query",
    [
        "category=XXX", "country=%27", "language=%F0%9F%8D%9E", "when=-1", "when=%C2%B2", "lead=9999999999999999999",
        "price=abc", "mode=", "sort=price;drop", "region=LV", "category=", "page=2", "after=",
        "after=1~2", "after=nan~1~1", "after=1e999~1~1", "after=0.5~99999999999999999999~1", "after=~~", "after=1~-1~1",
        "after=0.1~1~%C2%B2", "sort=new&after=2020-01-01~1~1", "sort=soon&after=x~1~1", "category=" + "A" * 5000,
    ],
)  # fmt: skip
def test_what_no_link_says_is_ignored(query):
    assert len(titles(query)) == 4


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("value", ["-1", "abc", "²", "1e30", "99999999999", "NaN", "Infinity", "1.234", "0x10"])
def test_a_wrong_budget_gets_a_message_and_narrows_nothing(value):
    found = results(f"price_max={value}")

    assert found.form.errors["price_max"]
    assert len(found.found.pks) == 4


@pytest.mark.usefixtures("shop")
def test_each_value_tells_what_it_would_give():
    assert counts("", "category") == {"CAT": "2", "WEB": "2"}
    assert counts("", "country") == {"LV": "2", "PL": "2"}
    assert counts("", "language") == {"en": "2", "lv": "2", "pl": "2"}
    assert counts("", "when") == {"30": "1", "90": "2"}
    assert counts("", "lead") == {"7": "1", "14": "2", "30": "3"}
    assert counts("", "mode") == {"at_school": "2", "at_client": "1", "remote": "2"}


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("words", ["", "q=school&"])
def test_counts_leave_out_the_choice_of_their_own_facet(words):
    assert counts(f"{words}category=WEB", "category") == {"CAT": "2", "WEB": "2"}
    assert counts(f"{words}category=WEB", "country") == {"LV": "2", "PL": "0"}
    assert counts(f"{words}category=WEB&country=PL", "category") == {"CAT": "2", "WEB": "0"}


@pytest.mark.usefixtures("shop")
def test_each_count_is_what_choosing_the_value_gives():
    for start in ("", "q=school", "category=WEB", "language=pl&lead=14", "q=school&mode=at_school"):
        for facet in results(start).facets:
            for value in facet.values:
                if not value.is_chosen and not results(start).chosen[facet.name]:
                    assert results(f"{start}&{facet.name}={value.code}").total == int(value.count), (start, value)


@pytest.mark.usefixtures("shop")
def test_a_value_that_gives_nothing_stays_but_cannot_be_chosen():
    facets = {facet.name: facet for facet in results("category=WEB").facets}

    assert [(value.code, value.is_disabled) for value in facets["country"].values] == [("LV", False), ("PL", True)]


@pytest.mark.usefixtures("shop")
def test_chips_name_each_filter_and_take_it_away():
    chips = results("q=school&country=PL&country=LV&price_max=50&after=1~2~24").chips

    assert [(chip.label, chip.query) for chip in chips] == [
        ("Poland", "q=school&country=LV&price_max=50"),
        ("Latvia", "q=school&country=PL&price_max=50"),
        ("Up to €50", "q=school&country=PL&country=LV"),
    ]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("sort", "expected"), [("price", "DCAB"), ("soon", "ACBD"), ("new", "DCBA"), ("nonsense", "DCAB")]
)
def test_orders(shop, sort, expected):
    now = timezone.now()
    for days, offer in enumerate(reversed(shop.values())):
        Offer.objects.filter(pk=offer.pk).update(published_at=now - timedelta(days=days * 100))
    index_offers([offer.pk for offer in shop.values()])

    assert "".join(titles(f"sort={sort}")) == expected


@pytest.mark.usefixtures("shop")
def test_an_empty_page_says_what_would_help():
    found = results("q=site&country=PL&price_max=100").help

    assert [(way.label, way.count) for way in found.filters()] == []
    assert [(way.label, way.count) for way in results("q=site&country=PL").help.filters()] == [("Poland", 2)]
    assert [(way.label, way.count) for way in results("q=site&price_max=50").help.filters()] == [("Up to €50", 2)]


@pytest.mark.usefixtures("shop")
def test_words_that_do_not_go_together_are_offered_alone():
    found = results("q=site+lunch").help

    assert [(way.label, way.query, way.count) for way in found.words()] == [
        ("site", "q=site", 2),
        ("lunch", "q=lunch", 2),
    ]
    assert [(way.label, way.query) for way in found.categories()][:1] == [("Catering & hospitality", "category=CAT")]
