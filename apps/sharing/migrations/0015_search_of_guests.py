"""Whether a link's guests may search its photos."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sharing", "0014_personal_changes")]

    operations = [
        migrations.AddField(
            model_name="sharelink",
            name="may_search",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
