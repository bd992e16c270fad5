import pytest

from marketplace.models import Clause, clauses_for

pytestmark = pytest.mark.django_db


def write(text, *, key="photos", country="LV", language="lv", **kwargs):
    clause = Clause(key=key, country=country, language=language, title="Title", text=text, **kwargs)
    clause.supersede()
    return clause


def test_the_newest_version_holds():
    write("first")
    write("second")

    clause = clauses_for("LV", "lv")["photos"]
    assert (clause.text, clause.version) == ("second", 2)
    assert Clause.objects.filter(key="photos", country="LV", language="lv").count() == 2


def test_a_country_s_own_text_goes_before_the_general_one():
    write("for all", country="", language="lv")
    write("for Latvia")

    assert clauses_for("LV", "lv")["photos"].text == "for Latvia"
    assert clauses_for("LT", "lv")["photos"].text == "for all"


def test_a_country_s_text_in_english_goes_before_the_general_one_in_the_reader_s_language():
    write("for Latvia in English", language="en")

    assert clauses_for("LV", "pl")["photos"].text == "for Latvia in English"


def test_a_missing_language_falls_back_to_english():
    write("general", country="", language="en")

    clause = clauses_for("LV", "sv")["photos"]
    assert (clause.text, clause.language, clause.country) == ("general", "en", "")


def test_whether_a_lawyer_checked_it_is_told():
    write("unread")
    assert not clauses_for("LV", "lv")["photos"].is_checked

    write("read", is_checked=True)
    assert clauses_for("LV", "lv")["photos"].is_checked


def test_all_clauses_come_in_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        clauses_for("LV", "lv")
