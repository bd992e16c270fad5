import re
from xml.etree import ElementTree

import pytest
from django.conf import settings

from vet2b.dev import build_images
from vet2b.lib import art


@pytest.mark.parametrize("code", art.CATEGORIES)
def test_each_category_draws_a_panel_that_browsers_can_read(code):
    drawing = ElementTree.fromstring(art.panel(code, "1-7", standalone=True))  # noqa: S314 - our own drawing

    assert drawing.get("viewBox") == "0 0 400 300"
    assert len(drawing.findall("{*}g")) == 12


def test_same_seed_gives_same_panel_and_another_seed_another():
    assert art.panel("WEB", "1-7") == art.panel("WEB", "1-7")
    assert art.panel("WEB", "1-7") != art.panel("WEB", "1-8")
    assert art.panel("WEB", "1-7") != art.panel("CAT", "1-7")


def test_panel_is_mirrored_left_to_right():
    drawing = art.panel("CAR", "1-3")

    assert drawing.count("scale(-1 1)") == 6


def test_inline_panel_takes_the_colours_of_the_page():
    drawing = art.panel("AGR", "1-1")

    assert "var(--art-leaf)" in drawing
    assert "<style" not in drawing


def test_palette_is_that_of_the_tokens():
    tokens = (settings.BASE_DIR / "static/css/tokens.css").read_text()
    pairs = dict(re.findall(r"--art-([\w-]+): ([^;]+);", tokens))

    assert pairs.keys() == art.LIGHT_DARK.keys()
    for name, (light, dark) in art.LIGHT_DARK.items():
        assert pairs[name] in (f"light-dark({light}, {dark})", light)


def test_static_pictures_are_what_the_code_draws():
    for name, drawing in build_images.images().items():
        assert (build_images.IMAGES / name).read_text() == drawing + "\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Rīga Technical School", "RT"), ("Šiauliai", "Š"), ("szkoła nad Odrą", "O"), ("eko", "E"), ("", "")],
)
def test_initials_are_of_the_capitalised_words(name, expected):
    assert art.initials(name) == expected


def test_panel_address_is_one_of_few_so_that_browsers_keep_them():
    addresses = {art.panel_url("WEB", f"offer {number}") for number in range(2000)}

    assert len(addresses) == art.VARIANTS
    assert art.panel_url("WEB", "offer 1") == art.panel_url("WEB", "offer 1")


def test_panel_is_served_once_and_for_ever(client):
    response = client.get(art.panel_url("LAB", "offer"))

    assert response.status_code == 200
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert not response.cookies


def test_panel_of_an_unknown_category_is_not_found(client):
    address = art.panel_url("LAB", "offer").replace("LAB", "XXX")

    assert client.get(address).status_code == 404
