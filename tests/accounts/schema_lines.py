"""The schema of a database as lines of text, one for each thing in it, so that two can be compared."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

# Order of columns, and names that Django makes up out of hashes, mean nothing; what they stand for is compared.
_LINES = """
    select format('table %%s%%s%%s', relname,
        case when relrowsecurity then ' row security' end, case when relforcerowsecurity then ' forced' end)
    from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
    union all
    select format('column %%s.%%s %%s%%s%%s', relname, attname, format_type(atttypid, atttypmod),
        case when attnotnull then ' not null' end, ' default ' || pg_get_expr(adbin, adrelid))
    from pg_class join pg_attribute on attrelid = pg_class.oid
        left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
    union all
    select format('constraint %%s %%s', conrelid::regclass, pg_get_constraintdef(oid))
    from pg_constraint where connamespace = 'public'::regnamespace and conrelid > 0 and contype <> 'n'
    union all
    select format('index %%s %%s', indrelid::regclass, substring(pg_get_indexdef(indexrelid) from ' USING .*'))
    from pg_index join pg_class on pg_class.oid = indexrelid where relnamespace = 'public'::regnamespace
    union all
    select format('policy %%s %%s to %%s using %%s check %%s', tablename, policyname, roles, qual, with_check)
    from pg_policies where schemaname = 'public'
    union all
    select format('grant %%s %%s to %%s', relname, (aclexplode(relacl)).privilege_type,
        (aclexplode(relacl)).grantee::regrole)
    from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
    union all
    select format('options %%s %%s', relname, reloptions)
    from pg_class where relnamespace = 'public'::regnamespace and reloptions is not null
"""


def schema_lines(cursor: CursorWrapper) -> set[str]:
    """Tables, columns, constraints, indexes, policies, grants and options of the database behind the cursor."""
    cursor.execute(_LINES.replace("%%", "%"))
    return {" ".join(str(row[0]).split()) for row in cursor.fetchall()}
