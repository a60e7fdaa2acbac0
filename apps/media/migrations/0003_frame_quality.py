"""Renditions that were compared with others know how sharp and how well exposed they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("media", "0002_blob_alarm"),
    ]

    operations = [
        migrations.AddField(
            model_name="rendition",
            name="exposure",
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name="rendition",
            name="sharpness",
            field=models.FloatField(null=True),
        ),
    ]
