from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organisation
from marketplace.models import IssuerKey


class Command(BaseCommand):
    help = "Gives a school a new key for its badges. What the earlier one signed can still be checked."

    def add_arguments(self, parser):
        parser.add_argument("slug", help="the school, as its page is addressed")

    def handle(self, *args: Any, **options: Any) -> None:
        school = Organisation.objects.filter(kind=Organisation.Kind.SCHOOL, slug=options["slug"]).first()
        if school is None:
            raise CommandError("There is no such school.")
        self.stdout.write(IssuerKey.rotate(school).ref)
