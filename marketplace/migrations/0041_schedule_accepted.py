from django.db import migrations


def schedule(apps, schema_editor):
    """Nothing asked for an agreement or a release before, so no accepted order waits for one."""
    apps.get_model("marketplace", "Order").objects.filter(status="accepted").update(status="scheduled")


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0040_order_price_once_agreed")]

    operations = [migrations.RunPython(schedule, migrations.RunPython.noop)]
