"""Tasks that count something else than photos, and those that nobody may stop."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_galleries_of_members"),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="may_stop",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="task",
            name="noun",
            field=models.CharField(db_default="photo", default="photo", max_length=20),
        ),
    ]
