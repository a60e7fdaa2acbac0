"""The day for which the client expects the photos."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0020_alt_text"),
    ]

    operations = [
        migrations.AddField(
            model_name="album",
            name="promised_on",
            field=models.DateField(blank=True, null=True),
        ),
    ]
