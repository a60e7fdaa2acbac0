"""Guests add photos through links."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0011_selfies"),
    ]

    operations = [
        migrations.AddField(
            model_name="sharelink",
            name="upload",
            field=models.CharField(
                choices=[("off", "No"), ("on", "Guests add photos"), ("drop", "Guests only add photos and see none")],
                db_default="off",
                default="off",
                max_length=4,
            ),
        ),
        migrations.AddField(
            model_name="sharelink",
            name="uploads_wait",
            field=models.BooleanField(db_default=True, default=True),
        ),
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
                    ("uploaded", "Added a photo"),
                    ("asked_more", "Asked for more favourites"),
                ],
                max_length=12,
            ),
        ),
    ]
