"""A photo knows through which links it was downloaded; nothing in the database changes."""

import django.db.models.deletion
from django.db import migrations

import apps.accounts.tenant_keys


class Migration(migrations.Migration):
    dependencies = [
        ("albums", "0025_stacks_by_id"),
        ("sharing", "0019_right_to_places"),
    ]

    operations = [
        migrations.AlterField(
            model_name="takenphoto",
            name="photo",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="taken",
                to="albums.photo",
            ),
        ),
    ]
