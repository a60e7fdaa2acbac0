"""A queue for videos."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="queue",
            field=models.CharField(
                choices=[("images", "Images"), ("faces", "Faces"), ("video", "Video"), ("default", "Default")],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="lane",
            name="queue",
            field=models.CharField(
                choices=[("images", "Images"), ("faces", "Faces"), ("video", "Video"), ("default", "Default")],
                max_length=12,
            ),
        ),
    ]
