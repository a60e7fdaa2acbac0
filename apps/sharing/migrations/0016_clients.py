"""Clients of a studio: a row for each email address, kept by triggers on visitors and emails.

One function writes the row anew from what there is, whatever happened; two transactions about the same address wait for
each other by a lock on its name, so that neither misses what the other did.
"""

import django.db.models.deletion
import django.db.models.manager
import django.utils.timezone
from django.db import migrations, models

import apps.web.ids
from apps.accounts.tenant_keys import ProtectByStudio

KNOW = """
CREATE FUNCTION sharing_know_client(whose uuid, address text) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    seen record;
    sent record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(whose::text || address, 12));
    SELECT (array_agg(name ORDER BY seen_at DESC, id DESC))[1] AS name, min(created_at) AS first, max(seen_at) AS last
        INTO seen FROM sharing_visitor WHERE studio_id = whose AND email = address AND email > '';
    SELECT min(c.created_at) AS first, max(c.created_at) AS last
        INTO sent FROM accounts_email e
        JOIN sharing_clientemail c ON c.studio_id = e.studio_id AND c.email_id = e.id
        WHERE e.studio_id = whose AND e.to = address AND e.composer = 'client';
    IF (seen.first IS NULL AND sent.first IS NULL)
        OR NOT EXISTS (SELECT FROM accounts_studio s WHERE s.id = whose) THEN
        DELETE FROM sharing_studioclient WHERE studio_id = whose AND email = address;
        RETURN;
    END IF;
    INSERT INTO sharing_studioclient
        (id, studio_id, email, name, seen_at, active_at, created_at, version, code_hash)
    VALUES (
        gen_random_uuid(), whose, address, coalesce(seen.name, ''), seen.last,
        greatest(seen.last, sent.last), least(seen.first, sent.first), 1, ''
    )
    ON CONFLICT (studio_id, email) DO UPDATE SET
        name = excluded.name, seen_at = excluded.seen_at, active_at = excluded.active_at,
        created_at = excluded.created_at
    WHERE (sharing_studioclient.name, sharing_studioclient.seen_at, sharing_studioclient.active_at,
           sharing_studioclient.created_at)
        IS DISTINCT FROM (excluded.name, excluded.seen_at, excluded.active_at, excluded.created_at);
END
$body$;
"""
# Always in the same order, so that two transactions with several addresses do not lock each other out.
_TRIGGER = """
CREATE FUNCTION {table}_client_{event}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM sharing_know_client(every.studio_id, every.address::text)
    FROM (SELECT DISTINCT studio_id, address FROM ({rows}) AS found WHERE address > '' ORDER BY 1, 2) AS every;
    RETURN NULL;
END
$body$;
CREATE TRIGGER {table}_client_{event} AFTER {event} ON {table} REFERENCING {tables}
FOR EACH STATEMENT EXECUTE FUNCTION {table}_client_{event}();
"""
# Each row that goes is asked for by itself: what goes by a cascade goes as the tables' owner, who sees no rows. Clients
# that are left over by one are forgotten later (see `clients.directory.forget_lost`).
_GONE = """
CREATE FUNCTION {table}_client_delete() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM sharing_know_client(every.studio_id, every.address::text) FROM ({rows}) AS every;
    RETURN NULL;
END
$body$;
CREATE TRIGGER {table}_client_delete AFTER DELETE ON {table}
FOR EACH ROW {condition} EXECUTE FUNCTION {table}_client_delete();
"""
_TABLES = {"insert": "NEW TABLE AS fresh", "update": "OLD TABLE AS stale NEW TABLE AS fresh"}
_MET = "SELECT {0}.studio_id, {0}.email AS address FROM "
_DIFFER = "(stale.email, stale.name, stale.seen_at) IS DISTINCT FROM (fresh.email, fresh.name, fresh.seen_at)"
_BOTH = f"stale JOIN fresh USING (id) WHERE {_DIFFER}"
_TOLD = "accounts_email e ON e.studio_id = c.studio_id AND e.id = c.email_id"
#: Which addresses an event is about.
EVENTS = {
    ("sharing_visitor", "insert"): _MET.format("fresh") + "fresh",
    ("sharing_visitor", "update"): f"{_MET.format('stale')}{_BOTH} UNION ALL {_MET.format('fresh')}{_BOTH}",
    ("sharing_clientemail", "insert"): f"SELECT c.studio_id, e.to AS address FROM fresh c JOIN {_TOLD}",
}
#: The same of a row that goes, and which rows matter. Where an email went to, it knows alone, so its end counts too.
GONE = {
    "sharing_visitor": ("SELECT OLD.studio_id, OLD.email AS address", "WHEN (OLD.email > '')"),
    "sharing_clientemail": (
        "SELECT e.studio_id, e.to AS address FROM accounts_email e"
        " WHERE e.studio_id = OLD.studio_id AND e.id = OLD.email_id",
        "",
    ),
    "accounts_email": ('SELECT OLD.studio_id, OLD."to" AS address', "WHEN (OLD.composer = 'client')"),
}
TRIGGERS = "".join(
    [
        *(
            _TRIGGER.format(table=table, event=event, rows=rows, tables=_TABLES[event])
            for (table, event), rows in EVENTS.items()
        ),
        *(_GONE.format(table=table, rows=rows, condition=condition) for table, (rows, condition) in GONE.items()),
    ]
)
DROP = "".join(
    f"DROP TRIGGER {table}_client_{event} ON {table}; DROP FUNCTION {table}_client_{event}();"
    for table, event in [*EVENTS, *((table, "delete") for table in GONE)]
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_clients_return"),
        ("sharing", "0015_search_of_guests"),
    ]

    operations = [
        migrations.CreateModel(
            name="StudioClient",
            fields=[
                ("id", models.UUIDField(default=apps.web.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("code_hash", models.CharField(blank=True, editable=False, max_length=128)),
                ("code_expires_at", models.DateTimeField(editable=False, null=True)),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(blank=True, db_default="", max_length=120)),
                ("seen_at", models.DateTimeField(editable=False, null=True)),
                ("active_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "guarded",
                "default_manager_name": "objects",
            },
            managers=[
                ("guarded", django.db.models.manager.Manager()),
                ("objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddIndex(
            model_name="visitor",
            index=models.Index(
                condition=models.Q(("email__gt", "")), fields=["studio", "email"], name="sharing_visitor_person"
            ),
        ),
        migrations.AddField(
            model_name="studioclient",
            name="studio",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="%(class)ss",
                to="accounts.studio",
            ),
        ),
        migrations.AddIndex(
            model_name="studioclient",
            index=models.Index(fields=["studio", "-active_at", "-id"], name="sharing_studioclient_latest"),
        ),
        migrations.AddConstraint(
            model_name="studioclient",
            constraint=models.UniqueConstraint(fields=("studio", "id"), name="sharing_studioclient_studio_id"),
        ),
        migrations.AddConstraint(
            model_name="studioclient",
            constraint=models.UniqueConstraint(fields=("studio", "email"), name="sharing_studioclient_email"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("visitor__isnull", False)),
                fields=["studio", "visitor", "kind"],
                name="sharing_activity_visitor",
            ),
        ),
        migrations.RunSQL(KNOW, "DROP FUNCTION sharing_know_client(uuid, text)"),
        ProtectByStudio("StudioClient"),
        migrations.RunSQL(TRIGGERS, DROP),
    ]
