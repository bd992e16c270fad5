from __future__ import annotations

import time
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from marketplace.models import Offer
from vet2b.bench import matching, pages, search, times, work
from vet2b.bench.site import running_site
from vet2b.bench.table import Row, heading

WORD, TYPO, RARE = "welding", "weldnig", "drone"
TENTH = 10


class Command(BaseCommand):
    help = "Measures the site over many offers, in a database of its own, and prints what is met of the goals."

    def add_arguments(self, parser):
        parser.add_argument("--offers", type=int, default=100_000, metavar="N")

    def handle(self, *args: Any, **options: Any) -> None:
        if "bench" not in settings.DATABASES["default"]["NAME"]:
            raise CommandError("This fills the database: name one with “bench” in its name in DATABASE_URL.")
        begun = time.monotonic()
        growth = self.fill(options["offers"])
        self.stdout.write(heading())
        for row in [*search.measure(WORD, TYPO), *growth]:
            self.stdout.write(str(row))
        with running_site() as site:
            parts = (pages.measure(site, WORD, RARE), times.measure(site), work.measure(site), matching.measure(site))
            for row in chain(*parts):
                self.stdout.write(str(row))
        self.stdout.write("\nHow what is taken is found for the free times:")
        for line in times.plan_lines():
            self.stdout.write(f"  {line}")
        self.stdout.write(f"\n{Offer.objects.count()} offers, measured in {time.monotonic() - begun:.0f} s.")

    def fill(self, wanted: int) -> list[Row]:
        """A new database is measured at a tenth of its size on the way."""
        if Offer.objects.count() >= wanted:
            return []
        call_command("seed_demo", offers=wanted // TENTH, stdout=self.stderr)
        analyse()
        small = search.whole_search(WORD)
        call_command("seed_demo", offers=wanted - wanted // TENTH, stdout=self.stderr)
        analyse()
        return [Row("whole search, ten times the offers", "x time", search.whole_search(WORD) / small, 3)]


def analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
