"""Links show collections too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0015_album_kind"),
        ("sharing", "0012_uploads_of_guests"),
    ]

    operations = [
        migrations.AlterField(
            model_name="shown",
            name="kind",
            field=models.CharField(
                choices=[("album", "Gallery"), ("collection", "Collection")], default="album", max_length=10
            ),
        ),
        migrations.AddConstraint(
            model_name="shown",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "collection"), _negated=True),
                    models.Q(("album__isnull", False), ("album_id", models.F("id"))),
                    _connector="OR",
                ),
                name="sharing_shown_collection",
            ),
        ),
    ]
