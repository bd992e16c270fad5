import django.db.models.deletion
import django.utils.timezone
import marketplace.models.evidence_shown
import marketplace.models.evidence_verbs
import uuid
import vet2b.lib.refs
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_record_chain_rules'),
        ('marketplace', '0077_invoices'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(default=vet2b.lib.refs.new_ref, editable=False, max_length=14, unique=True)),
                ('code', models.CharField(default=vet2b.lib.refs.new_token, editable=False, max_length=43, unique=True)),
                ('badge_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('subject_id', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('tasks', models.TextField(max_length=2000, verbose_name='tasks done')),
                ('minutes', models.PositiveIntegerField(verbose_name='hours')),
                ('minutes_reason', models.CharField(blank=True, max_length=200, verbose_name='why the hours differ')),
                ('level', models.CharField(choices=[('helped', 'With help'), ('alone', 'Independently'), ('guides', 'Guides others')], max_length=10, verbose_name='how the student works')),
                ('words', models.CharField(blank=True, max_length=400, verbose_name='assessment')),
                ('confirmed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('revoke_reason', models.CharField(blank=True, max_length=200, verbose_name='why')),
                ('confirmed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='marketplace.learner')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='marketplace.order')),
                ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'record of a learner',
                'verbose_name_plural': 'records of learners',
                'ordering': ['-confirmed_at', '-pk'],
            },
            bases=(marketplace.models.evidence_verbs.EvidenceVerbs, marketplace.models.evidence_shown.EvidenceShown, models.Model),
        ),
        migrations.CreateModel(
            name='EvidenceSkill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uri', models.URLField(max_length=120)),
                ('label', models.CharField(max_length=150)),
                ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='skills', to='marketplace.evidence')),
            ],
            options={
                'verbose_name': 'skill of a record',
                'verbose_name_plural': 'skills of a record',
                'ordering': ['label', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='IssuerKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(default=vet2b.lib.refs.new_ref, editable=False, max_length=14, unique=True)),
                ('public', models.JSONField(verbose_name='public key')),
                ('sealed', models.TextField(blank=True)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='issuer_keys', to='accounts.organisation', verbose_name='school')),
            ],
            options={
                'verbose_name': 'key of a school',
                'verbose_name_plural': 'keys of schools',
                'ordering': ['-made_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Shown',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_public', models.BooleanField(default=False)),
                ('name', models.CharField(blank=True, choices=[('', 'No name'), ('short', 'First name and initial'), ('full', 'Full name')], max_length=10, verbose_name='your name')),
                ('hours', models.BooleanField(default=False, verbose_name='hours')),
                ('skills', models.BooleanField(default=False, verbose_name='skills')),
                ('assessment', models.BooleanField(default=False, verbose_name='assessment by the trainer')),
                ('feedback', models.BooleanField(default=False, verbose_name='feedback of the client on the team')),
                ('client', models.BooleanField(default=False, verbose_name='name of the client, if it agreed')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('evidence', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='shown', to='marketplace.evidence')),
            ],
            options={
                'verbose_name': 'release of a record',
                'verbose_name_plural': 'releases of records',
            },
        ),
        migrations.CreateModel(
            name='TeamFeedback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.CharField(blank=True, max_length=200, verbose_name='in one line')),
                ('may_be_named', models.BooleanField(default=False, verbose_name="name in the students' records")),
                ('given_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='feedback', to='marketplace.order')),
            ],
            options={
                'verbose_name': 'feedback on a team',
                'verbose_name_plural': 'feedback on teams',
            },
        ),
        migrations.CreateModel(
            name='SkillMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uri', models.URLField(max_length=120)),
                ('label', models.CharField(max_length=150)),
                ('mark', models.PositiveSmallIntegerField(choices=[(1, 'not yet'), (2, 'mostly'), (3, 'as expected'), (4, 'better than expected')])),
                ('feedback', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='marks', to='marketplace.teamfeedback')),
            ],
            options={
                'verbose_name': 'mark of a skill',
                'verbose_name_plural': 'marks of skills',
                'ordering': ['label', 'pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('order', 'learner'), name='evidence_once'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['helped', 'alone', 'guides'])), name='evidence_level_known'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('tasks', ''), _negated=True)), name='evidence_says_what_was_done'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoke_reason', ''), ('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False), models.Q(('revoke_reason', ''), _negated=True)), _connector='OR'), name='evidence_revoked_by_whom_and_why'),
        ),
        migrations.AddConstraint(
            model_name='evidenceskill',
            constraint=models.UniqueConstraint(fields=('evidence', 'uri'), name='evidence_skill_once'),
        ),
        migrations.AddConstraint(
            model_name='issuerkey',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('school',), name='issuer_key_in_use'),
        ),
        migrations.AddConstraint(
            model_name='issuerkey',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('retired_at', None), models.Q(('sealed', ''), _negated=True)), models.Q(('retired_at__isnull', False), ('sealed', '')), _connector='OR'), name='issuer_key_sealed_while_used'),
        ),
        migrations.AddConstraint(
            model_name='shown',
            constraint=models.CheckConstraint(condition=models.Q(('name__in', ['', 'short', 'full'])), name='shown_name_known'),
        ),
        migrations.AddConstraint(
            model_name='shown',
            constraint=models.CheckConstraint(condition=models.Q(('is_public', True), models.Q(('assessment', False), ('client', False), ('feedback', False), ('hours', False), ('name', ''), ('skills', False)), _connector='OR'), name='shown_nothing_unless_public'),
        ),
        migrations.AddConstraint(
            model_name='skillmark',
            constraint=models.UniqueConstraint(fields=('feedback', 'uri'), name='skill_mark_once'),
        ),
        migrations.AddConstraint(
            model_name='skillmark',
            constraint=models.CheckConstraint(condition=models.Q(('mark__range', (1, 4))), name='skill_mark_known'),
        ),
    ]
