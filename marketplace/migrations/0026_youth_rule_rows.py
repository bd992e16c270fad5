from datetime import time

from django.db import migrations

CHECK = "Starting value; to be checked by the operator's lawyer."
FRAME = "Directive 94/33/EC, articles 8 to 12 (adolescents past compulsory full-time schooling)."
ROWS = {
    "": ({}, FRAME),
    "LV": (
        {"minutes_a_day": 7 * 60, "minutes_a_week": 35 * 60},
        f"Darba likums, section 132: work and study together at most 7 hours a day and 35 a week. The rest as in the frame. {CHECK}",
    ),
    "LT": ({}, f"No stricter value was certain: those of the frame. {CHECK}"),
    "IT": (
        {"break_minutes": 60},
        f"Legge 977/1967, article 20: a break of an hour after 4.5 hours. The rest as in the frame. {CHECK}",
    ),
    "PL": (
        {"rest_minutes": 14 * 60},
        f"Kodeks pracy, article 203: 14 hours without work, the night in them. The rest as in the frame. {CHECK}",
    ),
    "PT": (
        {"earliest_start": time(7), "break_minutes": 60},
        f"Código do Trabalho, articles 76 and 77: no work from 22 to 7, a break of an hour. The rest as in the frame. {CHECK}",
    ),
    "SE": ({}, f"No stricter value was certain: those of the frame. {CHECK}"),
}


def add(apps, schema_editor):
    rules = apps.get_model("marketplace", "YouthRule").objects
    for country, (stricter, note) in ROWS.items():
        rules.get_or_create(country=country, defaults={"note": note, **stricter})


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0025_youth_rules")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
