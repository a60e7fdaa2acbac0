"""What a photo shows, in words for guests who cannot see it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0019_photographer"),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="alt_text",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
    ]
