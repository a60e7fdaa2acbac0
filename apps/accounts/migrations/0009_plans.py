"""How many galleries a plan holds, and when a trial ends."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_clients_return"),
    ]

    operations = [
        migrations.AddField(
            model_name="studio",
            name="quota_albums",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="studio",
            name="trial_ends_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
