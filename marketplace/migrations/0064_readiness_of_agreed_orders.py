from django.db import migrations

PLANNED = ["accepted", "agreement_pending", "scheduled"]
AT_SCHOOL = ["insurance", "supervision"]
AT_CLIENT = [*AT_SCHOOL, "client_insurance", "safety", "contact", "consent"]


def prepare(apps, schema_editor):
    """Orders that were agreed before there were checklists get theirs."""
    Order = apps.get_model("marketplace", "Order")
    Readiness = apps.get_model("marketplace", "Readiness")
    ReadyItem = apps.get_model("marketplace", "ReadyItem")
    for order in Order.objects.filter(status__in=PLANNED, readiness=None):
        kinds = {"at_school": AT_SCHOOL, "at_client": AT_CLIENT}.get(order.place_mode, [])
        accepted = order.quotes.filter(accepted_at__isnull=False)
        kinds = kinds + ["materials"] * accepted.exclude(client_supplies="").exists()
        readiness = Readiness.objects.create(order=order)
        ReadyItem.objects.bulk_create(ReadyItem(readiness=readiness, kind=kind) for kind in kinds)


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0063_readiness")]
    operations = [migrations.RunPython(prepare, migrations.RunPython.noop)]
