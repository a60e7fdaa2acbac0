"""Words of choices as people read them; the tables stay as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0005_plan_holder"),
    ]

    operations = [
        migrations.AlterField(
            model_name="activity",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opened", "Opened the gallery"),
                    ("unlocked", "Entered the password"),
                    ("failed", "Entered a wrong password"),
                    ("favourite", "Added a favourite"),
                    ("unfavourite", "Removed a favourite"),
                    ("marked", "Rated a photo"),
                    ("commented", "Commented"),
                    ("sent", "Sent a selection"),
                    ("reopened", "Reopened a selection"),
                    ("hid", "Hid a photo from guests"),
                    ("showed", "Showed a photo to guests again"),
                    ("downloaded", "Downloaded"),
                    ("asked_time", "Asked for more time"),
                    ("asked_more", "Asked for more favourites"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="clientemail",
            name="kind",
            field=models.CharField(
                choices=[
                    ("delivery", "Your gallery is ready"),
                    ("reminder", "The gallery closes soon"),
                    ("complete", "The gallery is complete"),
                    ("received", "Selection received"),
                    ("download", "Link to the download page"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="emailtemplate",
            name="kind",
            field=models.CharField(
                choices=[
                    ("delivery", "Your gallery is ready"),
                    ("reminder", "The gallery closes soon"),
                    ("complete", "The gallery is complete"),
                    ("received", "Selection received"),
                    ("download", "Link to the download page"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="sharelink",
            name="metadata",
            field=models.CharField(
                choices=[
                    ("all", "Keep everything"),
                    ("copyright", "Copyright only, no location or serial numbers"),
                    ("none", "Nothing"),
                ],
                default="all",
                max_length=10,
            ),
        ),
    ]
