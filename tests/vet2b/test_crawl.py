import pytest
from django.conf import settings

from tests import factories


def test_robots_are_kept_from_what_is_private(client):
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert {"Disallow: /account/", "Disallow: /lv/my/", "Disallow: /admin/"} <= set(lines)
    assert lines[-1] == f"Sitemap: {settings.SITE_URL}/sitemap.xml"


def test_the_site_map_names_its_parts(client, offer):
    content = client.get("/sitemap.xml").content.decode()

    assert [part for part in ("pages", "offers", "schools") if f"/sitemap-{part}.xml" in content] == [
        "pages", "offers", "schools",
    ]  # fmt: skip


def test_only_what_the_public_sees_is_listed(client, offer, school, adam):
    draft = factories.make_offer(school, adam, status="draft", title="Not yet")

    content = client.get("/sitemap-offers.xml").content.decode()

    assert f"/offers/{offer.slug}/" in content
    assert draft.slug not in content


def test_pages_name_their_other_languages(client, db):
    content = client.get("/sitemap-pages.xml").content.decode()

    assert 'hreflang="lv" href="http://testserver/lv/how-it-works/"' in content


@pytest.mark.parametrize("path", ["/sitemap-nothing.xml", "/sitemap-offers.xml?p=9", "/sitemap-offers.xml?p=²"])
def test_other_parts_are_not_there(client, db, path):
    assert client.get(path).status_code == 404
