from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0027_calendar_feeds")]

    operations = [
        migrations.AlterField(
            model_name="offersearch",
            name="next_start",
            field=models.DateField(
                help_text="Of the next window or time with a free place.", null=True
            ),
        ),
    ]
