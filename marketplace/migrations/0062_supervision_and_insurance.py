from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marketplace', '0061_consents_stay'),
    ]

    operations = [
        migrations.AddField(
            model_name='offer',
            name='insured_until',
            field=models.DateField(blank=True, help_text='Until when your insurance covers this work. Orders up to this day need no further answer.', null=True, verbose_name='insured until'),
        ),
        migrations.AddField(
            model_name='offer',
            name='learners_per_trainer',
            field=models.PositiveSmallIntegerField(default=12, help_text='At most so many students to one trainer during the work.', verbose_name='students a trainer'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('learners_per_trainer__gte', 1)), name='offer_trainers_supervise'),
        ),
    ]
