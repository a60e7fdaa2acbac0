"""What members send in one go has a receipt."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_closing_studios"),
        ("albums", "0012_collected_photo"),
        ("sharing", "0012_uploads_of_guests"),
        ("uploads", "0004_from_guests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="receivedfile",
            name="receipt",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="receivedfile",
            name="user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="receivedfile",
            name="state",
            field=models.CharField(
                choices=[
                    ("stored", "Stored"),
                    ("duplicate", "Already there"),
                    ("replaced", "Replaced a photo"),
                    ("refused", "Refused"),
                    ("skipped", "Skipped"),
                ],
                max_length=9,
            ),
        ),
        migrations.AddIndex(
            model_name="receivedfile",
            index=models.Index(
                condition=models.Q(("receipt__isnull", False)),
                fields=["studio", "album", "receipt", "id"],
                name="uploads_receivedfile_receipt",
            ),
        ),
    ]
