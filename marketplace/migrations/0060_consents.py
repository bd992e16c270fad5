import django.db.models.deletion
import django.utils.timezone
import marketplace.models.consents
import vet2b.lib.refs
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_powers_of_owners'),
        ('marketplace', '0065_team_members'),
    ]

    operations = [
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('work', "Work at a client's place"), ('photo', 'Photos of the student at work'), ('name', 'First name beside the work, for the client'), ('credit', 'First name beside the work, in public')], max_length=10, verbose_name='consent to')),
                ('language', models.CharField(choices=[('en', 'English'), ('it', 'Italian'), ('lv', 'Latvian'), ('lt', 'Lithuanian'), ('pl', 'Polish'), ('pt', 'Portuguese')], max_length=8, verbose_name='language')),
                ('text', models.TextField(verbose_name='text')),
                ('giver', models.CharField(choices=[('guardian', 'parent or guardian'), ('learner', 'the student')], max_length=10, verbose_name='given by')),
                ('giver_name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('relation', models.CharField(blank=True, help_text='For example mother, father, legal guardian.', max_length=60, verbose_name='relation')),
                ('ref', models.CharField(default=vet2b.lib.refs.new_ref, editable=False, max_length=14, unique=True)),
                ('text_hash', models.CharField(max_length=64)),
                ('how', models.CharField(choices=[('link', 'by a mailed link'), ('paper', 'on paper')], max_length=10)),
                ('given_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_on', models.DateField(verbose_name='valid until')),
                ('file', models.FileField(blank=True, upload_to=marketplace.models.consents.paper_path, verbose_name='scan of the paper')),
                ('name', models.CharField(blank=True, max_length=150)),
                ('content_type', models.CharField(blank=True, max_length=40)),
                ('token_hash', models.CharField(blank=True, help_text='Of the link to withdraw.', max_length=64)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='marketplace.learner')),
                ('recorded_by', models.ForeignKey(help_text='Who asked, or had the paper.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(blank=True, help_text='Empty: by the link.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'consent',
                'verbose_name_plural': 'consents',
                'ordering': ['-given_at', '-pk'],
                'default_related_name': 'consents',
            },
        ),
        migrations.CreateModel(
            name='ConsentRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('work', "Work at a client's place"), ('photo', 'Photos of the student at work'), ('name', 'First name beside the work, for the client'), ('credit', 'First name beside the work, in public')], max_length=10, verbose_name='consent to')),
                ('language', models.CharField(choices=[('en', 'English'), ('it', 'Italian'), ('lv', 'Latvian'), ('lt', 'Lithuanian'), ('pl', 'Polish'), ('pt', 'Portuguese')], max_length=8, verbose_name='language')),
                ('text', models.TextField(verbose_name='text')),
                ('giver', models.CharField(choices=[('guardian', 'parent or guardian'), ('learner', 'the student')], max_length=10, verbose_name='given by')),
                ('giver_name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('relation', models.CharField(blank=True, help_text='For example mother, father, legal guardian.', max_length=60, verbose_name='relation')),
                ('ref', models.CharField(default=vet2b.lib.refs.new_ref, editable=False, max_length=14, unique=True)),
                ('status', models.CharField(choices=[('asked', 'Asked'), ('given', 'Given'), ('refused', 'Refused'), ('lapsed', 'No answer'), ('taken_back', 'No longer asked')], default='asked', max_length=12, verbose_name='status')),
                ('email', models.EmailField(blank=True, help_text='As long as it is needed.', max_length=254, verbose_name='e-mail')),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('expires_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('consent', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='request', to='marketplace.consent')),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='marketplace.learner')),
            ],
            options={
                'verbose_name': 'question for consent',
                'verbose_name_plural': 'questions for consent',
                'ordering': ['-created_at', '-pk'],
                'default_related_name': 'consent_requests',
            },
        ),
        migrations.AddIndex(
            model_name='consent',
            index=models.Index(fields=['learner', 'kind'], name='consent_of_learner'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['work', 'photo', 'name', 'credit'])), name='consent_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('giver', 'guardian'), models.Q(('giver_name', ''), _negated=True)), ('giver', 'learner'), _connector='OR'), name='consent_giver_known'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('how', 'paper'), ('token_hash', '')), models.Q(('file', ''), ('how', 'link'), models.Q(('token_hash', ''), _negated=True)), _connector='OR'), name='consent_how_known'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', False), ('withdrawn_by', None), _connector='OR'), name='consent_withdrawn_when_by'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.UniqueConstraint(condition=models.Q(('token_hash', ''), _negated=True), fields=('token_hash',), name='consent_link_once'),
        ),
        migrations.AddConstraint(
            model_name='consentrequest',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['asked', 'given', 'refused', 'lapsed', 'taken_back'])), name='consent_request_status_known'),
        ),
        migrations.AddConstraint(
            model_name='consentrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'asked'), models.Q(('email', ''), _negated=True)), models.Q(models.Q(('status', 'asked'), _negated=True), ('email', '')), _connector='OR'), name='consent_request_keeps_no_address'),
        ),
        migrations.AddConstraint(
            model_name='consentrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('consent__isnull', False), ('status', 'given')), models.Q(models.Q(('status', 'given'), _negated=True), ('consent', None)), _connector='OR'), name='consent_request_given_has_consent'),
        ),
        migrations.AddConstraint(
            model_name='consentrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'asked')), fields=('learner', 'kind'), name='consent_request_open_once'),
        ),
    ]
