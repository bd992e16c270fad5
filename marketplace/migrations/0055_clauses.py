import django.utils.timezone
import django_countries.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marketplace', '0053_agreements_stay'),
    ]

    operations = [
        migrations.CreateModel(
            name='Clause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(choices=[('aims', 'Aims'), ('time', 'Time'), ('modes', 'Way of working'), ('ip', 'Intellectual property and reuse'), ('photos', 'Photos'), ('insurance', 'Insurance'), ('materials', 'Materials'), ('supervision', 'Supervision'), ('data_protection', 'Data protection'), ('cancellation', 'Cancellation')], max_length=20, verbose_name='clause')),
                ('country', django_countries.fields.CountryField(blank=True, help_text='Empty: for all countries without a text of their own.', max_length=2, verbose_name='country')),
                ('language', models.CharField(choices=[('en', 'English'), ('it', 'Italian'), ('lv', 'Latvian'), ('lt', 'Lithuanian'), ('pl', 'Polish'), ('pt', 'Portuguese')], max_length=8, verbose_name='language')),
                ('version', models.PositiveSmallIntegerField(default=1, editable=False, verbose_name='version')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('text', models.TextField(help_text='An empty line begins a new paragraph.', verbose_name='text')),
                ('is_checked', models.BooleanField(default=False, help_text='Only where a lawyer of that country has read this text.', verbose_name='checked by a lawyer')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='written on')),
            ],
            options={
                'verbose_name': 'clause',
                'verbose_name_plural': 'clauses of agreements',
                'ordering': ['key', 'country', 'language', '-version'],
                'constraints': [models.UniqueConstraint(fields=('key', 'country', 'language', 'version'), name='clause_version_once'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='clause_version_from_one'), models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('text', ''), _negated=True)), name='clause_has_words')],
            },
        ),
    ]
