"""Emails that wait for a moment learn the day and the hour that it was in their studio's zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.accounts.tenant_keys import open_to_owner

TABLES = ("accounts_studio", "accounts_email", "sharing_clientemail")


def learn(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with open_to_owner(schema_editor, *TABLES), schema_editor.connection.cursor() as cursor:
        # One that goes out at once is due when it is written.
        cursor.execute(
            """select c.id, c.studio_id, e.due_at, s.time_zone
               from sharing_clientemail c join accounts_email e on e.studio_id = c.studio_id and e.id = c.email_id
               join accounts_studio s on s.id = c.studio_id
               where e.state = 'waiting' and e.attempts = 0 and c.kind in ('delivery', 'complete')
                 and e.due_at > c.created_at + interval '1 minute'"""
        )
        for pk, studio_id, due_at, zone in cursor.fetchall():
            local = due_at.astimezone(ZoneInfo(zone))
            cursor.execute(
                "update sharing_clientemail set due_on = %s, due_time = %s where studio_id = %s and id = %s",
                [local.date(), local.time(), studio_id, pk],
            )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("sharing", "0002_when_emails_are_planned"),
    ]

    operations = [migrations.RunPython(learn, migrations.RunPython.noop)]
