"""The second and third walls, read from PostgreSQL's own catalog, and tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, Exists, F, Model, OuterRef, QuerySet

from apps.accounts.models import Membership, Studio, User
from apps.accounts.operator_rows import OperatorModel
from apps.accounts.tenancy import StudioModel, acting_in
from apps.accounts.tenant_keys import TenantKey
from apps.albums.models import Album, Photo, Placement, Section
from apps.media.models import Blob
from tests.factories import AlbumFactory
from tests.furnished import every_row, furnish, tenant_models

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

TENANT_TABLES = """
    select c.oid, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and (c.relname = 'accounts_studio' or exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'studio_id' and not a.attisdropped))
"""
# A policy's condition as PostgreSQL prints it.
OWN_STUDIO = r"^\((studio_)?id = \( SELECT \(NULLIF\(current_setting\(''app.studio''::text, true\)"


@pytest.fixture
def owner() -> Iterator[CursorWrapper]:
    """The owner's connection: it sees also what a test has just made."""
    with connections["owner"].cursor() as cursor:
        yield cursor


def _rows(cursor: CursorWrapper, sql: str) -> list[Any]:
    cursor.execute(sql)
    return cursor.fetchall()


# -- G2: the database refuses without a studio -------------------------------------------------------------------


def unprotected(cursor: CursorWrapper) -> set[str]:
    """Tables of studios that row-level security does not hold: enabled, forced, and one policy each for both roles.

    The owner, as whom triggers of cascades run, has the application's.
    """
    rows = _rows(
        cursor,
        f"""
        select t.relname from ({TENANT_TABLES}) t join pg_class c on c.oid = t.oid
        where not (c.relrowsecurity and c.relforcerowsecurity)
           or (select count(*) from pg_policies p where p.schemaname = 'public' and p.tablename = t.relname) != 2
           or not exists (select from pg_policies p where p.tablename = t.relname
                and cardinality(p.roles) = 2
                and p.roles @> array['glassine_app', pg_get_userbyid(c.relowner)]::name[]
                and p.cmd = 'ALL' and p.permissive = 'PERMISSIVE' and p.qual = p.with_check
                and p.qual ~ '{OWN_STUDIO}')
           or not exists (select from pg_policies p where p.tablename = t.relname and p.roles = '{{glassine_system}}'
                and p.cmd = 'ALL' and p.qual = 'true' and p.with_check = 'true')
        """,
    )
    return {name for (name,) in rows}


def test_row_level_security_holds_every_table_of_studios(owner: CursorWrapper) -> None:
    tables = {name for _, name in _rows(owner, TENANT_TABLES)}
    assert tables == {model._meta.db_table for model in tenant_models()} | {"accounts_studio"}
    assert unprotected(owner) == set()


def open_to_studios(cursor: CursorWrapper) -> set[str]:
    """Tables of the operator that are not closed: security enabled and forced, and no policy but the system role's."""
    names = [model._meta.db_table for model in apps.get_models() if issubclass(model, OperatorModel)]
    cursor.execute(
        """select relname from pg_class c where relname = any(%s) and (not (relrowsecurity and relforcerowsecurity)
           or (select array_agg(roles::text) from pg_policies p where p.tablename = relname)
              is distinct from array['{glassine_system}'])""",
        [names],
    )
    return {name for (name,) in cursor.fetchall()}


def test_tables_of_the_operator_are_closed_to_studios(owner: CursorWrapper) -> None:
    assert open_to_studios(owner) == set()
    owner.execute("create policy more on backups_backuprun to glassine_app using (true)")
    assert open_to_studios(owner) == {"backups_backuprun"}


@pytest.mark.parametrize(
    "weakening",
    [
        "create table careless (id uuid, studio_id uuid)",
        "alter table albums_album no force row level security",
        "alter table albums_album disable row level security",
        "drop policy own_studio on albums_album",
        "alter policy own_studio on albums_album with check (true)",
        "alter policy own_studio on albums_album using (true)",
        "create policy more on albums_album to glassine_app using (true)",
        "alter policy own_studio on albums_album to public",
        "alter policy own_studio on albums_album to glassine_app",
    ],
)
def test_the_check_finds_a_weak_table(owner: CursorWrapper, weakening: str) -> None:
    owner.execute(weakening)
    assert unprotected(owner) <= {"careless", "albums_album"}
    assert unprotected(owner)


