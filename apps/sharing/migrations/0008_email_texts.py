"""Emails of a gallery may have a text that is neither the studio's nor ours."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sharing", "0007_people")]

    operations = [
        migrations.AddField(
            model_name="shown",
            name="email_texts",
            field=models.JSONField(db_default={}, default=dict),
        ),
    ]
