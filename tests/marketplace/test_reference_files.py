import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from marketplace.words import PER

ROOT = Path(__file__).parents[2]
DATA = ROOT / "marketplace" / "data"

LANGUAGES = ["en", "it", "lv", "lt", "pl", "pt"]
CODES = ["CAT", "BAK", "WEB", "MKT", "DES", "AV", "3DP", "LAB", "MEC", "AUT"]
CODES += ["WOO", "ELE", "BLD", "TEX", "CAR", "AGR", "ADM", "EVT", "TRN", "ROO"]
PRICE_MODELS = {"FIX", "PP", "HR", "DAY", "UNIT", "PKG", "MAT", "EST", "SUB", "FREE"}
# These models are priced by a thing that is counted, so the price needs its name.
COUNTED_MODELS = {"PP", "HR", "DAY", "UNIT", "SUB"}
DELIVERY_MODES = {"at_school", "at_client", "remote", "shipped"}


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load(name):
    return json.loads((DATA / name).read_text(encoding="utf-8"))


CATEGORIES = load("categories.json")
TEMPLATES = load("offer_templates.json")

each_category = pytest.mark.parametrize("category", CATEGORIES, ids=lambda c: c["code"])
each_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t["category"])


def is_clean(text):
    return text == " ".join(text.split()) and text != ""


def is_sentence_case(text):
    return not text[0].islower()


def test_regions_form_a_tree():
    regions = rows(ROOT / "accounts" / "data" / "nuts2024.csv")
    codes = {region["code"] for region in regions}

    assert len(codes) == len(regions) == 1798
    for region in regions:
        code, level = region["code"], int(region["level"])
        assert len(code) == 2 + level
        assert code.startswith(region["country"])
        assert level == 0 or code[:-1] in codes
        assert -180 <= float(region["longitude"]) <= 180
        assert -90 <= float(region["latitude"]) <= 90
        assert is_clean(region["name"])


def test_fields_of_study_form_a_tree():
    fields = rows(DATA / "isced_f_2013.csv")
    lengths = {"broad": 2, "narrow": 3, "detailed": 4}
    codes = {field["code"] for field in fields}

    assert Counter(field["level"] for field in fields) == {"broad": 11, "narrow": 29, "detailed": 80}
    assert len(codes) == len(fields)
    for field in fields:
        assert len(field["code"]) == lengths[field["level"]]
        assert field["level"] == "broad" or field["code"][:-1] in codes


def test_every_skill_belongs_to_a_category_or_to_all():
    skills = rows(DATA / "esco_starter.csv")

    assert len({skill["uri"] for skill in skills}) == len(skills) == 370
    assert {skill["category"] for skill in skills} == {*CODES, "GEN"}
    for skill in skills:
        assert skill["uri"].startswith("http://data.europa.eu/esco/skill/")


def test_categories_are_the_twenty_in_order():
    assert [category["code"] for category in CATEGORIES] == CODES
    assert [category["position"] for category in CATEGORIES] == list(range(1, 21))
    assert [category["code"] for category in CATEGORIES if category["is_launch"]] == ["CAT"]


@pytest.mark.parametrize("key", ["slug", "icon"])
def test_categories_share_no_slug_and_no_icon(key):
    values = [category[key] for category in CATEGORIES]

    assert len(set(values)) == 20
    for value in values:
        assert value.replace("-", "").isalnum()
        assert value == value.lower()


@each_category
def test_category_has_exactly_the_known_keys(category):
    expected = {"code", "slug", "icon", "isced", "is_launch", "position", "names", "synonyms"}

    assert set(category) == expected


@each_category
def test_category_field_of_study_is_a_detailed_one(category):
    detailed = {f["code"] for f in rows(DATA / "isced_f_2013.csv") if f["level"] == "detailed"}

    assert category["isced"] in detailed


