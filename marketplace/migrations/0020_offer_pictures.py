from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0010_order_rules")]

    operations = [
        migrations.AddField(
            model_name="offerimage",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="offerimage",
            name="size",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="offerimage",
            index=models.Index(fields=["file"], name="offer_image_file"),
        ),
        migrations.AddIndex(
            model_name="offerimage",
            index=models.Index(
                condition=models.Q(("sized_at", None)), fields=["id"], name="offer_image_to_size"
            ),
        ),
        migrations.AddIndex(
            model_name="offerdocument",
            index=models.Index(fields=["file"], name="offer_document_file"),
        ),
    ]
