"""How long a video lasts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0008_agreement"),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="duration_ms",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
    ]
