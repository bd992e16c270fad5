"""The database as the site needs it, in one process because each start of Django costs a second."""

import io
import sys

import django
from django.core.management import call_command
from django.db import connection


def main(*, with_demo: bool) -> None:
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # of a table it knows nothing about the database thinks as if it were large
    if with_demo:
        call_command("seed_demo", "--if-empty", stdout=io.StringIO())
        call_command("seed_demo", "--accounts")


if __name__ == "__main__":
    main(with_demo="--demo" in sys.argv)
