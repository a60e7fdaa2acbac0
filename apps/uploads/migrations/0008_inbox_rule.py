"""How the folders of a watched folder become galleries and sections."""

import django.db.models.deletion
from django.db import migrations, models

import apps.accounts.tenant_keys


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0019_photographer"),
        ("uploads", "0007_concatenation"),
    ]

    operations = [
        migrations.AddField(
            model_name="inbox",
            name="rule",
            field=models.CharField(
                choices=[
                    ("first", "The first folder is the gallery"),
                    ("second", "The second folder is the gallery"),
                    ("every", "Each folder becomes its own gallery"),
                    ("one", "Everything goes to one gallery"),
                ],
                db_default="first",
                default="first",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="album",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="albums.album",
            ),
        ),
        migrations.AddConstraint(
            model_name="inbox",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "album", name="uploads_inbox_album_same_studio", on_delete="set null"
            ),
        ),
    ]
