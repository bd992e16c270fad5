from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0020_offer_pictures")]

    operations = [
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("price_to", None), ("price_to__gt", models.F("price")), _connector="OR"
                ),
                name="offer_prices_ordered",
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(("vat_rate", None), ("vat_exemption", ""), _connector="OR"),
                name="offer_vat_or_exempt",
            ),
        ),
    ]
