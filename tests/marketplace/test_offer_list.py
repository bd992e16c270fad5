import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from marketplace.models import Favourite, Offer
from marketplace.models.search import index_offers
from tests import factories

URL = "/offers/"
HTMX = {"HX-Request": "true", "HX-Target": "div#shop"}


@pytest.fixture(autouse=True)
def _fresh_counts():
    caches["local"].clear()


@pytest.fixture
def many(school, adam, sara):
    """Thirty offers, newest last."""
    return [factories.make_offer(school, adam, sara, title=f"Website {n:02}") for n in range(30)]


def titles(response):
    return re.findall(r'<h2><a href="[^"]*"[^>]*>([^<]*)</a>', response.content.decode())


def next_link(response):
    match = re.search(r'<a class="btn btn-outline" href="(\?[^"]*after=[^"]*)"', response.content.decode())
    return URL + match[1].replace("&amp;", "&") if match else None


@pytest.mark.parametrize("query", ["", "?q=website", "?category=WEB&q=website", "?sort=new", "?country=LV&sort=soon"])
@pytest.mark.parametrize("who", ["anonymous", "bob"])
def test_queries_do_not_grow_with_the_number_of_offers(
    client, request, school, adam, sara, query, who, django_assert_max_num_queries
):
    if who == "bob":
        client.force_login(request.getfixturevalue("bob"))
        request.getfixturevalue("company")
    limit = 3 if who == "anonymous" else 7  # session, person, membership and unread news of the header
    for number in (1, 3, 27):
        while Offer.objects.count() < number:
            factories.make_offer(school, adam, sara)
        client.get(URL + query)  # the counts of all offers are a minute old at most
        with django_assert_max_num_queries(limit):
            assert len(titles(client.get(URL + query))) == min(number, 24)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("query", ["", "?q=website", "?sort=new", "?sort=price", "?sort=soon&q=website"])
def test_the_link_to_more_leads_through_all_offers_once(client, query):
    first = client.get(URL + query)
    second = client.get(next_link(first))

    assert len(titles(first)) == 24
    assert next_link(second) is None
    assert sorted(titles(first) + titles(second)) == [f"Website {n:02}" for n in range(30)]
    assert "Showing 24 of 30" in first.content.decode()
    assert "Showing 30 of 30" in second.content.decode()


@pytest.mark.usefixtures("many")
def test_a_new_offer_does_not_shift_the_next_page(client, school, adam, sara):
    link = next_link(client.get(f"{URL}?sort=new"))
    factories.make_offer(school, adam, sara, title="Newest of all")

    assert titles(client.get(link)) == [f"Website {n:02}" for n in range(5, -1, -1)]


@pytest.mark.usefixtures("many")
def test_htmx_gets_the_part_that_changes(client):
    response = client.get(f"{URL}?q=website", headers=HTMX)

    content = response.content.decode()
    assert content.startswith("<title>Services for “website”")
    assert '<div class="shop" id="shop">' in content
    assert "<html" not in content
    assert "HX-Request" in response["Vary"]


@pytest.mark.usefixtures("many")
def test_htmx_appends_the_next_cards_and_moves_the_focus(client):
    link = next_link(client.get(URL))

    content = client.get(link, headers={"HX-Request": "true", "HX-Target": "ul#cards"}).content.decode()

    assert content.lstrip().startswith('<li tabindex="-1" autofocus>')
    assert content.count("autofocus") == 1
    assert "autofocus" not in client.get(link).content.decode()
    assert 'id="shown" hx-swap-oob="innerHTML">Showing 30 of 30' in content


def test_a_typo_is_put_right_in_the_open(client, offer):
    content = client.get(f"{URL}?q=websiet").content.decode()

    assert "Showing results for" in content
    assert f"{URL[:0]}?q=websiet&amp;exact=1" in content
    assert titles(client.get(f"{URL}?q=websiet&exact=1")) == []


def test_titles_come_in_the_readers_language_then_english_then_the_source(client, school, adam, sara):
    offer = factories.make_offer(school, adam, sara, title="Mājaslapa", source_language="lv")
    assert '<a href="/offers/' in (content := client.get(URL).content.decode())
    assert 'lang="lv">Mājaslapa</a>' in content

    offer.texts.create(language="en", title="A website")
    assert ">A website</a>" in client.get(URL).content.decode()
    assert 'lang="en">A website</a>' in client.get("/pl/offers/").content.decode()
    assert ">Mājaslapa</a>" in client.get("/lv/offers/").content.decode()


