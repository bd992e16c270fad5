from io import BytesIO

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from marketplace.models import Clause, clauses_for
from vet2b.lib.pdf import Document

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


LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_of_the_site_has_every_clause(language):
    clauses = clauses_for("SE", language)

    assert list(clauses) == Clause.Key.values
    assert {clause.language for clause in clauses.values()} == {language}
    assert not any(clause.is_checked for clause in clauses.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_paragraphs_of_all_languages_stand_side_by_side(language):
    """A paper in two languages lines them up by their number."""
    english, other = clauses_for("", "en"), clauses_for("", language)

    assert {key: clause.text.count("\n\n") for key, clause in other.items()} == {
        key: clause.text.count("\n\n") for key, clause in english.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_clauses_can_be_read_in_a_pdf(language):
    document = Document(title="Clauses", language=language, created_at=timezone.now())
    for clause in clauses_for("", language).values():
        document.heading(clause.title)
        document.columns(clause.text, clauses_for("", "en")["ip"].text)

    text = "".join(page.extract_text() for page in PdfReader(BytesIO(document.content())).pages)
    letters = set("".join(clause.title + clause.text for clause in clauses_for("", language).values()))
    assert letters - set(text) - {"\n"} == set()


@pytest.mark.parametrize(
    "forbidden",
    [lambda rows: rows.update(text="other"), lambda rows: rows.update(is_checked=True), lambda rows: rows.delete()],
)
def test_a_version_is_neither_changed_nor_removed(forbidden):
    before = clauses_for("", "en")

    with pytest.raises(IntegrityError), transaction.atomic():
        forbidden(Clause.objects.filter(key="photos"))

    assert clauses_for("", "en") == before


@pytest.fixture
def desk(signed_in, mona):
    return signed_in(mona)


def page_of(clause):
    return reverse("admin:marketplace_clause_change", args=[clause.pk])


def test_a_moderator_saves_a_new_version(desk):
    old = Clause.objects.get(key="photos", country="", language="lv")

    desk.post(page_of(old), {"title": old.title, "text": "Jauns teksts.\r\n\r\nOtrs.", "is_checked": "on"})

    new = Clause.objects.get(key="photos", country="", language="lv", version=2)
    assert (new.title, new.text, new.is_checked) == (old.title, "Jauns teksts.\n\nOtrs.", True)
    assert clauses_for("LV", "lv")["photos"].version == 2
    assert Clause.objects.get(pk=old.pk).text == old.text
    assert LogEntry.objects.get().object_id == str(new.pk)


def test_saving_without_a_change_writes_nothing(desk):
    old = Clause.objects.get(key="photos", country="", language="lv")

    desk.post(page_of(old), {"title": old.title, "text": old.text.replace("\n", "\r\n")})

    assert Clause.objects.filter(key="photos", country="", language="lv").count() == 1


def test_an_older_version_is_only_read(desk):
    old = Clause.objects.get(key="photos", country="", language="lv")
    write("second", country="")

    page = desk.get(page_of(old))
    answer = desk.post(page_of(old), {"title": "Other", "text": "other"})

    assert old.text.replace("\n", "<br>") in page.text
    assert page_of(Clause.objects.get(key="photos", country="", language="lv", version=2)) in page.text
    assert answer.status_code == 403
    assert clauses_for("", "lv")["photos"].text == "second"


def test_a_moderator_writes_the_text_of_a_country(desk):
    fields = {"key": "insurance", "country": "PL", "language": "pl", "title": "Polisa", "text": "Tekst."}

    desk.post(reverse("admin:marketplace_clause_add"), fields)

    clause = clauses_for("PL", "pl")["insurance"]
    assert (clause.title, clause.version, clause.country) == ("Polisa", 1, "PL")


def test_writing_a_country_s_text_again_makes_the_next_version(desk):
    fields = {"key": "photos", "country": "", "language": "lv", "title": "Foto", "text": "Teksts."}

    desk.post(reverse("admin:marketplace_clause_add"), fields)

    assert clauses_for("LV", "lv")["photos"].version == 2


def test_an_empty_text_is_refused_and_what_was_typed_stays(desk):
    old = Clause.objects.get(key="photos", country="", language="lv")

    page = desk.post(page_of(old), {"title": "Typed title", "text": ""})

    assert "Typed title" in page.text
    assert "This field is required." in page.text
    assert Clause.objects.filter(key="photos", language="lv").count() == 1


def test_nobody_else_reaches_the_clauses(signed_in, alice):
    clause = Clause.objects.earliest("pk")

    assert signed_in(alice).get(page_of(clause)).status_code != 200
    assert signed_in(alice).post(page_of(clause), {"title": "x", "text": "x"}).status_code != 200
    assert Clause.objects.filter(version=2).count() == 0
