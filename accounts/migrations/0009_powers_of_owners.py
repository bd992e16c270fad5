from django.db import migrations


def give_powers(apps, schema_editor):
    """Owners could do everything before; schools' owners also decide on releases from class."""
    owners = apps.get_model("accounts", "Membership").objects.filter(role="owner")
    owners.update(is_signatory=True)
    owners.filter(organisation__kind="school").update(is_coordinator=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_powers")]

    operations = [migrations.RunPython(give_powers, migrations.RunPython.noop)]
