from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("marketplace", "0004_search_rules"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="order", name="order_of_buyer"),
        migrations.RemoveIndex(model_name="order", name="order_of_seller"),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["buyer", "-updated_at", "-id"], name="order_of_buyer"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["seller", "-updated_at", "-id"], name="order_of_seller"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    status__in=[
                        "draft", "requested", "quoted", "countered", "accepted", "agreement_pending", "scheduled",
                        "in_progress", "delivered", "changes_requested", "completed", "closed", "declined",
                        "withdrawn", "rejected", "expired", "cancelled", "disputed",
                    ]
                ),
                name="order_status_known",
            ),
        ),
    ]  # fmt: skip
