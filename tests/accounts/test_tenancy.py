"""The first wall: a query on a studio's rows that does not begin at the studio is not even sent."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.models import Count, QuerySet

from apps.accounts.models import Membership, Studio, User
from apps.accounts.tenancy import StudioManager, StudioModel, Unscoped, across_studios, acting_in
from apps.albums.models import Album
from config.env import ROOT
from tests.factories import AlbumFactory, PlacementFactory
from tests.furnished import tenant_models

Ask = Callable[[Any], Any]


async def _each(queryset: QuerySet[Album]) -> list[Album]:
    return [album async for album in queryset]


async def _each_by_iterator(queryset: QuerySet[Album]) -> list[Album]:
    return [album async for album in queryset.aiterator()]


ENTRY_POINTS: dict[str, Ask] = {
    "list": list,
    "len": len,
    "bool": bool,
    "index": lambda rows: rows[0],
    "slice": lambda rows: list(rows[:3]),
    "iterator": lambda rows: list(rows.iterator()),
    "get": lambda rows: rows.get(title="x"),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "earliest": lambda rows: rows.earliest("created_at"),
    "latest": lambda rows: rows.latest("created_at"),
    "in_bulk": lambda rows: rows.in_bulk(),
    "values": lambda rows: list(rows.values("id")),
    "values_list": lambda rows: list(rows.values_list("id")),
    "dates": lambda rows: list(rows.dates("created_at", "day")),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "contains": lambda rows: rows.contains(Album()),
    "aggregate": lambda rows: rows.aggregate(Count("id")),
    "annotate": lambda rows: list(rows.annotate(n=Count("placements"))),
    "explain": lambda rows: rows.explain(),
    "update": lambda rows: rows.update(title="x"),
    "delete": lambda rows: rows.delete(),
    "raw delete": lambda rows: rows._raw_delete("default"),
    "create": lambda rows: rows.get_or_create(title="x"),
    "update_or_create": lambda rows: rows.update_or_create(title="x"),
    "bulk_create": lambda rows: rows.bulk_create([]),
    "bulk_update": lambda rows: rows.bulk_update([], ["title"]),
    "raw": lambda rows: list(rows.raw("select * from albums_album")),
    "lock": lambda rows: list(rows.select_for_update()),
    "union": lambda rows: list(rows.union(rows)),
    "prefetch": lambda rows: list(rows.prefetch_related("placements")),
    "async for": lambda rows: asyncio.run(_each(rows)),
    "aiterator": lambda rows: asyncio.run(_each_by_iterator(rows)),
    "acount": lambda rows: asyncio.run(rows.acount()),
    "aexists": lambda rows: asyncio.run(rows.aexists()),
    "aget": lambda rows: asyncio.run(rows.aget(title="x")),
    "afirst": lambda rows: asyncio.run(rows.afirst()),
    "aupdate": lambda rows: asyncio.run(rows.aupdate(title="x")),
    "adelete": lambda rows: asyncio.run(rows.adelete()),
}


@pytest.mark.django_db
@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
def test_an_unscoped_query_set_cannot_be_run(entry_point: str) -> None:
    with pytest.raises(Unscoped):
        ENTRY_POINTS[entry_point](Album._base_manager.all())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "begin",
    [
        lambda: Album.objects.all(),
        lambda: Album.objects.filter(title="x"),
        lambda: Album.objects.count(),
        lambda: Album.objects.create(title="x"),
        lambda: Album.objects.bulk_create([]),
        lambda: Album.objects.none(),
        lambda: Album._default_manager.first(),
        lambda: User().memberships.all(),
    ],
)
def test_the_manager_gives_out_nothing_without_a_studio(begin: Callable[[], Any]) -> None:
    with pytest.raises(Unscoped):
        begin()


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model.__name__)
def test_no_model_of_a_studio_has_another_kind_of_manager(model: type[StudioModel]) -> None:
    for manager in model._meta.managers:
        assert isinstance(manager, StudioManager) or manager.name == "guarded"
    with pytest.raises(Unscoped):
        model._default_manager.all()
    with pytest.raises(Unscoped):
        model._base_manager.exists()


def test_a_scoped_query_set_cannot_be_widened_by_an_unscoped_one(north: Studio) -> None:
    scoped, unscoped = north.albums.all(), Album._base_manager.all()
    for join in (
        lambda: scoped | unscoped,
        lambda: scoped & unscoped,
        lambda: scoped ^ unscoped,
        lambda: scoped.union(unscoped),
        lambda: scoped.intersection(unscoped),
    ):
        with pytest.raises(Unscoped):
            join()


def test_what_begins_at_the_studio_runs(north: Studio) -> None:
    placement = PlacementFactory.create(album__studio=north)
    with acting_in(north):
        assert north.albums.count() == 1
        assert Album.objects.for_studio(north.pk).exists()
        assert placement.album.placements.get() == placement
        assert [row.photo for row in placement.album.placements.select_related("photo")] == [placement.photo]


def test_a_query_set_of_all_studios_does_not_outlive_its_block(north: Studio) -> None:
    AlbumFactory.create(studio=north)
    with across_studios():
        albums = Album.objects.all()
        assert albums.count() == 1
    with pytest.raises(Unscoped):
        list(albums.all())


def test_inside_a_studio_the_way_to_all_studios_is_closed_again(north: Studio) -> None:
    with across_studios(), acting_in(north), pytest.raises(Unscoped):
        Membership.objects.all()


# -- the one way out ---------------------------------------------------------------------------------------------

ACROSS = {
    "apps.accounts.access._arrived": "who has a session, and whether they are a member of the studio with a slug",
    "apps.accounts.access.member_of": "which studio a slug or id is, and whether the person is a member",
    "apps.accounts.access.visitor_of": "which studio a slug or id is, and whether the operator visits it",
    "apps.accounts.visits.begin": "which studio the operator names",
    "apps.accounts.visits.end_overdue": "sweep",
    "apps.accounts.visits.latest": "the operator's own visits, for operators",
    "apps.accounts.visits.under_way": "where the operator is",
    "apps.accounts.credentials.by_access_token": "the session of a token, with its user and member",
    "apps.accounts.credentials.by_api_key": "look-up of a key",
    "apps.accounts.endpoints.only_studio": "the studios of one person",
    "apps.accounts.journal.forget.forget": "words about a person who was erased, which a studio cannot rewrite itself",
    "apps.accounts.journal.forget.forget_address": "the same for an address",
    "apps.accounts.domains.check_due": "sweep",
    "apps.accounts.hosts._read": "which studio a host leads to, and whether a host is free",
    "apps.accounts.expiry.forget": "what has run out, in all studios",
    "apps.accounts.sign_up._is_taken": "slugs are unique over all studios",
    "apps.accounts.members.invitation_of": "look-up of a token from an email",
    "apps.accounts.outbox._claim": "the next email of all studios",
    "apps.accounts.outbox._inside": "emails of people in no studio",
    "apps.accounts.outbox.is_stuck": "whether any studio's email cannot be sent",
    "apps.accounts.outbox.take_back": "sweep",
    "apps.accounts.sessions.end": "look-up of a refresh token",
    "apps.accounts.sessions.end_all": "all sessions of one person",
    "apps.accounts.sessions.end_family": "one session of one person",
    "apps.accounts.sessions.living": "all sessions of one person",
    "apps.accounts.sessions.spend": "look-up of a refresh token",
    "apps.accounts.second_factor.asked_for_by": "the studios of one person",
    "apps.accounts.signing_in.note_everywhere": "the studios of one person",
    "apps.accounts.views.entrance._choices": "the studios of one person",
    "apps.albums.stale.put_share": "sweep",
    "apps.albums.trash.purge_trash": "sweep",
    "apps.jobs.queue._ring_for_waiting": "sweep",
    "apps.jobs.queue.claim": "the fairest next job of all studios",
    "apps.jobs.queue.sweep": "sweep",
    "apps.media.damage.is_any": "administration",
    "apps.media.fsck.recheck": "sweep",
    "apps.media.management.studios.chosen": "administration",
    "apps.media.sweeping.studio_ids": "sweep",
    "apps.albums.versions.fold": "sweep",
    "apps.faces.counting.fold": "sweep",
    "apps.library.duplicates.lookup.all_near": "expressions cannot go before a policy; for one studio, ids only",
    "apps.library.find._by_index": "text search cannot go before a policy; for one studio, ids only",
    "apps.library.find._ask": "the same, in one exchange",
    "apps.library.find._asking": "nor can lists of keywords and compared texts; of one studio, ids and counts only",
    "apps.library.written.of_columns": "which cameras, lenses and labels one studio has, along an index",
    "apps.library.known_words.complete": "sweep",
    "apps.library.known_words.forget": "sweep",
    "apps.library.index.complete": "sweep",
    "apps.library.months.fold": "sweep",
    "apps.library.value_counts.unknown": "sweep",
    "apps.library.value_counts.fold": "sweep",
    "apps.sharing.access.door._anywhere": "look-up of a share token",
    "apps.sharing.access.door.grants_for_pictures": "look-up of a guest's link",
    "apps.sharing.guests.visitor_list._forget_words": "what an erased visitor typed, in the studios' log",
    "apps.sharing.activity.history.forget": "sweep",
    "apps.sharing.emails.writing.forget_lost": "sweep",
    "apps.sharing.clients.directory.forget_lost": "sweep",
    "apps.sharing.clients.guest_views._studio": "a page for returning clients by slug",
    "apps.sharing.links.public_page_views._public_studio": "a public page by slug",
    "apps.sharing.emails.reminders.write_all": "sweep",
    "apps.sharing.gallery.pictures._member": "whether a person may see a picture",
    "apps.sharing.branding.brand_views.brand_logo_image": "a picture that everybody may see",
    "apps.sharing.branding.views.logo_image": "a logo by slug",
    "apps.accounts.plans.warn": "the studios whose plans are nearly used up",
    "apps.accounts.management.commands.plan.handle": "administration",
    "apps.uploads.importing.runs.forget": "sweep",
    "apps.uploads.inbox.look": "the studios by the names of their folders",
    "apps.uploads.resumable.sweep": "sweep",
    "apps.uploads.sidecars.sweep": "sweep",
    "apps.faces.scanning.renditions_wait": "whether renditions of any studio wait",
    "apps.faces.scanning.catch_up": "sweep",
    "apps.faces.regrouping.regroup_all": "sweep",
    "apps.sharing.people.finder.forget_old": "sweep",
    "apps.backups.dump.one_moment": "administration",
    "apps.backups.restore._check_empty": "administration",
    "apps.backups.retention._forget": "administration",
    "apps.backups.runs._begin": "tables of the operator",
    "apps.backups.runs.beat": "tables of the operator",
    "apps.backups.runs.running": "tables of the operator",
    "apps.backups.schedule.is_due": "tables of the operator",
    "apps.backups.verify._due": "administration",
    "apps.monitoring.checks._backup": "tables of the operator",
    "apps.monitoring.checks._certificate": "tables of the operator",
    "apps.monitoring.checks._clock": "tables of the operator",
    "apps.monitoring.checks._hearts": "tables of the operator",
    "apps.monitoring.checks._isolation": "tables of the operator",
    "apps.monitoring.checks._queues": "work of all studios",
    "apps.monitoring.checks._with_today": "tables of the operator",
    "apps.monitoring.hearts.beat": "tables of the operator",
    "apps.monitoring.judge._is_our_turn": "tables of the operator",
    "apps.monitoring.judge.note": "tables of the operator",
    "apps.monitoring.judge.note_outage": "tables of the operator",
    "apps.backups.backup.all": "whether a studio is still here",
    "apps.backups.drill._compare_files": "which studios are here",
    "apps.media.stale_videos.put_share": "sweep",
    "apps.monitoring.overview.all_queues": "administration",
    "apps.monitoring.overview.backup_of": "when the last backup was made",
    "apps.monitoring.overview.backup_runs": "tables of the operator",
    "apps.monitoring.overview.busiest": "administration",
    "apps.monitoring.overview.history": "tables of the operator",
    "apps.monitoring.overview.services": "tables of the operator",
    "apps.monitoring.overview.recent_files": "administration",
    "apps.monitoring.failed_work.again": "administration",
    "apps.monitoring.failed_work.shown": "administration",
    "apps.webhooks.deliver._claim": "the next delivery of all studios",
    "apps.webhooks.deliver.forget": "sweep",
    "apps.webhooks.deliver.take_back": "sweep",
    "apps.library.places.geonames.ensure_loaded": "the towns of the world, which belong to no studio",
    "apps.library.places.locate.catch_up": "sweep",
    "apps.library.places.squares.complete": "sweep",
    "apps.library.places.squares.fold": "sweep",
    "apps.library.places.squares.within": "an index over a function; the statement names its studio",
    "apps.tagging.meaning.keep.put_jobs": "studios in which texts wait to be embedded",
    "apps.portability.deletion.remove": "a studio that was deleted",
    "apps.portability.deletion.remove_due": "sweep",
    "apps.portability.exports.forget": "sweep",
    "apps.portability.imports._check_absent": "whether a studio is here",
    "config.management.commands.export_studio.handle": "administration",
    "config.management.commands.demo._studio": "administration",
    "config.management.commands.reseal.handle": "administration",
}


def _uses(root: Path) -> set[str]:
    """module.function of every call of both, also by another name of the module or of an import."""
    found = set()
    for path in sorted(path for app in ("apps", "config") for path in (root / app).rglob("*.py")):
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        if module == "apps.accounts.tenancy":
            continue
        text = path.read_text()
        for wanted in ("across_studios", "arriving_in", "together_across"):
            if wanted in text:
                found |= {f"{module}.{name}" for name in _functions_naming(ast.parse(text), wanted)}
    return found


def _functions_naming(tree: ast.Module, wanted: str) -> set[str]:
    found = set()

    def walk(node: ast.AST, function: str) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        named = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if named == wanted:
            found.add(function)
        if isinstance(node, ast.ImportFrom) and any(part.name == wanted and part.asname for part in node.names):
            found.add(f"{function} (imported by another name)")
        for child in ast.iter_child_nodes(node):
            walk(child, function)

    walk(tree, "module")
    return found


def test_every_use_of_across_studios_is_listed() -> None:
    assert _uses(ROOT) == set(ACROSS)


def test_a_use_of_across_studios_is_seen_wherever_it_stands() -> None:
    code = """
from apps.accounts import tenancy
from apps.accounts.tenancy import across_studios as everywhere
class A:
    def one(self):
        with tenancy.across_studios(): pass
def two():
    return across_studios
"""
    seen = _functions_naming(ast.parse(code), "across_studios")
    assert seen == {"one", "two", "module (imported by another name)"}


def test_the_application_does_not_connect_as_the_owner_of_the_tables() -> None:
    assert settings.DATABASES["default"]["USER"] == "glassine_app"
    assert settings.DATABASES["owner"]["USER"] == "glassine_owner"
