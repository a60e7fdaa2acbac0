"""Who is whose mother, partner or friend."""

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import apps.accounts.tenant_keys
import apps.web.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_what_tasks_count"),
        ("faces", "0003_agreement_of_before"),
    ]

    operations = [
        migrations.CreateModel(
            name="Relationship",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mother", "Mother"),
                            ("father", "Father"),
                            ("parent", "Parent"),
                            ("grandparent", "Grandparent"),
                            ("partner", "Partner"),
                            ("sibling", "Brother or sister"),
                            ("friend", "Friend"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "other",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="faces.person",
                    ),
                ),
                (
                    "person",
                    apps.accounts.tenant_keys.TenantKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="faces.person",
                    ),
                ),
                (
                    "studio",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(class)ss",
                        to="accounts.studio",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["studio", "other"], name="faces_relationship_other")],
                "constraints": [
                    models.UniqueConstraint(fields=("studio", "id"), name="faces_relationship_studio_id"),
                    apps.accounts.tenant_keys.SameStudio(
                        "person", name="faces_relationship_person_same_studio", on_delete="cascade"
                    ),
                    apps.accounts.tenant_keys.SameStudio(
                        "other", name="faces_relationship_other_same_studio", on_delete="cascade"
                    ),
                    models.UniqueConstraint(
                        fields=("studio", "person", "other", "kind"), name="faces_relationship_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person", models.F("other")), _negated=True), name="faces_relationship_two"
                    ),
                ],
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        apps.accounts.tenant_keys.ProtectByStudio("Relationship"),
    ]