@each_category
def test_category_speaks_every_language(category):
    assert list(category["names"]) == LANGUAGES
    assert list(category["synonyms"]) == LANGUAGES
    for name in category["names"].values():
        assert is_clean(name)
        assert is_sentence_case(name)
        assert len(name) <= 40
    for words in category["synonyms"].values():
        assert 8 <= len(words) <= 15
        assert all(is_clean(word) and len(word) <= 40 for word in words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_search_word_leads_to_one_category(language):
    words = Counter(word.casefold() for category in CATEGORIES for word in category["synonyms"][language])

    assert [word for word, count in words.items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_category_names_differ(language):
    assert len({category["names"][language] for category in CATEGORIES}) == 20


def test_every_category_has_one_template_and_every_price_model_an_example():
    assert [template["category"] for template in TEMPLATES] == CODES
    assert {template["price_model"] for template in TEMPLATES} == PRICE_MODELS
    assert {template["kind"] for template in TEMPLATES} == {"service", "product"}


@each_template
def test_template_can_be_sent_for_review_with_its_words_of_safety(template):
    assert is_clean(template["safety"])


@each_template
def test_the_unit_of_a_template_has_words(template):
    assert template["unit"] in {"", *PER}


@each_template
def test_template_has_exactly_the_known_keys(template):
    expected = (
        "category kind title summary body included excluded stages practises price_model unit lead_time_days "
        "min_quantity max_quantity rounds_of_changes delivery_modes safety skills"
    )

    assert set(template) == set(expected.split())


@each_template
def test_template_texts_fit_the_page(template):
    assert len(template["title"]) <= 70
    assert len(template["summary"]) <= 200
    assert len(template["practises"]) <= 200
    assert len(template["safety"]) <= 250
    assert 80 <= len(template["body"].split()) <= 150
    for text in (template["title"], template["summary"], template["practises"]):
        assert is_clean(text)
        assert is_sentence_case(text)
        assert "!" not in text
    for line in template["included"] + template["excluded"]:
        assert is_clean(line)
        assert is_sentence_case(line)
        assert len(line) <= 90
        assert not line.endswith(".")


@each_template
def test_template_body_is_plain_markdown(template):
    headings = [line for line in template["body"].splitlines() if line.startswith("#")]

    # The page has the levels above: h1 is the title, h2 the section.
    assert all(line.startswith("### ") for line in headings)
    assert not {"<", ">", "[", "!"} & set(template["body"])


@each_template
def test_template_lists_have_the_right_length(template):
    assert 3 <= len(template["included"]) <= 6
    assert 2 <= len(template["excluded"]) <= 4
    assert 3 <= len(template["stages"]) <= 5
    assert 2 <= len(template["skills"]) <= 5
    for key in ("included", "excluded", "skills"):
        assert len(set(template[key])) == len(template[key])


@each_template
def test_template_stages_start_at_once_and_go_forward(template):
    days = [stage["day"] for stage in template["stages"]]

    assert days[0] == 0
    assert days == sorted(set(days))
    for stage in template["stages"]:
        assert set(stage) == {"title", "day", "text"}
        assert is_clean(stage["title"])
        assert len(stage["title"]) <= 40
        assert stage["text"].endswith(".")
        assert len(stage["text"]) <= 160


@each_template
def test_template_numbers_make_sense(template):
    assert template["lead_time_days"] >= 1
    assert 1 <= template["min_quantity"] <= template["max_quantity"]
    assert 0 <= template["rounds_of_changes"] <= 3
    assert template["price_model"] not in COUNTED_MODELS or template["unit"]
    assert template["unit"] == template["unit"].lower()
    assert template["delivery_modes"]
    assert set(template["delivery_modes"]) <= DELIVERY_MODES


@each_template
def test_template_skills_are_of_its_category(template):
    known = {s["uri"] for s in rows(DATA / "esco_starter.csv") if s["category"] == template["category"]}

    assert set(template["skills"]) <= known
