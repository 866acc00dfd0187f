# Rules for prompts, what they did, and the endpoint that is asked besides.

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('images_app', '0013_budgets'),
    ]

    operations = [
        migrations.CreateModel(
            name='CategoryThreshold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(help_text='As the endpoint calls it, such as violence/graphic.', max_length=60)),
                ('score', models.FloatField(help_text='0 to 1; 1 with a category nobody minds.', validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(1.0)])),
            ],
            options={
                'ordering': ['category'],
            },
        ),
        migrations.CreateModel(
            name='ChangedPrompt',
            fields=[
                ('generation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='changed', serialize=False, to='images_app.generation')),
                ('written', models.TextField()),
                ('because', models.CharField(help_text='Names of the rules, as they were.', max_length=400)),
            ],
        ),
        migrations.CreateModel(
            name='FlaggedPrompt',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=120)),
                ('would', models.CharField(blank=True, choices=[('block', 'Refuse the prompt'), ('flag', 'Make it, and tell the desk'), ('replace', 'Write something else instead')], default='', max_length=10)),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='ModerationEndpoint',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('model', models.CharField(default='omni-moderation-latest', max_length=100)),
                ('enabled', models.BooleanField(default=True, help_text='Every prompt is sent to it before anything is made.')),
                ('fail_open', models.BooleanField(default=True, help_text='Off: nobody can make pictures while it does not answer.', verbose_name='make pictures while it cannot be asked')),
                ('action', models.CharField(choices=[('block', 'Refuse the prompt'), ('flag', 'Make it, and tell the desk')], default='block', max_length=10)),
                ('advice', models.CharField(blank=True, default='', max_length=300, verbose_name='what to do instead')),
            ],
            options={
                'verbose_name': 'moderation endpoint',
            },
        ),
        migrations.CreateModel(
            name='PromptRule',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(help_text='Whoever it stops reads this name: say what it is about, not the words.', max_length=80)),
                ('kind', models.CharField(choices=[('word', 'A word'), ('phrase', 'A phrase'), ('expression', 'A regular expression')], default='word', max_length=10)),
                ('pattern', models.CharField(max_length=500)),
                ('action', models.CharField(choices=[('block', 'Refuse the prompt'), ('flag', 'Make it, and tell the desk'), ('replace', 'Write something else instead')], default='block', max_length=10)),
                ('replacement', models.CharField(blank=True, default='', max_length=200)),
                ('advice', models.CharField(blank=True, default='', help_text='One sentence for whoever it stops, such as: Ask the press office about people by name.', max_length=300, verbose_name='what to do instead')),
                ('active', models.BooleanField(default=False)),
                ('trial_since', models.DateTimeField(blank=True, null=True)),
                ('stamp', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='RefusedPrompt',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(max_length=120)),
                ('text', models.TextField(verbose_name='prompt')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.AddIndex(
            model_name='generation',
            index=models.Index(fields=['-created_at'], name='generation_newest'),
        ),
        migrations.AddField(
            model_name='flaggedprompt',
            name='generation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='flags', to='images_app.generation'),
        ),
        migrations.AddField(
            model_name='moderationendpoint',
            name='provider',
            field=models.ForeignKey(help_text='Its address and key are used; it need not make pictures.', on_delete=django.db.models.deletion.CASCADE, related_name='+', to='images_app.provider'),
        ),
        migrations.AddField(
            model_name='categorythreshold',
            name='endpoint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='thresholds', to='images_app.moderationendpoint'),
        ),
        migrations.AddField(
            model_name='promptrule',
            name='team',
            field=models.ForeignKey(blank=True, help_text='Empty: every team.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='images_app.team'),
        ),
        migrations.AddField(
            model_name='flaggedprompt',
            name='rule',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='images_app.promptrule'),
        ),
        migrations.AddField(
            model_name='refusedprompt',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='refusedprompt',
            name='rule',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='images_app.promptrule'),
        ),
        migrations.AddField(
            model_name='refusedprompt',
            name='team',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='images_app.team'),
        ),
        migrations.AddConstraint(
            model_name='moderationendpoint',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='one_moderation_endpoint'),
        ),
        migrations.AddConstraint(
            model_name='categorythreshold',
            constraint=models.UniqueConstraint(fields=('endpoint', 'category'), name='one_threshold_per_category'),
        ),
        migrations.AddIndex(
            model_name='promptrule',
            index=models.Index(fields=['active', 'team'], name='rule_active'),
        ),
        migrations.AddConstraint(
            model_name='promptrule',
            constraint=models.CheckConstraint(condition=models.Q(('trial_since', None), ('active', True), _connector='OR'), name='rule_tried_out_is_active'),
        ),
        migrations.AddConstraint(
            model_name='promptrule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action', 'replace'), _negated=True), models.Q(('replacement', ''), _negated=True), _connector='OR'), name='rule_replaces_by_something'),
        ),
        migrations.AddConstraint(
            model_name='flaggedprompt',
            constraint=models.UniqueConstraint(fields=('generation', 'reason'), name='one_flag_per_reason'),
        ),
        migrations.AddConstraint(
            model_name='refusedprompt',
            constraint=models.UniqueConstraint(fields=('person', 'digest'), name='one_refusal_per_press_and_prompt'),
        ),
    ]
