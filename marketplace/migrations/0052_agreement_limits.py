from decimal import Decimal

from django.db import migrations

LIMITS = {"EUR": Decimal(1000), "PLN": Decimal(4500)}


def write(apps, schema_editor):
    limits = apps.get_model("marketplace", "AgreementLimit")
    limits.objects.bulk_create(limits(currency=currency, gross=gross) for currency, gross in LIMITS.items())


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0051_agreements")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
