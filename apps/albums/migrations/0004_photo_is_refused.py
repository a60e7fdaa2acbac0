"""Which photos can never be shown. Those that failed before may be tried once more, and then it is known."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("albums", "0003_natural_order")]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="is_refused",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
