"""The version of an album rises with every change that its guests or its studio can see, and with nothing else."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Thread
from uuid import UUID

import pytest
from django.db import connection, connections
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import StudioModel, across_studios, acting_in
from apps.albums import audiences, editing, marks, placements, sections, trash, versions
from apps.albums.models import Album, AlbumState, Ordering, Photo, Placement, Section
from apps.albums.versions import version_of
from apps.sharing.models import Comment, Mark, Pick, Selection, SelectionPreset, ShareLink, Shown, Visitor, Watermark
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, SectionFactory
from tests.furnished import furnish, tenant_models

pytestmark = pytest.mark.django_db(transaction=True)

# Tables that lead to an album and raise no version, and why.
SILENT = {
    "accounts_journalentry": "tells of changes, which raise it themselves",
    "accounts_journalsubject": "as the journal",
    "accounts_membershipalbum": "who works in an album is not seen in it",
    "accounts_email": "an email is not seen in the gallery",
    "accounts_task": "the chip follows its own row",
    "albums_albumchange": "is the version",
    "albums_albumversion": "is the version",
    "library_different": "as a group of duplicates",
    "library_duplicategroup": "no gallery shows that photos may be duplicates",
    "library_duplicatephoto": "as the group",
    "library_eventalbum": "no gallery shows what its studio calls the day",
    "media_blob": "immutable",
    "media_rendition": "a photo that is ready says so in its own row",
    "sharing_activity": "the log of changes, which raise it themselves",
    "sharing_archive": "what a download holds was fixed before",
    "sharing_clientemail": "an email is not seen in the gallery",
    "sharing_foundphotos": "what one guest looks at for a day",
    "sharing_hiderequest": "asked of the studio, on a page of its own",
    "sharing_shown": "never changes",
    "faces_galleryfaces": "a switch of the studio",
    "uploads_inbox": "where a watched folder leads is not seen in the gallery",
    "uploads_inboxfolder": "where a watched folder leads is not seen in the gallery",
    "uploads_receivedfile": "what became of a file; where it lies is told by its placement",
    "uploads_sidecar": "what it says is written on its photo",
    "uploads_upload": "what is on its way is not in the gallery yet",
    "sharing_takenphoto": "counted, and shown on the page of downloads alone",
}


def leads_to_an_album(model: type[StudioModel], seen: frozenset[type] = frozenset()) -> bool:
    if model is Album:
        return True
    parents = (
        {field.related_model for field in model._meta.concrete_fields if field.related_model} - seen - {Studio, User}
    )
    return any(leads_to_an_album(parent, seen | {model}) for parent in parents if issubclass(parent, StudioModel))


def triggers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("select tgrelid::regclass::text from pg_trigger where tgname like '%_version_update'")
        return {row[0] for row in cursor.fetchall()}


def test_every_table_that_leads_to_an_album_raises_its_version_or_says_why_not() -> None:
    tables = {model._meta.db_table for model in tenant_models() if leads_to_an_album(model)}
    assert tables - triggers() - set(SILENT) == set()
    assert set(SILENT) & triggers() == set()


@pytest.fixture
def album(north: Studio, alice_user: User) -> Album:
    """The album of a studio with a row in every table."""
    furnish(north, alice_user)
    with acting_in(north):
        return ShareLink.objects.for_studio(north).select_related("album__studio").get().album


def raised(album: Album, deed: Callable[[], object]) -> int:
    with acting_in(album.studio):
        before = version_of(album)
    with acting_in(album.studio):
        deed()
    with acting_in(album.studio):
        return version_of(album) - before


SEEN: dict[type[StudioModel], dict[str, object]] = {
    Album: {"title": "Another"},
    Section: {"title": "Another"},
    Placement: {"is_hidden": True},
    ShareLink: {"may_comment": True},
    Visitor: {"name": "Another"},
    SelectionPreset: {"maximum": 31},
    Selection: {"title": "Another"},
    Pick: {"work": "ready"},
    Mark: {"stars": 2},
    Comment: {"body": "Another"},
}


@pytest.mark.parametrize("model", SEEN, ids=lambda model: model.__name__)
def test_a_change_of_any_row_raises_it_and_so_does_its_end(model: type[StudioModel], album: Album) -> None:
    rows = model.objects.for_studio(album.studio)
    assert raised(album, lambda: rows.update(**SEEN[model])) > 0
    assert raised(album, lambda: rows.update(**SEEN[model])) == 0, "nothing was changed"
    # Comments go only with their visitor or photo, whose rows say so: where a key of a table leads into itself,
    # PostgreSQL hands triggers of statements no rows of a deletion.
    if model not in (Album, Comment):
        assert raised(album, lambda: rows.delete()) > 0


def test_a_photo_raises_every_album_it_lies_in(north: Studio) -> None:
    photo = PhotoFactory.create(studio=north)
    albums = [PlacementFactory.create(album=AlbumFactory.create(studio=north), photo=photo).album for _ in range(2)]
    photo.caption = "Under the oak"
    for album in albums:
        assert raised(album, lambda: photo.save(update_fields=["caption"])) == (1 if album is albums[0] else 0)
    photo.caption = "Under the old oak"
    with acting_in(north):
        photo.save(update_fields=["caption"])
        assert [version_of(one) for one in albums] == [version_of(albums[0])] * 2


def test_what_nobody_sees_raises_nothing(album: Album) -> None:
    now = timezone.now()
    links, visitors = ShareLink.objects.for_studio(album.studio), Visitor.objects.for_studio(album.studio)
    assert raised(album, lambda: links.update(views=7, last_opened_at=now)) == 0
    assert raised(album, lambda: visitors.update(seen_at=now)) == 0
    assert raised(album, lambda: Studio.objects.filter(pk=album.studio_id).update(bytes_used=5)) == 0


def test_the_studios_look_and_watermark_raise_every_album_of_that_studio_alone(album: Album, south: Studio) -> None:
    second, foreign = AlbumFactory.create(studio=album.studio), AlbumFactory.create(studio=south)
    with acting_in(south):
        before = version_of(foreign)
    assert raised(second, lambda: Studio.objects.filter(pk=album.studio_id).update(accent="#123456")) == 1
    assert raised(second, lambda: Watermark.objects.for_studio(album.studio).update(opacity=11)) == 1
    with acting_in(south):
        assert version_of(foreign) == before


@dataclass
class Stage:
    """An album with what the deeds need."""

    album: Album
    by: User
    section: Section
    photos: list[UUID]

    @property
    def photo(self) -> Photo:
        return Photo.objects.for_studio(self.album.studio).select_related("studio").get(pk=self.photos[0])


DEEDS: dict[str, Callable[[Stage], object]] = {
    "editing.change": lambda s: editing.change(s.album, by=s.by, title="Another title"),
    "editing.set_design": lambda s: editing.set_design(s.album, {"grid": "masonry"}, by=s.by),
    "editing.set_studio_design": lambda s: editing.set_studio_design(s.album.studio, {"grid": "masonry"}, by=s.by),
    "editing.set_state": lambda s: editing.set_state(s.album, AlbumState.ARCHIVED, by=s.by),
    "editing.set_more_coming": lambda s: editing.set_more_coming(s.album, True, by=s.by),
    "editing.set_cover": lambda s: editing.set_cover(s.album, s.photos[0], by=s.by),
    "editing.sort": lambda s: editing.sort(s.album, Ordering.NAME, by=s.by),
    "editing.move": lambda s: editing.move(s.album, s.photos[:1], by=s.by, before=s.photos[2], section_id=None),
    "editing.arrange": lambda s: editing.arrange(s.album, s.photos[::-1], by=s.by),
    "sections.add": lambda s: sections.add(s.album, "Dinner", by=s.by),
    "sections.all_named": lambda s: sections.all_named(s.album, ["First dance"], by=s.by),
    "sections.named": lambda s: sections.named(s.album, "Dance", by=s.by),
    "sections.rename": lambda s: sections.rename(s.section, "Another section", by=s.by),
    "sections.reorder": lambda s: sections.reorder(s.album, _sections(s)[::-1], by=s.by),
    "placements.move_to_section": lambda s: placements.move_to_section(s.album, s.photos, s.section, by=s.by),
    "marks.mark": lambda s: marks.mark(s.photo, by=s.by, album=s.album, caption="Under the oak"),
    "marks.set_own_anywhere": lambda s: marks.set_own_anywhere(s.album.studio, s.photos, by=s.by, rating=2),
    "marks.tag": lambda s: marks.tag(s.album.studio, s.photos, by=s.by, add=["oak"]),
    "marks.set_own": lambda s: marks.set_own(s.album, s.photos, by=s.by, rating=4),
    "audiences.show_section_to": lambda s: audiences.show_section_to(s.section, [], by=s.by),
    "sections.delete": lambda s: sections.delete(s.section, by=s.by),
    "audiences.show_photos_to": lambda s: audiences.show_photos_to(s.album, s.photos, [], by=s.by),
    "audiences.hide": lambda s: audiences.hide(s.album, s.photos, hidden=True, by=s.by),
    "placements.take_out": lambda s: placements.take_out(s.album, s.photos[:1], by=s.by),
    "trash.restore_photo": lambda s: trash.restore_photo(s.photo, by=s.by),
    "trash.trash_album": lambda s: trash.trash_album(s.album, by=s.by),
    "trash.restore_album": lambda s: trash.restore_album(s.album, by=s.by),
}
# What makes an album begins its versions; what removes it for good ends them.
BEGIN_OR_END = {"editing.create", "trash.purge_album", "trash.purge_photo", "trash.purge_photos", "trash.empty"}


def _sections(stage: Stage) -> list[UUID]:
    rows = Section.objects.for_studio(stage.album.studio).filter(album=stage.album).order_by("rank")
    return list(rows.values_list("pk", flat=True))


def test_every_deed_of_a_studio_raises_it(north: Studio, alice_user: User) -> None:
    album = AlbumFactory.create(studio=north)
    section = SectionFactory.create(album=album)
    photos = [PlacementFactory.create(album=album).photo.pk for _ in range(3)]
    stage = Stage(album, alice_user, section, photos)
    assert [name for name, deed in DEEDS.items() if raised(album, partial(deed, stage)) == 0] == []


def test_no_deed_is_left_out() -> None:
    modules = (audiences, editing, marks, placements, sections, trash)
    deeds = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in modules
        for name, found in inspect.getmembers(module, inspect.isfunction)
        if found.__module__ == module.__name__
        and not name.startswith("_")
        and "by" in inspect.signature(found).parameters
    }
    assert deeds == set(DEEDS) | BEGIN_OR_END


def test_folding_changes_no_version_and_leaves_no_rows(album: Album) -> None:
    with acting_in(album.studio):
        before = version_of(album)
    assert before > 0
    assert versions.fold() > 0
    with acting_in(album.studio):
        assert version_of(album) == before
    with across_studios(), connection.cursor() as cursor:
        cursor.execute("select count(*) from albums_albumchange")
        assert cursor.fetchone() == (0,)
    assert raised(album, lambda: Album.objects.for_studio(album.studio).update(title="After")) == 1


def test_two_who_change_one_album_do_not_wait_for_each_other(north: Studio) -> None:
    album = AlbumFactory.create(studio=north)
    one, other = (PlacementFactory.create(album=album) for _ in range(2))
    done = []

    def hide() -> None:
        with acting_in(north):
            Placement.objects.for_studio(north).filter(pk=other.pk).update(is_hidden=True)
        done.append(True)
        connections.close_all()

    with acting_in(north):
        Placement.objects.for_studio(north).filter(pk=one.pk).update(is_hidden=True)
        thread = Thread(target=hide)
        thread.start()
        thread.join(10)
        assert done == [True]
    with acting_in(north):
        assert version_of(album) >= 4


def test_an_album_that_goes_for_good_takes_its_versions_along(album: Album) -> None:
    versions.fold()
    with acting_in(album.studio):
        Shown.objects.for_studio(album.studio).filter(pk=album.pk).update(kind="album")
        Album.objects.for_studio(album.studio).filter(pk=album.pk).delete()
    with across_studios(), connection.cursor() as cursor:
        cursor.execute("select count(*) from albums_albumversion where album_id = %s", [album.pk])
        assert cursor.fetchone() == (0,)
        cursor.execute("select count(*) from albums_albumchange where album_id = %s", [album.pk])
        assert cursor.fetchone() == (0,)
