"""When a person approved a photo's record."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0017_personal_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="approved_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