def test_what_people_wrote_is_escaped(client, school, adam, sara):
    factories.make_offer(school, adam, sara, title="<script>alert(1)</script> ⟦url⟧ &amp;")

    content = client.get(f"{URL}?q=%3Cscript%3Ealert").content.decode()

    assert "<script>alert" not in content
    assert "&lt;script&gt;alert(1)&lt;/script&gt; ⟦url⟧ &amp;amp;" in content


def test_kept_offers_are_marked_and_others_can_be_kept(client, bob, company, school, adam, sara):
    kept, other = (factories.make_offer(school, adam, sara, title=title) for title in ("Kept", "Other"))
    Favourite.objects.create(user=bob, offer=kept)
    client.force_login(bob)

    content = client.get(f"{URL}?sort=new").content.decode()

    pressed = re.findall(r'formaction="/offers/([^/]*)/[^"]*"[^>]*aria-pressed="(\w+)"', content)
    assert pressed == [(other.slug, "false"), (kept.slug, "true")]


def test_a_reader_without_account_gets_no_heart(client, offer):
    assert 'class="save"' not in client.get(URL).content.decode()


def test_cards_say_when_a_place_is_free(client, offer):
    window = factories.make_window(offer, in_days=30)
    index_offers([offer.pk])

    assert f"Free from {window.starts_on.day} {window.starts_on:%B}" in client.get(URL).content.decode()


def test_an_old_offer_is_not_called_new(client, offer):
    Offer.objects.update(published_at=timezone.now() - timedelta(days=30))
    index_offers([offer.pk])

    assert 'class="tag"' not in client.get(URL).content.decode()


def test_nothing_found_says_so_with_the_words(client, offer):
    content = client.get(f"{URL}?q=xqzvkw&country=LV").content.decode()

    assert "No service matches “xqzvkw”" in content
    assert titles(client.get(f"{URL}?q=xqzvkw")) == []


@pytest.mark.usefixtures("offer")
@pytest.mark.parametrize(
    "query",
    [
        "q=" + "a" * 100_000, "q=%F0%9F%8D%9E", "q=%ED%A0%80", "q=%ff%fe", "q=²", "q=-1", "q=%5C", "q=%26%7C!:*()",
        "q=c/web", "q=" + "%20".join(["web"] * 500), "price_min=-1&price_max=²", "price_max=" + "9" * 40,
        "after=" + "9" * 500, "after=1~9223372036854775808~1", "after=0.1~1~1", "sort=&q=&country=&after=",
        "sort=new&after=2026-01-01 00:00:00%2B00~1~24", "sort=soon&after=9999-12-31~1~24", "exact=²", "q=a&q=b&q=c",
        "&".join(f"country=C{n}" for n in range(900)), "category[]=WEB&category%5B0%5D=1",
        "sort=new&after=0001-01-01 00:00:00%2B23:59~1~1", "sort=new&after=2026-13-41 00:00:00%2B00~1~1",
        "sort=soon&after=2026-W01-1~1~1", "sort=soon&after=0000-01-01~1~1", "after=1_0~1~1", "after=٣~1~1",
    ],
)  # fmt: skip
def test_no_address_breaks_the_page(client, query):
    assert client.get(f"{URL}?{query}").status_code == 200


@pytest.mark.usefixtures("offer")
def test_a_nul_is_refused(client):
    assert client.get(f"{URL}?q=a%00b").status_code == 400


@pytest.mark.usefixtures("offer")
def test_only_reading_is_possible(client):
    assert client.post(URL).status_code == 405


@pytest.mark.usefixtures("many")
def test_the_form_keeps_what_was_chosen(client):
    content = client.get(f"{URL}?q=website&country=LV&price_max=500&sort=new").content.decode()

    assert 'name="country" value="LV" checked' in content
    assert 'name="price_max" inputmode="decimal" value="500"' in content
    assert '<option value="new" selected>' in content
    chip = re.search(r'<a class="chip on" href="(\?[^"]*)">Latvia', content)[1].replace("&amp;", "&")
    assert parse_qs(urlsplit(chip).query) == {"q": ["website"], "price_max": ["500"], "sort": ["new"]}


def test_a_wrong_budget_is_told_in_the_form(client, offer):
    content = client.get(f"{URL}?price_max=²").content.decode()

    assert 'aria-invalid="true" aria-describedby="id_price_max_error"' in content
    assert titles(client.get(f"{URL}?price_max=²")) == [offer.title]


def test_search_engines_keep_to_the_plain_lists(client, offer):
    assert "noindex" not in client.get(f"{URL}?category=WEB").content.decode()
    assert "noindex" in client.get(f"{URL}?category=WEB&country=LV").content.decode()


def test_the_page_explains_its_order(client, offer):
    assert f'href="{reverse("how_it_works")}#ranking"' in client.get(URL).content.decode()
