"""Words of choices as people read them; the tables stay as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0004_photo_is_refused"),
    ]

    operations = [
        migrations.AlterField(
            model_name="album",
            name="ordering",
            field=models.CharField(
                choices=[("manual", "Manual"), ("time", "Date taken"), ("name", "File name")],
                default="time",
                max_length=8,
            ),
        ),
    ]
