"""A comment knows by which link its thread was begun, so that other links' guests do not read it."""

import django.db.models.deletion
from django.db import migrations

import apps.accounts.tenant_keys


class Migration(migrations.Migration):
    dependencies = [("sharing", "0003_letters_on_their_way")]

    operations = [
        migrations.AddField(
            model_name="comment",
            name="link",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="comments",
                to="sharing.sharelink",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "link", name="sharing_comment_link_same_studio", on_delete="set null"
            ),
        ),
    ]
