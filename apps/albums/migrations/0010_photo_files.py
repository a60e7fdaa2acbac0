"""A photo knows all its files, when the one that it shows came, and what lies beside it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0009_video_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="beside",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=4),
        ),
        migrations.AddField(
            model_name="photo",
            name="retouched_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="version",
            name="look",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="version",
            name="name",
            field=models.CharField(blank=True, editable=False, max_length=255),
        ),
        migrations.AddField(
            model_name="version",
            name="uploaded_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
    ]
