"""Whether a link's guests see where photos were taken."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sharing", "0018_nudge")]

    operations = [
        migrations.AddField(
            model_name="sharelink",
            name="may_see_places",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
