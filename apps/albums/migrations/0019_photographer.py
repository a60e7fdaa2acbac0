"""Who took a photo."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0018_approved_photo"),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="photographer",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
    ]
