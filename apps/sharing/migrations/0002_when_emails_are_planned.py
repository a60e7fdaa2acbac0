"""The day and the hour for which an email is planned, beside the moment that follows from them and the studio's zone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="clientemail",
            name="due_on",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="clientemail",
            name="due_time",
            field=models.TimeField(editable=False, null=True),
        ),
    ]
