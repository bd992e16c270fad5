import datetime as dt
import re
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.utils.translation import override

from vet2b.dev.build_sprite import SPRITE, names_in
from vet2b.lib import art, staticfiles
from vet2b.templatetags import ui

TEMPLATES = [
    path
    for path in (settings.BASE_DIR / "templates").rglob("*.html")
    if not {"emails", "unfold", "admin"} & set(path.parts)
]


class PriceForm(forms.Form):
    title = forms.CharField(label="Title", help_text="At most 70 characters")
    price = forms.DecimalField(label="Price", required=False)
    how = forms.ChoiceField(label="How", choices=[("a", "Here"), ("b", "There")], widget=forms.RadioSelect)
    agrees = forms.BooleanField(label="I agree")


def render(source, path="/", **context):
    return Template(source).render(RequestContext(RequestFactory().get(path), context))


@pytest.mark.parametrize(
    ("language", "whole", "broken"),
    [
        ("en", "€1,180", "€11.50"),
        ("lv", "1 180 €", "11,50 €"),
        ("pt", "1 180 €", "11,50 €"),
        ("it", "1.180 €", "11,50 €"),
    ],
)
def test_money_is_written_as_the_language_does(language, whole, broken):
    with override(language):
        assert ui.money(Decimal("1180.00"), "EUR").replace("\xa0", " ") == whole
        assert ui.money(Decimal("11.5"), "EUR").replace("\xa0", " ") == broken


def test_sums_show_their_cents():
    assert ui.money_exact(Decimal("308"), "EUR") == "€308.00"


def test_time_names_its_zone():
    moment = dt.datetime(2027, 1, 12, 14, 0, tzinfo=dt.UTC)

    shown = ui.local_time(moment, "Europe/Riga")

    assert shown == '<time datetime="2027-01-12T14:00:00+00:00">12 January 2027, 16:00 (Riga time)</time>'


def test_range_of_one_day_is_that_day():
    day = dt.date(2027, 1, 12)

    assert ui.date_range(day, day) == "12 January 2027"


@pytest.mark.parametrize(
    ("path", "code", "expected"),
    [
        ("/", "lv", "/lv/"),
        ("/offers/?q=web", "lv", "/lv/offers/?q=web"),
        ("/lv/offers/", "en", "/offers/"),
        ("/lv/offers/", "pt", "/pt/offers/"),
    ],
)
def test_language_menu_leads_to_the_same_page(path, code, expected):
    assert render("{% other_language_url code %}", path, code=code) == expected.replace("&", "&amp;")


def test_languages_are_named_in_themselves():
    names = render("{% language_links as links %}{% for link in links %}{{ link.name }} {% endfor %}")

    assert names == "English Italiano Latviešu Lietuviškai Polski Português "


def test_stars_wait_for_three_reviews():
    assert "New" in ui.stars(Decimal("5"), 2)
    assert "4.7 of 5, 3 reviews" in ui.stars(Decimal("4.67"), 3)


def test_status_is_told_in_words_and_tone():
    order = SimpleNamespace(status="disputed", get_status_display=lambda: "In dispute")

    assert ui.status_badge(order) == '<span class="badge-t poppy">In dispute</span>'


def test_user_text_in_a_crest_is_escaped():
    assert "<script" not in ui.crest("<script>", "")
    assert '"><' not in ui.crest("A", '"><script>')


def test_valid_form_marks_what_is_optional():
    html = str(PriceForm())

    assert "There is a problem" not in html
    assert html.count("(optional)") == 1
    assert 'aria-describedby="id_title_helptext"' in html
    assert '<fieldset id="id_how">' in html


def test_errors_are_summed_up_and_tied_to_their_fields():
    form = PriceForm({"price": "much"})

    html = str(form)

    assert "There is a problem" in html
    assert '<a href="#id_price">Enter a number.</a>' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_price_error"' in html
    assert 'aria-describedby="id_how_error"' in html
    assert render("{% title_prefix form %}", form=form) == "Error: "
    assert render("{% title_prefix form %}", form=PriceForm()) == ""


def test_every_target_of_the_summary_is_on_the_page():
    html = str(PriceForm({}))

    targets = re.findall(r'href="#([\w-]+)"', html)

    assert targets == ["id_title", "id_how", "id_agrees"]
    assert all(f'id="{target}"' in html for target in targets)


def test_sprite_holds_every_icon_that_is_named():
    named = {look.icon for look in art.CATEGORIES.values()} | {"star"}
    for path in TEMPLATES:
        named |= set(re.findall(r'{% icon "([\w-]+)"', path.read_text()))
        named |= set(re.findall(r'with name="([\w-]+)"', path.read_text()))

    assert named - names_in(SPRITE) == set()


def test_templates_obey_the_content_security_policy():
    offences = re.compile(r"""<style|\sstyle=|\son\w+="|<script(?![^>]*\b(src=|type="application/))|//cdn""")

    assert {path.name: found for path in TEMPLATES if (found := offences.findall(path.read_text()))} == {}


def test_static_files_named_in_templates_exist():
    named = {name for path in TEMPLATES for name in re.findall(r"""{% static ["']([^"']+)["'] %}""", path.read_text())}

    assert [name for name in sorted(named) if not finders.find(name)] == []


def test_style_sheet_takes_in_every_part_once():
    folder = settings.BASE_DIR / "static/css"
    imported = [name for name, _layer in staticfiles.IMPORT.findall((folder / "app.css").read_text())]
    ours = {path.relative_to(folder).as_posix() for path in folder.rglob("*.css")} - {"app.css", "admin.css"}

    assert len(imported) == len(set(imported))
    assert set(imported) == ours | {"../vendor/bootstrap-5.3.9/bootstrap.min.css"}


def test_published_style_sheet_is_one_file_with_right_addresses():
    folder = settings.BASE_DIR / "static/css"

    css = staticfiles.bundle(folder / "app.css")

    addresses = {address for _quote, address in staticfiles.RELATIVE_URL.findall(css)}
    assert "@import" not in css
    assert "sourceMappingURL" not in css
    assert addresses
    assert [address for address in addresses if not (folder / address).exists()] == []


@pytest.mark.parametrize("script", sorted((settings.BASE_DIR / "static/js").glob("*.js")), ids=lambda path: path.name)
def test_scripts_stay_small(script):
    assert len(script.read_text().splitlines()) <= 60
