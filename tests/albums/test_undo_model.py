"""G39, G65: any sequence of acts and undos leaves the tables as a model in plain Python says."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.test import TestCase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts import journal
from apps.accounts.models import JournalEntry, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums import audiences, counts, editing, marks, placements, sections, trash
from apps.albums.models import Album, Ordering, Photo, Placement, Section
from apps.albums.ordering import name_key, time_key
from apps.web.refusal import Refusal
from tests.albums.undo_model import Model
from tests.amounts import amount
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, SectionFactory, many_in

# As for the fuzzers: the suite tries the same sequences every time, `make long` draws new ones.
EXAMPLES = amount(suite=0, long=200)
ACTS = 30
TITLES = ["Ceremony", "Party", "Portraits", "Getting ready"]
SIZE = 12_345


@dataclass
class World:
    """The database's side: the same acts by the product's own deeds. entries: of the acts, in the model's order."""

    studio: Studio
    by: User
    model: Model
    albums: list[UUID]
    photos: list[UUID]
    names: dict[UUID, str]
    entries: list[JournalEntry] = field(default_factory=list)
    moments: dict[int, Any] = field(default_factory=dict)

    def album(self, pk: UUID) -> Album:
        album = Album.objects.for_studio(self.studio).get(pk=pk)
        album.studio = self.studio
        return album

    def section(self, pk: UUID) -> Section:
        section = Section.objects.for_studio(self.studio).get(pk=pk)
        section.album = self.album(section.album_id)
        return section

    def keep(self, entry: JournalEntry | None, changed: bool) -> None:
        """What the model says to have changed has an entry that can be undone, and nothing else has."""
        assert (entry is not None and entry.undo_id is not None) == changed
        if entry is not None and changed:
            entry.studio = self.studio
            self.entries.append(entry)


def build(studio: Studio, by: User) -> World:
    """Two galleries, one by time and one by hand, with three photos each and two in both."""
    with many_in(studio):
        one = AlbumFactory.create(studio=studio, title="One", ordering="time")
        two = AlbumFactory.create(studio=studio, title="Two", ordering="manual")
        heading = SectionFactory.create(album=one, title=TITLES[0], rank=1)
        photos = [PhotoFactory.create(studio=studio, camera_name=f"img {(7 * n) % 8}.jpg") for n in range(8)]
        lying = [(one, photo) for photo in photos[:5]] + [(two, photo) for photo in photos[3:]]
        for number, (album, photo) in enumerate(lying):
            manual = f"{17 * 10**17 + (number * 3 % 10) * 10**6:020d}"
            key = manual if album is two else time_key(None, photo.camera_name)
            section = heading if number in (1, 2) else None
            PlacementFactory.create(album=album, photo=photo, section=section, manual_key=manual, sort_key=key)
        Studio.objects.filter(pk=studio.pk).update(bytes_used=8 * SIZE, files_used=8)
    names = {photo.pk: photo.camera_name for photo in photos}
    with acting_in(studio):
        tables = _tables(studio, {}, names)
    return World(studio, by, Model(tables), [one.pk, two.pk], [photo.pk for photo in photos], names)


def _tables(studio: Studio, moments: dict[Any, int], names: dict[UUID, str]) -> dict[str, dict[Any, dict[str, Any]]]:
    """The database as the model has it. moments: which act a moment of the trash belongs to."""
    albums = Album.objects.for_studio(studio).values_list("pk", "title", "ordering", "cover_id", "trashed_at")
    photos = Photo.objects.for_studio(studio).values_list("pk", "trashed_at", "rating", "label", "flag")
    lying = Placement.objects.for_studio(studio).values_list(
        "pk", "album_id", "photo_id", "section_id", "manual_key", "trashed_at", "is_hidden"
    )
    headings = Section.objects.for_studio(studio).values_list("pk", "album_id", "title", "rank")
    at = moments.get
    return {
        "album": {
            pk: {"title": title, "ordering": how, "cover": cover, "trashed": at(trashed)}
            for pk, title, how, cover, trashed in albums
        },
        "photo": {
            pk: {
                "trashed": at(trashed),
                "rating": rating,
                "label": label,
                "flag": flag,
                "time": time_key(None, names[pk]),
                "name": name_key(names[pk]),
            }
            for pk, trashed, rating, label, flag in photos
        },
        "placed": {
            pk: {
                "album": album,
                "photo": photo,
                "section": section,
                "key": int(key),
                "trashed": at(trashed),
                "hidden": hidden,
            }
            for pk, album, photo, section, key, trashed, hidden in lying
        },
        "section": {pk: {"album": album, "title": title, "rank": rank} for pk, album, title, rank in headings},
    }


# -- acts: what is drawn is read as a choice among what there is ----------------------------------------


