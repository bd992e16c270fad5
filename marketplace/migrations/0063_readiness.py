import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_powers_of_owners'),
        ('marketplace', '0062_supervision_and_insurance'),
    ]

    operations = [
        migrations.CreateModel(
            name='Readiness',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('trainer_count', models.PositiveSmallIntegerField(default=1, verbose_name='trainers present')),
                ('contact_name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('contact_phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('ready_at', models.DateTimeField(blank=True, null=True)),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='readiness', to='marketplace.order')),
            ],
            options={
                'verbose_name': 'readiness',
                'verbose_name_plural': 'readiness of orders',
            },
        ),
        migrations.CreateModel(
            name='ReadyItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('insurance', 'Insurance of the school'), ('client_insurance', "Insurance of the client's place"), ('safety', 'Safety sheet'), ('materials', 'Materials from the client'), ('contact', 'Contact on the day'), ('consent', 'Consent of guardians'), ('supervision', 'Supervision')], max_length=20)),
                ('state', models.CharField(choices=[('missing', 'Missing'), ('confirmed', 'In place'), ('not_needed', 'Not needed')], default='missing', max_length=12)),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('readiness', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='marketplace.readiness')),
            ],
            options={
                'verbose_name': 'item of readiness',
                'verbose_name_plural': 'items of readiness',
            },
        ),
        migrations.AddConstraint(
            model_name='readiness',
            constraint=models.CheckConstraint(condition=models.Q(('trainer_count__gte', 1)), name='readiness_has_a_trainer'),
        ),
        migrations.AddConstraint(
            model_name='readyitem',
            constraint=models.UniqueConstraint(fields=('readiness', 'kind'), name='ready_item_once'),
        ),
        migrations.AddConstraint(
            model_name='readyitem',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['insurance', 'client_insurance', 'safety', 'materials', 'contact', 'consent', 'supervision'])), name='ready_item_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='readyitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by', None), ('reason', ''), ('state', 'missing')), models.Q(('confirmed_by__isnull', False), ('reason', ''), ('state', 'confirmed')), models.Q(('confirmed_by__isnull', False), ('state', 'not_needed'), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='ready_item_state_known'),
        ),
    ]
