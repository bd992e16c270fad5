from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0042_learners")]
    operations = [
        migrations.AddField(
            model_name='offer',
            name='handles_personal_data',
            field=models.BooleanField(default=False, verbose_name='the class works with personal data of the client'),
        ),
    ]