@dataclass(frozen=True)
class Drawn:
    """Numbers of one act."""

    kind: str
    a: int
    b: int
    some: frozenset[int]

    def of(self, many: list[Any], number: int) -> Any:
        return many[number % len(many)]


def _photos(world: World, drawn: Drawn) -> list[UUID]:
    return [photo for number, photo in enumerate(world.photos) if number in drawn.some]


def _heading(world: World, album: UUID, number: int) -> UUID | None:
    choices = [None, *world.model.sections(album)]
    return choices[number % len(choices)]


def take_out(world: World, album: UUID, drawn: Drawn) -> None:
    photos = _photos(world, drawn)
    entry = placements.take_out(world.album(album), photos, by=world.by)
    world.keep(entry, world.model.take_out(album, photos))
    out = Placement.objects.for_studio(world.studio).filter(album_id=album, photo_id__in=photos)
    learn_moment(world, out.order_by(F("trashed_at").desc(nulls_last=True)).first() if entry else None)


def restore(world: World, album: UUID, drawn: Drawn) -> None:
    lost = [pk for pk in world.photos if (world.model.tables["photo"].get(pk) or {}).get("trashed")]
    if not lost:
        return
    photo = drawn.of(lost, drawn.a)
    row = Photo.objects.for_studio(world.studio).get(pk=photo)
    row.studio = world.studio
    try:
        entry = trash.restore_photo(row, by=world.by)
    except trash.AlbumInTrash:
        entry = None
    world.keep(entry, world.model.restore_photo(photo))


def purge(world: World, album: UUID, drawn: Drawn) -> None:
    photo = drawn.of(world.photos, drawn.a)
    if photo in world.model.tables["photo"]:
        purged = trash.purge_photos(world.studio, [photo], by=world.by)
        assert bool(purged) == world.model.purge(photo)


def to_section(world: World, album: UUID, drawn: Drawn) -> None:
    heading, photos = _heading(world, album, drawn.a), _photos(world, drawn)
    section = world.section(heading) if heading else None
    entry = placements.move_to_section(world.album(album), photos, section, by=world.by)
    world.keep(entry, world.model.to_section(album, photos, heading))


def order_by_hand(world: World, album: UUID, drawn: Drawn) -> None:
    heading, photos = _heading(world, album, drawn.a), _photos(world, drawn)
    before = drawn.of([None, *world.photos], drawn.b)
    entry = editing.move(world.album(album), photos, before=before, section_id=heading, by=world.by)
    world.keep(entry, world.model.order_by_hand(album, photos, before, heading))


def sort(world: World, album: UUID, drawn: Drawn) -> None:
    how = drawn.of(list(Ordering), drawn.a)
    entry = editing.sort(world.album(album), how, by=world.by)
    world.keep(entry, world.model.sort(album, how.value))


def rename(world: World, album: UUID, drawn: Drawn) -> None:
    title = drawn.of(["One", "Two", "Three"], drawn.a)
    entry = editing.change(world.album(album), by=world.by, title=title)
    world.keep(entry, world.model.change_album(album, title=title))


def cover(world: World, album: UUID, drawn: Drawn) -> None:
    photo = drawn.of(world.photos, drawn.a)
    is_there = photo in {row["photo"] for row in world.model.placed(album).values()}
    entry = editing.set_cover(world.album(album), photo, by=world.by)
    world.keep(entry, is_there and world.model.change_album(album, cover=photo))


def mark(world: World, album: UUID, drawn: Drawn) -> None:
    name, value = drawn.of(
        [("rating", 0), ("rating", 3), ("rating", 5), ("label", "red"), ("label", ""), ("flag", "pick"), ("flag", "")],
        drawn.a,
    )
    photos = _photos(world, drawn)
    entry = marks.set_own(world.album(album), photos, by=world.by, **{name: value})
    world.keep(entry, world.model.mark(album, photos, name, value))


def hide(world: World, album: UUID, drawn: Drawn) -> None:
    photos, hidden = _photos(world, drawn), drawn.a % 2 == 0
    entry = audiences.hide(world.album(album), photos, hidden=hidden, by=world.by)
    world.keep(entry, world.model.hide(album, photos, hidden=hidden))


def add_section(world: World, album: UUID, drawn: Drawn) -> None:
    title = drawn.of(TITLES, drawn.a)
    if world.model.has_title(album, title):
        return
    entry = sections.add(world.album(album), title, by=world.by)
    assert entry.subject_id
    world.keep(entry, world.model.add_section(entry.subject_id, album, title))


def rename_section(world: World, album: UUID, drawn: Drawn) -> None:
    heading, title = _heading(world, album, drawn.a), drawn.of(TITLES, drawn.b)
    if heading and not world.model.has_title(album, title, beside=heading):
        entry = sections.rename(world.section(heading), title, by=world.by)
        world.keep(entry, world.model.rename_section(heading, title))


