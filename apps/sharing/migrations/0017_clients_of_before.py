"""Everybody whom studios have had to do with so far is a client."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.accounts.tenant_keys import open_to_owner

TABLES = ("accounts_studio", "accounts_email", "sharing_clientemail", "sharing_visitor", "sharing_studioclient")
FILL = """
    SELECT sharing_know_client(studio_id, address::text) FROM (
        SELECT studio_id, email AS address FROM sharing_visitor WHERE email > ''
        UNION
        SELECT e.studio_id, e.to FROM accounts_email e
        JOIN sharing_clientemail c ON c.studio_id = e.studio_id AND c.email_id = e.id
        WHERE e.composer = 'client' AND e.to > ''
    ) AS every
"""


def learn(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with open_to_owner(schema_editor, *TABLES), schema_editor.connection.cursor() as cursor:
        cursor.execute(FILL)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("sharing", "0016_clients"),
    ]

    operations = [migrations.RunPython(learn, migrations.RunPython.noop)]
