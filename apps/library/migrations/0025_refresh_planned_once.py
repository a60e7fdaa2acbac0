"""A connection plans once how it brings rows of the index up to date.

For a handful of ids PostgreSQL took a plan of its own for each call to be the cheaper one and made it each time, which
cost more than the call. All rows are named by their keys, so one plan is right for any ids. It is made while tables may
be nearly empty and stays until they are analyzed, so it must not read them from end to end.
"""

from django.db import migrations

_ONCE = """
ALTER FUNCTION library_refresh(uuid, uuid[]) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION library_refresh(uuid, uuid[]) SET enable_seqscan = off;
"""
_EACH_TIME = "ALTER FUNCTION library_refresh(uuid, uuid[]) RESET ALL;"


class Migration(migrations.Migration):
    dependencies = [("library", "0024_new_photos_apart")]

    operations = [migrations.RunSQL(_ONCE, _EACH_TIME)]