def order_sections(world: World, album: UUID, drawn: Drawn) -> None:
    there = world.model.sections(album)
    first = [pk for number, pk in enumerate(reversed(there)) if number in drawn.some]
    entry = sections.reorder(world.album(album), first, by=world.by)
    world.keep(entry, world.model.order_sections(album, first))


def delete_section(world: World, album: UUID, drawn: Drawn) -> None:
    if heading := _heading(world, album, drawn.a):
        entry = sections.delete(world.section(heading), by=world.by)
        world.keep(entry, world.model.delete_section(heading))


def trash_album(world: World, album: UUID, drawn: Drawn) -> None:
    row = world.album(album)
    world.keep(trash.trash_album(row, by=world.by), world.model.trash_album(album, out=False))
    learn_moment(world, row)


IN_ALBUM: dict[str, Callable[[World, UUID, Drawn], None]] = {
    act.__name__: act
    for act in (
        take_out, restore, purge, to_section, order_by_hand, sort, rename, cover, mark, hide, add_section,
        rename_section, order_sections, delete_section, trash_album,
    )
}  # fmt: skip


def undo(world: World, drawn: Drawn) -> None:
    """Mostly one of the last acts, sometimes an old one."""
    if not world.entries:
        return
    back = drawn.a % min(len(world.entries), 4 if drawn.b % 4 else 30)
    number = len(world.entries) - 1 - back
    problems = world.model.undo(number)
    try:
        with transaction.atomic():
            entry = journal.undo(world.entries[number], by=world.by)
    except Refusal as refusal:
        answer: int | JournalEntry = refusal.status
    else:
        answer = entry
    if isinstance(answer, int):
        assert answer in problems
    else:
        assert problems == set()
        world.keep(answer, True)


def perform(world: World, drawn: Drawn) -> None:
    """One act or undo, on both sides."""
    if drawn.kind == "undo":
        undo(world, drawn)
        return
    album = drawn.of(world.albums, drawn.b)
    if world.model.tables["album"][album]["trashed"]:
        world.keep(trash.restore_album(world.album(album), by=world.by), world.model.trash_album(album, out=True))
    else:
        IN_ALBUM[drawn.kind](world, album, drawn)


# -- comparing -----------------------------------------------------------------------------------------


def compare(world: World) -> None:
    """Every column that matters, and what follows from it."""
    studio, model = world.studio, world.model
    moments = {at: number for number, at in world.moments.items()}
    assert _tables(studio, moments, world.names) == model.tables
    derived = Placement.objects.for_studio(studio).values_list("pk", "section_rank", "sort_key")
    assert {pk: (rank, key) for pk, rank, key in derived} == {
        pk: (model.rank(row["section"]), model.sort_key(row)) for pk, row in model.tables["placed"].items()
    }


def compare_counters(world: World) -> None:
    """What is counted beside the tables."""
    studio, model = world.studio, world.model
    for album_id in world.albums:
        ranks = [model.rank(row["section"]) for row in model.placed(album_id).values()]
        assert counts.live(Album(pk=album_id, studio=studio)).by_rank == {rank: ranks.count(rank) for rank in ranks}
    left = len(model.tables["photo"])
    used = Studio.objects.values_list("files_used", "bytes_used").get(pk=studio.pk)
    assert used == (left, left * SIZE)


def learn_moment(world: World, row: Album | Photo | Placement | None) -> None:
    """Which moment the last act put into the trash."""
    if row is not None and row.trashed_at is not None:
        world.moments[world.model.clock] = row.trashed_at


DRAWN = st.builds(
    Drawn,
    kind=st.sampled_from([*IN_ALBUM, *["undo"] * 12, "take_out", "order_by_hand", "to_section"]),
    a=st.integers(0, 59),
    b=st.integers(0, 59),
    some=st.frozensets(st.integers(0, 7), min_size=1, max_size=4),
)


@pytest.fixture
def base(north: Studio, alice_user: User) -> World:
    """Made once: each sequence is rolled back."""
    return build(north, alice_user)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(300 + 60 * EXAMPLES)
@given(plan=st.lists(DRAWN, min_size=ACTS, max_size=ACTS))
@settings(
    max_examples=EXAMPLES or 16,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_acts_and_undos_leave_what_the_model_says(base: World, plan: list[Drawn]) -> None:
    with transaction.atomic():
        world = replace(base, model=deepcopy(base.model), entries=[], moments={})
        cache.clear()
        for number, drawn in enumerate(plan, start=1):
            with TestCase.captureOnCommitCallbacks(execute=True), acting_in(world.studio):
                perform(world, drawn)
                if drawn.kind == "undo" or number % 5 == 0:
                    compare(world)
            with acting_in(world.studio):
                compare_counters(world)
        transaction.set_rollback(True)
