import json
from pathlib import Path

from django.db import migrations

POINTS = Path(__file__).resolve().parent.parent / "data" / "quality_points.json"


def load(apps, schema_editor):
    point, text = (apps.get_model("marketplace", name) for name in ("QualityPoint", "QualityPointText"))
    for position, entry in enumerate(json.loads(POINTS.read_text(encoding="utf-8"))):
        row = point.objects.create(
            category_id=entry["category"] or None, position=position, is_required=entry["is_required"]
        )
        text.objects.bulk_create(
            [text(point=row, language=language, text=words) for language, words in entry["texts"].items()]
        )


def unload(apps, schema_editor):
    apps.get_model("marketplace", "QualityPoint").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0070_quality_checks")]

    operations = [migrations.RunPython(load, unload)]
