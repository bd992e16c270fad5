import csv
from pathlib import Path

from django.db import migrations

SOURCE = Path(__file__).resolve().parent.parent / "data" / "nuts2024.csv"


def load(apps, schema_editor):
    region = apps.get_model("accounts", "Region")
    with SOURCE.open(encoding="utf-8", newline="") as rows:
        region.objects.bulk_create([region(**row) for row in csv.DictReader(rows)])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
