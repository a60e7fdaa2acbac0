"""A kind of email more: a friendly reminder."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0017_clients_of_before"),
    ]

    operations = [
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
                    ("nudge", "Friendly reminder"),
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
                    ("nudge", "Friendly reminder"),
                ],
                max_length=10,
            ),
        ),
    ]
