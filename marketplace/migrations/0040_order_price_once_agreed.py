from django.db import migrations, models
from django.db.models import Q

STATUSES = [
    "accepted", "agreement_pending", "scheduled", "in_progress", "delivered", "changes_requested", "completed", "closed",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0031_breaks")]

    operations = [
        migrations.RemoveConstraint("order", "order_accepted_has_price"),
        migrations.AddConstraint(
            "order",
            models.CheckConstraint(condition=~Q(status__in=STATUSES, net=None), name="order_accepted_has_price"),
        ),
    ]
