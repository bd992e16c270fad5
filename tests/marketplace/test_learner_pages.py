"""The pages on which a school keeps the learners of a class."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.models import Learner
from tests.factories import add_resource, make_learner, make_organisation, make_user, member

TODAY = timezone.localdate()
LATER = TODAY + timedelta(days=400)


def url(name, *args):
    return reverse(f"marketplace:{name}", args=args)


@pytest.fixture
def trainer(signed_in, adam):
    return signed_in(adam)


@pytest.fixture
def group(school):
    return add_resource(school, "class", "3B")


@pytest.fixture
def maja(group, seller):
    return Learner.add(group, by=seller, given_name="Maja", family_name="Mallow", minor_until=LATER)


def pages_of(learner):
    group = learner.group.ref
    return [
        *(url(f"learner_{name}", group) for name in ("list", "import", "export")),
        *(url(f"learner_{name}", learner.ref) for name in ("detail", "edit", "leave")),
        *(url(f"consent_{name}", learner.ref) for name in ("ask", "paper")),
    ]


def test_everything_is_there_for_the_schools_staff(trainer, maja):
    for page in pages_of(maja):
        assert trainer.get(page).status_code == 200, page
    assert url("learner_list", maja.group.ref) in trainer.get(maja.group.get_absolute_url()).text


@pytest.mark.parametrize(("who", "status"), [("lea", 403), ("bob", 404), ("charlie", 404), ("teacher", 404)])
def test_others_find_nothing(who, status, request, signed_in, maja, company):
    if who == "teacher":
        person = make_user("Theo Thorn")
        make_organisation(person, kind="school", name="Maple School")
    else:
        person = request.getfixturevalue(who)
    client = signed_in(person)

    for page in pages_of(maja):
        for response in (client.get(page), client.post(page, {"given_name": "X"})):
            assert response.status_code == status, page
            assert "Mallow" not in response.text
    assert client.post(url("learner_return", maja.ref)).status_code == status
    assert Learner.objects.get().given_name == "Maja"


def test_only_classes_have_students(trainer, school):
    assert trainer.get(url("learner_list", add_resource(school).ref)).status_code == 404


def test_a_student_is_added(trainer, group):
    response = trainer.post(
        url("learner_list", group.ref),
        {"given_name": "Maja", "family_name": "Mallow", "minor_until": LATER},
        follow=True,
    )

    assert "Maja Mallow is added." in response.text
    assert Learner.objects.get().minor_until == LATER


def test_a_birth_date_is_refused_at_its_field_and_kept(trainer, group):
    response = trainer.post(
        url("learner_list", group.ref), {"given_name": "Maja", "family_name": "Mallow", "minor_until": "2010-05-31"}
    )

    assert response.status_code == 422
    assert "is past" in response.context["form"].errors["minor_until"][0]
    assert 'value="2010-05-31"' in response.text
    assert not Learner.objects.exists()


@pytest.mark.parametrize("sign", [";", "\t", ","])
def test_a_pasted_list_is_added(sign, trainer, group):
    lines = [f"Anna{sign} Oak ", "", f"Beata{sign}Pine{sign}{LATER}"]
    response = trainer.post(url("learner_import", group.ref), {"rows": "\n".join(lines)}, follow=True)

    assert "2 students are added." in response.text
    assert list(Learner.objects.values_list("given_name", "family_name", "minor_until")) == [
        ("Anna", "Oak", None), ("Beata", "Pine", LATER),
    ]  # fmt: skip


def test_each_wrong_line_is_named_and_nothing_is_saved(trainer, group):
    rows = "\n".join(["Anna; Oak", "Beata", "Cara; Elm; 31.5.2027", f"{'x' * 61}; Ash", "Dora; Fir; ; ; more"])
    response = trainer.post(url("learner_import", group.ref), {"rows": rows})

    assert response.status_code == 422
    errors = response.context["form"].errors["rows"]
    assert [error.split(":")[0] for error in errors] == ["Line 2", "Line 3", "Line 4", "Line 5"]
    assert "Cara; Elm; 31.5.2027" in response.text
    assert not Learner.objects.exists()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("", "The list is empty."),
        ("Maja; Mallow", "Maja Mallow is in this class already."),
        ("Anna; Oak\nanna; oak", "anna oak is in this class already."),
        ("Anna; Oak; 2010-01-01", "2010-01-01 is past."),
        ("\n".join(f"A{n}; B" for n in range(101)), "At most 100 students at once."),
    ],
)
def test_what_cannot_be_added_is_said_at_the_list(rows, words, trainer, maja):
    response = trainer.post(url("learner_import", maja.group.ref), {"rows": rows})

    assert response.status_code == 422
    assert words in response.context["form"].errors["rows"][0]
    assert Learner.objects.count() == 1


def sent(content, name="class.csv"):
    return SimpleUploadedFile(name, content, "text/csv")


def test_a_file_is_read_and_our_own_export_comes_back(trainer, group, maja, school):
    exported = trainer.get(url("learner_export", group.ref)).content
    other = add_resource(school, "class", "4B")
    trainer.post(url("learner_import", other.ref), {"file": sent(exported)})

    assert other.learners.get().minor_until == LATER
    assert str(other.learners.get()) == "Maja Mallow"


def test_what_a_wrong_file_held_is_shown_to_be_mended(trainer, group):
    response = trainer.post(url("learner_import", group.ref), {"file": sent("Ģirts;Ķauķis\nBeata".encode())})

    assert response.status_code == 422
    assert "Ģirts;Ķauķis" in response.text
    assert "Line 2" in response.context["form"].errors["rows"][0]


@pytest.mark.parametrize("content", ["Ģirts;Ķauķis".encode("utf-16"), b"x" * 100_001])
def test_a_file_that_is_no_list_is_refused(content, trainer, group):
    response = trainer.post(url("learner_import", group.ref), {"file": sent(content)})

    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    assert not Learner.objects.exists()


def test_formulas_do_not_leave_the_site(trainer, group, school):
    make_learner(school, "=HYPERLINK(1)", "+Oak", group=group)
    response = trainer.get(url("learner_export", group.ref))

    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[1] == ["'=HYPERLINK(1)", "'+Oak", "", ""]
    assert "attachment" in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_student_is_edited_and_moved(trainer, maja, school, lea):
    other, account = add_resource(school, "class", "4B"), member(lea, school)
    typed = {"given_name": "Mia", "family_name": "Mallow", "minor_until": LATER, "group": other.pk}
    response = trainer.post(url("learner_edit", maja.ref), typed | {"membership": account.pk}, follow=True)

    learner = Learner.objects.get()
    assert (learner.given_name, learner.group, learner.membership) == ("Mia", other, account)
    assert "Saved." in response.text
    assert "changed: first name, class, account" in response.text.lower()


def test_classes_and_accounts_of_others_cannot_be_chosen(trainer, maja, bob, company, school):
    room = add_resource(school)
    typed = {"given_name": "Mia", "family_name": "Mallow", "group": room.pk, "membership": member(bob, company).pk}
    response = trainer.post(url("learner_edit", maja.ref), typed)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"group", "membership"}
    assert Learner.objects.get().given_name == "Maja"


def test_a_student_leaves_and_comes_back(trainer, maja):
    response = trainer.post(url("learner_leave", maja.ref), {"left_on": TODAY + timedelta(days=9)})
    assert response.status_code == 422
    assert response.context["form"].errors["left_on"]

    trainer.post(url("learner_leave", maja.ref), {"left_on": TODAY})
    assert Learner.objects.get().left_on == TODAY
    assert "1 student left the school" in trainer.get(url("learner_list", maja.group.ref)).text
    trainer.post(url("learner_return", maja.ref))
    assert Learner.objects.get().left_on is None


def test_the_list_takes_the_same_statements_for_one_and_three(trainer, group, maja, school, django_assert_num_queries):
    page = url("learner_list", group.ref)
    trainer.get(page)
    with CaptureQueriesContext(connection) as one:
        trainer.get(page)
    for name in ("Anna", "Beata"):
        make_learner(school, name, "Oak", group=group, minor_until=LATER)

    with django_assert_num_queries(len(one)):
        trainer.get(page)
