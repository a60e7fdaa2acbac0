"""Whether clients of a studio find all their galleries again; emails to one person, whatever the gallery."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_passkeys"),
    ]

    operations = [
        migrations.AddField(
            model_name="studio",
            name="clients_return",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name="email",
            index=models.Index(
                condition=models.Q(("composer", "client")), fields=["studio", "to"], name="accounts_email_client"
            ),
        ),
    ]
