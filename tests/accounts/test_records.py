from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from io import StringIO

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts import records
from accounts.models import Activity, RecordHead
from accounts.records import file_problem, rewriting, text_problem
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(school):
    """Three activities of the school after the one that made it, oldest first."""
    for number in range(3):
        school.record("change", by=None, reason=f"reason {number}", fields=["town"])
    return list(Activity.objects.filter(subject_id=school.pk, subject_type=type_of(school)).order_by("pk"))


def type_of(subject):
    return ContentType.objects.get_for_model(subject)


def name_of(organisation):
    return f"organisation {organisation.slug} (number {organisation.pk})"


def tamper(sql, *values):
    """As somebody would who owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def verified():
    """What the command prints; "" when it ends with 0."""
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("verify_records", stdout=out, stderr=err)
    except SystemExit as stop:
        code = stop.code
    found = len(out.getvalue().splitlines())
    assert (code, err.getvalue()) == ((1, f"{found} problems\n") if found else (0, ""))
    return out.getvalue()


def test_rows_of_a_subject_form_a_chain(school, chain):
    assert [row.place for row in chain] == list(range(1, len(chain) + 1))
    assert len({row.digest for row in chain}) == len(chain)
    head = RecordHead.objects.get(subject_id=school.pk, subject_type=type_of(school))
    assert (head.rows, head.digest) == (len(chain), chain[-1].digest)


def test_each_subject_has_a_chain_of_its_own(chain, company):
    company.record("change", by=None)

    assert (
        Activity.objects.order_by("-pk")[0].place
        == Activity.objects.filter(subject_id=company.pk, subject_type=type_of(company)).count()
    )
    assert verified() == ""


def test_recording_costs_no_more_statements(school, django_assert_num_queries):
    type_of(school)

    with django_assert_num_queries(1):
        school.record("change", by=None)


def test_many_rows_at_once_are_chained_too(school, chain):
    rows = [Activity(verb="organisation.change", subject=school, details={"n": n}) for n in range(5)]
    Activity.objects.bulk_create(rows)

    assert Activity.objects.filter(subject_id=school.pk, subject_type=type_of(school), place=len(chain) + 5).exists()
    assert verified() == ""


def test_whole_records_are_passed_over_in_silence(chain):
    assert verified() == ""


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'other'", "details = details || '{\"by\": \"Nobody\"}'", "verb = 'organisation.verify'",
        "created_at = created_at + interval '1 microsecond'", "to_status = 'x'", "from_status = 'x'", "place = 7",
        "digest = repeat('0', 64)", "actor_id = (SELECT max(id) FROM accounts_user)",
        "organisation_id = (SELECT max(id) FROM accounts_organisation)",
    ],
)  # fmt: skip
def test_a_changed_row_is_named(school, chain, change):
    tamper(f"UPDATE accounts_activity SET {change} WHERE id = %s", chain[1].pk)  # noqa: S608 - our own words

    assert f"activities: {name_of(school)}: activity {chain[1].pk}" in verified()


def test_a_changed_row_with_a_new_digest_is_told_by_the_next(chain):
    tamper("UPDATE accounts_activity SET reason = 'other' WHERE id = %s", chain[1].pk)
    tamper(
        "UPDATE accounts_activity a SET digest = accounts_activity_digest(%s, a.place, a) WHERE id = %s",
        chain[0].digest,
        chain[1].pk,
    )

    told = verified()
    assert f"activity {chain[1].pk} " not in told
    assert f"activity {chain[2].pk} " in told


def test_a_removed_row_is_noticed(school, chain):
    tamper("DELETE FROM accounts_activity WHERE id = %s", chain[1].pk)

    told = verified()
    assert f"activity {chain[2].pk} (organisation.change) was changed, or a row before it removed or added" in told
    assert f"{name_of(school)}: has {len(chain) - 1} activities instead of {len(chain)}" in told


def test_a_removed_last_row_is_noticed(school, chain):
    tamper("DELETE FROM accounts_activity WHERE id = %s", chain[-1].pk)

    assert verified() == (f"activities: {name_of(school)}: has {len(chain) - 1} activities instead of {len(chain)}\n")


def test_a_last_row_in_the_place_of_another_is_noticed(school, chain):
    tamper("DELETE FROM accounts_activity WHERE id = %s", chain[-1].pk)
    tamper("UPDATE accounts_recordhead SET rows = rows - 1 WHERE subject_id = %s", school.pk)

    assert "its last activity is not the one that was recorded" in verified()


def test_all_rows_of_a_subject_cannot_go_unnoticed(school, chain):
    tamper(
        "DELETE FROM accounts_activity WHERE subject_id = %s AND subject_type_id = %s", school.pk, type_of(school).pk
    )

    assert f"has 0 activities instead of {len(chain)}" in verified()


def test_a_removed_head_is_noticed(school, chain):
    tamper(
        "DELETE FROM accounts_recordhead WHERE subject_id = %s AND subject_type_id = %s", school.pk, type_of(school).pk
    )

    assert verified() == f"activities: {name_of(school)}: has activities but no head\n"


def test_batches_leave_no_subject_out(monkeypatch, chain, company, charlie):
    monkeypatch.setattr(records, "BATCH", 1)
    assert verified() == ""

    tamper("UPDATE accounts_activity SET reason = 'other'")

    assert len(verified().splitlines()) == Activity.objects.count()


@pytest.mark.parametrize(
    "forbidden",
    [
        lambda row: Activity.objects.filter(pk=row.pk).update(reason="other"),
        lambda row: Activity.objects.filter(pk=row.pk).delete(),
        lambda row: row.save(),
        lambda row: RecordHead.objects.filter(subject_id=row.subject_id).update(rows=0),
        lambda row: RecordHead.objects.filter(subject_id=row.subject_id).delete(),
    ],
)
def test_nobody_changes_or_removes_a_record(chain, forbidden):
    with pytest.raises(IntegrityError), transaction.atomic():
        forbidden(chain[1])

    assert list(Activity.objects.filter(pk__in=[row.pk for row in chain]).order_by("pk")) == chain
    assert verified() == ""


def test_rows_from_before_the_chains_are_chained(school, chain, company):
    tamper("UPDATE accounts_activity SET place = 0, digest = ''")
    tamper("DELETE FROM accounts_recordhead")

    with connection.cursor() as cursor:
        cursor.execute(import_module("accounts.migrations.0011_record_chain_rules").CHAINS)

    assert verified() == ""
    rows = Activity.objects.filter(pk__in=[row.pk for row in chain]).order_by("pk")
    assert [row.digest for row in rows] == [row.digest for row in chain]
    school.record("change", by=None)
    assert verified() == ""


def test_rewriting_changes_rows_and_chains_them_anew(chain):
    moment = chain[1].created_at - timedelta(days=30)

    with rewriting("demo"):
        Activity.objects.filter(pk=chain[1].pk).update(created_at=moment)
        Activity.objects.filter(pk=chain[2].pk).delete()

    row = Activity.objects.get(pk=chain[1].pk)
    assert row.created_at == moment
    assert row.digest != chain[1].digest
    assert verified() == ""


def test_rewriting_ends_with_its_block(chain):
    with rewriting("demo"):
        pass

    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.filter(pk=chain[1].pk).update(reason="other")


def test_a_failed_rewriting_leaves_everything_as_it_was(chain):
    with pytest.raises(IntegrityError), rewriting("demo"):
        Activity.objects.filter(pk=chain[1].pk).update(reason="other", subject_type=None)

    assert Activity.objects.get(pk=chain[1].pk).reason == chain[1].reason
    assert verified() == ""
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.filter(pk=chain[1].pk).update(reason="other")


def test_moderators_see_which_rows_are_not_as_recorded(signed_in, mona, chain):
    desk, page = signed_in(mona), reverse("admin:accounts_activity_changelist")
    assert "False" not in desk.get(page).text

    tamper("UPDATE accounts_activity SET reason = 'other' WHERE id = %s", chain[1].pk)

    assert desk.get(page).text.count("False") == 1


def test_a_file_is_held_against_its_digest():
    storage = InMemoryStorage()
    name = storage.save("agreement.pdf", ContentFile(b"as signed"))
    file = type("Stored", (), {"storage": storage, "name": name})()
    digest = sha256(b"as signed").hexdigest()

    assert file_problem(file, digest) == ""
    storage.delete(name)
    storage.save(name, ContentFile(b"as signeD"))
    assert file_problem(file, digest) == "the file agreement.pdf was changed"
    storage.delete(name)
    assert file_problem(file, digest) == "the file agreement.pdf is missing"


def test_a_text_is_held_against_its_digest():
    digest = sha256("Ķekava".encode()).hexdigest()

    assert text_problem("Ķekava", digest) == ""
    assert text_problem("Kekava", digest) == "its text was changed"


def test_other_apps_add_checks_of_their_own(monkeypatch):
    monkeypatch.setitem(records.CHECKS, "scans", lambda: iter([("agreement A-1", "was changed")]))

    assert verified() == "scans: agreement A-1: was changed\n"


def test_two_who_record_at_once_are_chained_one_after_the_other(committed, at_once):
    school = factories.make_organisation(factories.make_user("Ann Alder", "ann@alder.example"), kind="school")
    before = school.activities.count()

    def write():
        for _ in range(10):
            with transaction.atomic():
                school.record("change", by=None)

    at_once(4, write)

    places = list(school.activities.order_by("place").values_list("place", flat=True))
    assert places == list(range(1, before + 41))
    assert verified() == ""