def test_the_application_role_has_no_power_over_the_tables(owner: CursorWrapper) -> None:
    roles = _rows(
        owner,
        """select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles
           where rolname in ('glassine_app', 'glassine_system') order by rolname""",
    )
    assert roles == [("glassine_app", *[False] * 4), ("glassine_system", *[False] * 4)]
    owned = "select relname from pg_class where pg_get_userbyid(relowner) in ('glassine_app', 'glassine_system')"
    assert _rows(owner, owned) == []
    inherited = """select r.rolname, m.inherit_option, m.admin_option from pg_auth_members m
        join pg_roles r on r.oid = m.roleid where m.member = 'glassine_app'::regrole"""
    assert _rows(owner, inherited) == [("glassine_system", False, False)]


def test_the_application_runs_as_that_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select session_user, current_user")
        assert cursor.fetchone() == ("glassine_app", "glassine_app")


@pytest.mark.parametrize("deed", ["update {} set id = id", "delete from {}"])
@pytest.mark.parametrize("table", ["accounts_journalentry", "accounts_journalsubject", "sharing_activity"])
def test_what_was_done_cannot_be_rewritten(table: str, deed: str, north: Studio, alice_user: User) -> None:
    furnish(north, alice_user)
    with pytest.raises(DatabaseError), acting_in(north), connection.cursor() as cursor:
        cursor.execute(deed.format(table))


@pytest.fixture
def furnished(north: Studio, south: Studio, alice_user: User, charlie_user: User) -> Studio:
    """Both studios have rows in every table; the test acts in north."""
    furnish(north, alice_user)
    furnish(south, charlie_user)
    return south


def test_every_table_shows_only_the_rows_of_the_studio(furnished: Studio, north: Studio) -> None:
    for model in tenant_models():
        with acting_in(north):
            studios = set(every_row(model).values_list("studio_id", flat=True))
        assert studios == {north.pk}, model


def test_without_a_studio_every_table_looks_empty(furnished: Studio) -> None:
    tables: list[type[Model]] = [*tenant_models(), Studio]
    for model in tables:
        assert every_row(model).count() == 0, model


CARELESS: dict[str, Callable[[Studio], QuerySet[Any]]] = {
    "all albums": lambda south: every_row(Album),
    "by the other's id": lambda south: every_row(Album).filter(studio_id=south.pk),
    "not ours": lambda south: every_row(Album).exclude(studio__slug="north"),
    "by join": lambda south: every_row(Placement).filter(album__studio__slug="south"),
    "by join to the studio": lambda south: every_row(Studio).filter(albums__isnull=False).exclude(slug="north"),
    "by subquery": lambda south: (
        every_row(Photo).filter(placements__in=every_row(Placement)).exclude(studio__slug="north")
    ),
    "by exists": lambda south: every_row(Blob).filter(
        Exists(every_row(Photo).filter(original=OuterRef("pk"), studio_id=south.pk))
    ),
    "by values": lambda south: every_row(Section).filter(studio_id=south.pk).values("title"),
    "by group": lambda south: every_row(Photo).values("studio").annotate(n=Count("id")).filter(studio=south.pk),
    "by union": lambda south: (
        every_row(Album).filter(studio_id=south.pk).union(every_row(Album).filter(studio_id=south.pk), all=True)
    ),
    "by distinct": lambda south: every_row(Membership).filter(studio_id=south.pk).distinct(),
    "by person": lambda south: every_row(Membership).filter(user__email="charlie@example.com"),
    "from a person": lambda south: every_row(User).filter(memberships__studio=south.pk),
    "locked": lambda south: every_row(Album).filter(studio_id=south.pk).select_for_update(),
    "the studio itself": lambda south: every_row(Studio).filter(pk=south.pk),
}


@pytest.mark.parametrize("question", CARELESS)
def test_a_query_without_the_filter_finds_nothing_of_another_studio(
    furnished: Studio, north: Studio, question: str
) -> None:
    with acting_in(north):
        found = CARELESS[question](furnished)
        foreign = found if question != "all albums" else found.exclude(studio_id=north.pk)
        assert list(foreign) == []


