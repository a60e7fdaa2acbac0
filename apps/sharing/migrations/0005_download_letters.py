"""Mails of a kind of their own tell the address of the download page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0004_comment_link"),
    ]

    operations = [
        migrations.AlterField(
            model_name="letter",
            name="kind",
            field=models.CharField(
                choices=[
                    ("delivery", "Your gallery is ready"),
                    ("reminder", "The gallery closes soon"),
                    ("complete", "All photos are ready"),
                    ("received", "Your selection has arrived"),
                    ("download", "The address of the download page"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="lettertemplate",
            name="kind",
            field=models.CharField(
                choices=[
                    ("delivery", "Your gallery is ready"),
                    ("reminder", "The gallery closes soon"),
                    ("complete", "All photos are ready"),
                    ("received", "Your selection has arrived"),
                    ("download", "The address of the download page"),
                ],
                max_length=10,
            ),
        ),
    ]
