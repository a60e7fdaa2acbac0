"""Triggers of rows that a foreign key takes along see the studio in which that happens."""

from django.db import migrations

# Since PostgreSQL 18 an `AFTER` trigger runs as the role that queued it, which for a foreign key's own deletes and
# updates is the owner of the tables. No policy let the owner see a row, so indexes and counts were left as they were.
_POLICIES = """
do $body$
declare one record;
begin
    for one in select tablename from pg_policies where schemaname = 'public' and policyname = 'own_studio' loop
        execute format('alter policy own_studio on %I to {roles}', one.tablename);
    end loop;
end
$body$
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_agreements")]

    operations = [
        migrations.RunSQL(_POLICIES.format(roles="glassine_app, current_user"), _POLICIES.format(roles="glassine_app")),
    ]