def test_another_studios_rows_cannot_be_changed_or_deleted(furnished: Studio, north: Studio) -> None:
    for model in tenant_models():
        if model._meta.model_name in ("journalentry", "journalsubject", "activity"):
            continue
        with acting_in(north):
            foreign = every_row(model).filter(studio_id=furnished.pk)
            assert foreign.update(studio_id=F("studio_id")) == 0, model
            assert foreign._raw_delete("default") == 0, model
        with acting_in(furnished):
            assert every_row(model).exists(), model


def test_a_row_cannot_be_written_into_another_studio(furnished: Studio, north: Studio) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), acting_in(north):
        Album(studio=furnished, title="Trojan", slug="trojan").save(force_insert=True)


def test_a_row_cannot_be_moved_into_another_studio(furnished: Studio, north: Studio) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), acting_in(north):
        every_row(Album).update(studio_id=furnished.pk)


def test_another_studio_cannot_be_made_in_the_name_of_this_one(north: Studio) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), acting_in(north):
        Studio(name="Third", slug="third").save(force_insert=True)


# -- G4: keys cannot cross ---------------------------------------------------------------------------------------


def crossing_keys(cursor: CursorWrapper) -> set[str]:
    """Foreign keys between tables of studios that do not carry the studio, but for the key to the studio itself."""
    rows = _rows(
        cursor,
        f"""
        with tenant as ({TENANT_TABLES})
        select k.conrelid::regclass::text || '.' || k.conname from pg_constraint k
        join tenant child on child.oid = k.conrelid
        join tenant parent on parent.oid = k.confrelid and parent.relname != 'accounts_studio'
        where k.contype = 'f' and not exists (
            select from unnest(k.conkey, k.confkey) as pair(mine, theirs)
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = pair.mine and a.attname = 'studio_id'
            join pg_attribute b on b.attrelid = k.confrelid and b.attnum = pair.theirs and b.attname = 'studio_id')
        """,
    )
    return {name for (name,) in rows}


def loose_uniques(cursor: CursorWrapper) -> set[str]:
    """Unique indexes of studios' tables, but for primary keys, that do not include the studio."""
    rows = _rows(
        cursor,
        f"""
        select i.indexrelid::regclass::text from pg_index i join ({TENANT_TABLES}) t on t.oid = i.indrelid
        where i.indisunique and not i.indisprimary and not exists (
            select from pg_attribute a
            where a.attrelid = i.indrelid and a.attname = 'studio_id' and a.attnum = any(i.indkey))
        """,
    )
    return {name for (name,) in rows}


def test_every_key_between_tables_of_studios_carries_the_studio(owner: CursorWrapper) -> None:
    assert crossing_keys(owner) == set()


def test_every_tenant_key_is_a_real_constraint(owner: CursorWrapper) -> None:
    constrained = {
        (table, column)
        for table, column in _rows(
            owner,
            """select k.conrelid::regclass::text, a.attname from pg_constraint k
               join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
               where k.contype = 'f' and array_length(k.conkey, 1) = 2""",
        )
    }
    for model in tenant_models():
        for field in model._meta.concrete_fields:
            related = field.related_model
            if isinstance(related, type) and issubclass(related, StudioModel):
                assert isinstance(field, TenantKey), f"{model.__name__}.{field.name} could cross studios"
                assert (model._meta.db_table, field.column) in constrained, f"{model.__name__}.{field.name}"


LOOSE = {"accounts_studio_slug", "accounts_domain_host", "accounts_operatorvisit_one"}


def test_every_unique_index_includes_the_studio(owner: CursorWrapper) -> None:
    # What stands in addresses is unique over all studios: the slug of one, and a host that is proved. And an operator
    # visits one studio at a time.
    assert loose_uniques(owner) == LOOSE


def test_the_checks_find_a_key_and_an_index_that_cross(owner: CursorWrapper) -> None:
    owner.execute("create table careless (id uuid unique, studio_id uuid, album_id uuid references albums_album (id))")
    assert crossing_keys(owner) == {"careless.careless_album_id_fkey"}
    assert loose_uniques(owner) == LOOSE | {"careless_id_key"}


def test_a_row_cannot_point_into_another_studio(north: Studio, south: Studio) -> None:
    theirs = AlbumFactory.create(studio=south)
    section = Section(studio=north, album_id=theirs.pk, title="Trojan", rank=1)
    # The constraint is deferred to the commit, which a test does not reach.
    with acting_in(north), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        with pytest.raises(DatabaseError, match="same_studio"), transaction.atomic():
            section.save(force_insert=True)
