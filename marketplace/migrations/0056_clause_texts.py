import json
from pathlib import Path

from django.db import migrations

SOURCES = Path(__file__).resolve().parent.parent / "data" / "clauses"


def add(apps, schema_editor):
    clauses = apps.get_model("marketplace", "Clause").objects
    for source in sorted(SOURCES.glob("*.json")):
        for key, words in json.loads(source.read_text(encoding="utf-8")).items():
            clauses.get_or_create(
                key=key,
                country="",
                language=source.stem,
                version=1,
                defaults={"title": words["title"], "text": "\n\n".join(words["text"])},
            )


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0055_clauses")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
