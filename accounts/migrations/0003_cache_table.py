from django.core.management import call_command
from django.db import migrations

TABLE = "django_cache"


def create(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE IF EXISTS {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):
    """The default cache is a table, so that rate limits hold for all processes and outlast Redis."""

    dependencies = [("accounts", "0002_regions")]
    operations = [migrations.RunPython(create, drop)]
