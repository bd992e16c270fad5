from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0086_evidence_stays")]

    operations = [
        migrations.AlterField(
            model_name='orderfile',
            name='purpose',
            field=models.CharField(choices=[('brief', 'with the request'), ('message', 'with a message'), ('delivery', 'delivered'), ('statement', 'with a statement in a dispute')], max_length=10),
        ),
    ]
