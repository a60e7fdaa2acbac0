"""Links may call the files that they hand out by a pattern."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sharing", "0009_visitors_without_address")]

    operations = [
        migrations.AddField(
            model_name="sharelink",
            name="file_names",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
    ]
