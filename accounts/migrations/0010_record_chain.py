import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_powers_of_owners'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.AddField(
            model_name='activity',
            name='digest',
            field=models.CharField(default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='activity',
            name='place',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.CreateModel(
            name='RecordHead',
            fields=[
                ('pk', models.CompositePrimaryKey('subject_type_id', 'subject_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('subject_id', models.BigIntegerField()),
                ('rows', models.PositiveIntegerField(default=0)),
                ('digest', models.CharField(max_length=64)),
                ('subject_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
            ],
        ),
    ]
