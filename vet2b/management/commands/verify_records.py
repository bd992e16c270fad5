from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from accounts.records import problems


class Command(BaseCommand):
    help = "Checks that no record of what happened, and no stored document, was changed or removed; says nothing if so."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for name, label, problem in problems():
            found += 1
            self.stdout.write(f"{name}: {label}: {problem}")
        if found:
            self.stderr.write(f"{found} problems")
            sys.exit(1)
