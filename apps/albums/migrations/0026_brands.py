"""A gallery may wear one of its studio's brands."""

import django.db.models.deletion
from django.db import migrations

import apps.accounts.tenant_keys


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_brands"),
        ("albums", "0025_stacks_by_id"),
    ]

    operations = [
        migrations.AddField(
            model_name="album",
            name="brand",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="albums",
                to="accounts.brand",
            ),
        ),
        migrations.AddConstraint(
            model_name="album",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "brand", name="albums_album_brand_same_studio", on_delete="set null"
            ),
        ),
    ]
