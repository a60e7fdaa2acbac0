"""A brand may have a host, too. By itself: its key asks for one that stands at the end of the migration before."""

import django.db.models.deletion
from django.db import migrations, models

import apps.accounts.tenant_keys


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_brands"),
    ]

    operations = [
        migrations.AddField(
            model_name="domain",
            name="brand",
            field=apps.accounts.tenant_keys.TenantKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="domains",
                to="accounts.brand",
            ),
        ),
        migrations.AddConstraint(
            model_name="domain",
            constraint=apps.accounts.tenant_keys.SameStudio(
                "brand", name="accounts_domain_brand_same_studio", on_delete="cascade"
            ),
        ),
        migrations.RemoveConstraint(
            model_name="domain",
            name="accounts_domain_one",
        ),
        migrations.AddConstraint(
            model_name="domain",
            constraint=models.UniqueConstraint(
                fields=("studio", "brand"), name="accounts_domain_one", nulls_distinct=False
            ),
        ),
    ]
