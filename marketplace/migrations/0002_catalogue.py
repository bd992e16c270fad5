import csv
import json
from pathlib import Path

from django.db import migrations

SOURCES = Path(__file__).resolve().parent.parent / "data"


def rows_of(name):
    with (SOURCES / name).open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def load_fields(apps):
    field = apps.get_model("marketplace", "IscedField")
    field.objects.bulk_create(
        [field(code=row["code"], level=row["level"], name=row["name_en"]) for row in rows_of("isced_f_2013.csv")]
    )


def load_categories(apps):
    category = apps.get_model("marketplace", "Category")
    label = apps.get_model("marketplace", "CategoryLabel")
    for entry in json.loads((SOURCES / "categories.json").read_text(encoding="utf-8")):
        row = category.objects.create(
            code=entry["code"], slug=entry["slug"], icon=entry["icon"], isced_id=entry["isced"],
            is_launch=entry["is_launch"], position=entry["position"],
        )  # fmt: skip
        label.objects.bulk_create(
            [
                label(category=row, language=language, name=name, synonyms=entry["synonyms"][language])
                for language, name in entry["names"].items()
            ]
        )


def load_skills(apps):
    skill = apps.get_model("marketplace", "Skill")
    codes = set(apps.get_model("marketplace", "Category").objects.values_list("code", flat=True))
    skill.objects.bulk_create(
        [
            skill(
                uri=row["uri"], label=row["label_en"], kind=row["kind"],
                category_id=row["category"] if row["category"] in codes else None,
            )
            for row in rows_of("esco_starter.csv")
        ]
    )  # fmt: skip


def load_templates(apps):
    template = apps.get_model("marketplace", "OfferTemplate")
    entries = json.loads((SOURCES / "offer_templates.json").read_text(encoding="utf-8"))
    template.objects.bulk_create(
        [template(category_id=entry.pop("category"), content=entry) for entry in entries]
    )


def load(apps, schema_editor):
    load_fields(apps)
    load_categories(apps)
    load_skills(apps)
    load_templates(apps)


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
