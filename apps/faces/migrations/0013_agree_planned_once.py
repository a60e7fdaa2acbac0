"""A connection plans once how it brings the agreement of photos up to date; see the same of the library's index."""

from django.db import migrations

_ONCE = """
ALTER FUNCTION faces_agree(uuid, uuid[]) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION faces_agree(uuid, uuid[]) SET enable_seqscan = off;
"""
_EACH_TIME = "ALTER FUNCTION faces_agree(uuid, uuid[]) RESET ALL;"


class Migration(migrations.Migration):
    dependencies = [("faces", "0012_narrow_by_id")]

    operations = [migrations.RunSQL(_ONCE, _EACH_TIME)]
