from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('marketplace', '0064_readiness_of_agreed_orders')]

    operations = [
        migrations.AddField(
            model_name='offer',
            name='frees_from_class',
            field=models.BooleanField(default=False, verbose_name='students miss lessons for this'),
        ),
    ]
