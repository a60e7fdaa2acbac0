"""How far those in a photo agree to be shown; what is there begins as not known."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("albums", "0007_digits_last")]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="agreement",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (0, "Someone said no"),
                    (1, "Not known"),
                    (2, "Someone has not agreed"),
                    (3, "All agree, someone only inside"),
                    (4, "Everyone agrees"),
                ],
                db_default=1,
                default=1,
                editable=False,
            ),
        ),
    ]
