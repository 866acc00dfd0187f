from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("images_app", "0010_jobs_under_way"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="generation",
            index=models.Index(
                condition=models.Q(("parent_image__isnull", False)),
                fields=["parent_image"],
                name="generation_remixes",
            ),
        ),
    ]
