"""The planner hears of new rows of the large tables while they are still few."""

from django.db import migrations

# PostgreSQL looks at a table anew when a tenth of it has changed: in one of a million rows the galleries of weeks are
# unknown to the planner until then, and it reads them as if they were small. One in a hundred is soon enough.
_OFTEN = "SET (autovacuum_analyze_scale_factor = 0.01, autovacuum_analyze_threshold = 200)"
_AS_BEFORE = "RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)"
TABLES = ["media_blob", "media_rendition"]


class Migration(migrations.Migration):
    dependencies = [("media", "0003_crc_and_more_renditions")]

    operations = [
        migrations.RunSQL(f"ALTER TABLE {table} {_OFTEN}", f"ALTER TABLE {table} {_AS_BEFORE}") for table in TABLES
    ]
