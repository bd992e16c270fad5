"""Whether what was recorded is still what was recorded: the chains of activities, and what apps add to them.

Each Activity carries the SHA-256 of the row before it of the same subject and of its own columns; triggers of the
database fill it and refuse to change or remove a row (migration accounts 0011)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.db.models.fields.files import FieldFile

# yields what is wrong: the name of an object, and what is wrong with it
Check = Callable[[], Iterator[tuple[str, str]]]
CHECKS: dict[str, Check] = {}
BATCH = 20_000


def register(name: str, check: Check) -> None:
    """`manage.py verify_records` runs this check too, under this name."""
    CHECKS[name] = check


def problems() -> Iterator[tuple[str, str, str]]:
    """The name of the check, the object and what is wrong with it."""
    for name, check in CHECKS.items():
        for label, problem in check():
            yield name, label, problem


def file_problem(file: FieldFile, digest: str) -> str:
    """What is wrong with a stored file whose bytes had this SHA-256 (in hex); "" when all is well."""
    if not file:
        return "no file is stored"
    try:
        with file.storage.open(file.name) as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError:
        return f"the file {file.name} is missing"
    return "" if found == digest else f"the file {file.name} was changed"


def text_problem(text: str, digest: str) -> str:
    """The same of a text, of which the UTF-8 bytes were hashed."""
    return "" if hashlib.sha256(text.encode()).hexdigest() == digest else "its text was changed"


@contextmanager
def rewriting(purpose: str) -> Iterator[None]:
    """Lets activities be changed or removed within, and makes their chains anew when it ends.

    For the demo world, which dates its past back, and for what the law asks to be erased: nothing else. `purpose`
    is a word that names which, and may be read in the setting vet2b.rewriting while it lasts."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('vet2b.rewriting', %s, true)", [purpose])
        yield
        cursor.execute("SELECT accounts_forge_chains()")


# of a row of Activity in a query of its own: whether it is as it was recorded, after the row before it as it stands
IS_WHOLE = RawSQL(
    """accounts_activity.digest = accounts_activity_digest(coalesce((
  SELECT before.digest FROM accounts_activity before
  WHERE before.subject_type_id = accounts_activity.subject_type_id
    AND before.subject_id = accounts_activity.subject_id AND before.place = accounts_activity.place - 1
), ''), accounts_activity.place, accounts_activity)""",
    [],
    BooleanField(),
)

NEXT_SUBJECTS = """
SELECT subject_type_id, subject_id FROM (
  SELECT subject_type_id, subject_id FROM accounts_recordhead
  WHERE (subject_type_id, subject_id) > (%s, %s) ORDER BY 1, 2 LIMIT %s
) AS batch ORDER BY 1 DESC, 2 DESC LIMIT 1
"""

BROKEN_ROWS = """
SELECT subject_type_id, subject_id, id, verb, is_next FROM (
  SELECT a.*, a.place = row_number() OVER chain AS is_next,
    a.digest = accounts_activity_digest(coalesce(lag(a.digest) OVER chain, ''), a.place, a) AS is_whole
  FROM accounts_activity a
  WHERE (subject_type_id, subject_id) > (%s, %s) AND (subject_type_id, subject_id) <= (%s, %s)
  WINDOW chain AS (PARTITION BY subject_type_id, subject_id ORDER BY place, id)
) AS checked WHERE NOT (is_next AND is_whole) ORDER BY subject_type_id, subject_id, place, id
"""

BROKEN_HEADS = """
SELECT head.subject_type_id, head.subject_id, head.rows, last.rows, last.rows = head.rows
FROM accounts_recordhead head
LEFT JOIN LATERAL (
  SELECT count(*) AS rows, (array_agg(digest ORDER BY place DESC, id DESC))[1] AS digest FROM accounts_activity a
  WHERE a.subject_type_id = head.subject_type_id AND a.subject_id = head.subject_id
) AS last ON true
WHERE (head.subject_type_id, head.subject_id) > (%s, %s) AND (head.subject_type_id, head.subject_id) <= (%s, %s)
  AND (head.rows, head.digest) IS DISTINCT FROM (last.rows, last.digest)
ORDER BY 1, 2
"""

HEADLESS = """
SELECT DISTINCT subject_type_id, subject_id FROM accounts_activity a
WHERE NOT EXISTS (
  SELECT FROM accounts_recordhead head
  WHERE head.subject_type_id = a.subject_type_id AND head.subject_id = a.subject_id
) ORDER BY 1, 2
"""


def broken_chains() -> Iterator[tuple[str, str]]:
    """In batches of subjects, and computed by the database: a million rows take some seconds."""
    start = (0, 0)
    while end := first(NEXT_SUBJECTS, *start, BATCH):
        for kind, pk, row, verb, is_next in rows_of(BROKEN_ROWS, *start, *end):
            problem = "was changed" if is_next else "was changed, or a row before it removed or added"
            yield subject_name(kind, pk), f"activity {row} ({verb}) {problem}"
        for kind, pk, expected, found, is_complete in rows_of(BROKEN_HEADS, *start, *end):
            if not is_complete:
                yield subject_name(kind, pk), f"has {found} activities instead of {expected}"
            else:
                yield subject_name(kind, pk), "its last activity is not the one that was recorded"
        start = end
    for kind, pk in rows_of(HEADLESS):
        yield subject_name(kind, pk), "has activities but no head"


def rows_of(sql: str, *values: int) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def first(sql: str, *values: int) -> tuple | None:
    return next(iter(rows_of(sql, *values)), None)


def subject_name(content_type: int, pk: int) -> str:
    """The object as its activities name it, if they still do."""
    label = ContentType.objects.get_for_id(content_type).model
    latest = first(
        "SELECT details->>'ref' FROM accounts_activity WHERE subject_type_id = %s AND subject_id = %s "
        "AND details ? 'ref' ORDER BY place DESC LIMIT 1",
        content_type,
        pk,
    )
    return f"{label} {latest[0]} (number {pk})" if latest else f"{label} number {pk}"


register("activities", broken_chains)
