import datetime
import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import images_app.lib.fields
from django.conf import settings
from django.db import migrations, models

# Of the prices that were here before prices had a beginning.
ALWAYS = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


class Migration(migrations.Migration):

    dependencies = [
        ('images_app', '0014_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='Trial',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('model_name', models.CharField(blank=True, default='', max_length=100)),
                ('submission', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('kind', models.CharField(choices=[('picture', 'Makes a picture'), ('key', 'Tries a key')], max_length=10)),
                ('which_key', models.CharField(choices=[('current', 'The key in use'), ('spare', 'The spare key')], default='current', max_length=10)),
                ('size', models.CharField(blank=True, default='', max_length=40)),
                ('quality', models.CharField(blank=True, default='', max_length=40)),
                ('price_usd', models.DecimalField(decimal_places=4, max_digits=10, null=True)),
                ('state', models.CharField(choices=[('asked', 'Waiting'), ('reaching', 'Reaching the endpoint'), ('sent', 'Generating'), ('received', 'Saving'), ('done', 'Passed'), ('failed', 'Failed'), ('unknown', 'Unknown')], default='asked', max_length=10)),
                ('cost', models.CharField(choices=[('none', 'Nothing'), ('paid', 'Charged'), ('maybe', 'May be charged')], default='none', max_length=10)),
                ('steps', models.JSONField(default=list)),
                ('token', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('sent_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('original_key', models.CharField(blank=True, default='', max_length=200)),
                ('preview_key', models.CharField(blank=True, default='', max_length=200)),
            ],
            options={
                'ordering': ['-asked_at'],
            },
        ),
        migrations.AlterModelOptions(
            name='modelprice',
            options={'ordering': ['size', 'quality', '-valid_from']},
        ),
        migrations.RemoveConstraint(
            model_name='modelprice',
            name='one_price_per_setting',
        ),
        migrations.AddField(
            model_name='modelprice',
            name='valid_from',
            field=models.DateTimeField(default=ALWAYS),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='modelprice',
            name='valid_from',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='provider',
            name='spare_key',
            field=images_app.lib.fields.SealedTextField(blank=True, default=''),
        ),
        migrations.AddField(
            model_name='provider',
            name='spare_key_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='provider',
            name='spare_key_note',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        migrations.AlterField(
            model_name='modelprice',
            name='usd',
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=10, null=True, validators=[django.core.validators.MinValueValidator(0)]),
        ),
        migrations.AddConstraint(
            model_name='modelprice',
            constraint=models.UniqueConstraint(fields=('model', 'size', 'quality', 'valid_from'), name='one_price_per_setting_and_moment'),
        ),
        migrations.AddField(
            model_name='trial',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='trial',
            name='model',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='images_app.imagemodel'),
        ),
        migrations.AddField(
            model_name='trial',
            name='provider',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trials', to='images_app.provider'),
        ),
        migrations.AddIndex(
            model_name='trial',
            index=models.Index(fields=['provider', '-asked_at'], name='trials_of_provider'),
        ),
    ]
