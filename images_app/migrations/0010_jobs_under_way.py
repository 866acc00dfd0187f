from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("images_app", "0009_people_who_left"),
    ]

    operations = [
        # Few rows are in it: made in the time it takes to read the table once.
        migrations.AddIndex(
            model_name="imagejob",
            index=models.Index(
                condition=models.Q(("state__in", ["claimed", "queued", "received", "sent"])),
                fields=["team", "person", "created_at"],
                name="job_under_way",
            ),
        ),
    ]
