"""Sections of an album: made, renamed, put in order, removed. Each act can be undone."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from apps.accounts import journal
from apps.accounts.models import JournalEntry, User
from apps.accounts.tenancy import StudioQuerySet
from apps.albums import counts
from apps.albums.models import Album, Placement, Section
from apps.web.refusal import Refusal
from apps.web.typed import title_key

SECTIONS_MOST = 500
TITLE_LENGTH = 120


class TitleTaken(Refusal):
    """Two sections of one album cannot have the same title."""

    status = 409
    code = "title_taken"
    sentence = "This gallery already has a section with that title."


class TooManySections(Refusal):
    """An album has so many sections that nobody could find one."""

    status = 409
    code = "too_many_sections"
    sentence = f"A gallery can have at most {SECTIONS_MOST} sections."


def named(album: Album, title: str, *, by: User | None) -> Section:
    """The section with this title, made at the end if there is none. Raises TooManySections."""
    title = title.strip()[:TITLE_LENGTH]
    # The album's row is the lock: two folders dropped at once must not make one section twice.
    album.hold()
    known = titled(album.sections.order_by("rank"), title)
    return known or _make(album, title, by=by)[0]


def all_named(album: Album, titles: Iterable[str], *, by: User) -> dict[str, UUID]:
    """Ids of the sections with these titles; those that there are not are made at the end, in the order of the titles.

    Raises TooManySections; then none is made.
    """
    with transaction.atomic():
        return {title: named(album, title, by=by).pk for title in dict.fromkeys(titles)}


def titled(sections: Iterable[Section], title: str) -> Section | None:
    """The one of these sections whose title people take for this one (`typed.title_key`)."""
    key = title_key(title)
    return next((section for section in sections if title_key(section.title) == key), None)


def add(album: Album, title: str, *, by: User) -> JournalEntry:
    """A new section at the end. Raises TitleTaken, TooManySections."""
    title = title.strip()[:TITLE_LENGTH]
    album.hold()
    if titled(album.sections.all(), title):
        raise TitleTaken
    return _make(album, title, by=by)[1]


def _make(album: Album, title: str, *, by: User | None) -> tuple[Section, JournalEntry]:
    watch = journal.Watch(album.studio)
    section = insert(album, title, watch)
    entry = journal.record(
        album.studio, by=by, verb="section.created", subject=section, changes=watch.changes(), title=title
    )
    return section, entry


def insert(album: Album, title: str, watch: journal.Watch) -> Section:
    """A section at the end, watched by the act that makes it. The album is held. Raises TooManySections."""
    if album.sections.count() >= SECTIONS_MOST:
        raise TooManySections
    last: int = album.sections.aggregate(last=Max("rank"))["last"] or 0
    section: Section = album.sections.create(studio_id=album.studio_id, title=title, rank=last + 1)
    watch.made(section)
    return section


def rename(section: Section, title: str, *, by: User) -> JournalEntry | None:
    """Give a section another title. None if it has it already. Raises TitleTaken."""
    title, album = title.strip()[:TITLE_LENGTH], section.album
    album.hold()
    if titled(album.sections.exclude(pk=section.pk), title):
        raise TitleTaken
    watch = journal.Watch(album.studio)
    watch.rows(_row(section), "title")
    before = section.title
    section.title = title
    section.save(update_fields=["title"])
    changes = watch.changes()
    if not changes:
        return None
    return journal.record(
        album.studio, by=by, verb="section.renamed", subject=section, changes=changes, before=before, title=title
    )


def reorder(album: Album, ids: Iterable[UUID], *, by: User) -> JournalEntry | None:
    """Give sections the order of `ids`; those not named follow in their old order. None if they stand so already."""
    album.hold()
    watch = journal.Watch(album.studio)
    watch.rows(Section.objects.for_studio(album.studio_id).filter(album_id=album.pk), "rank")
    sections = {section.pk: section for section in album.sections.order_by("rank")}
    first = [sections[pk] for pk in dict.fromkeys(ids) if pk in sections]
    rest = [section for section in sections.values() if section not in first]
    for rank, section in enumerate([*first, *rest], start=1):
        if section.rank != rank:
            section.rank = rank
            section.save(update_fields=["rank"])
            section.placements.update(section_rank=rank)
    counts.forget(album.pk)
    changes = watch.changes()
    if not changes:
        return None
    return journal.record(album.studio, by=by, verb="sections.reordered", subject=album, changes=changes)


def delete(section: Section, *, by: User) -> JournalEntry:
    """Remove a heading; its photos stay, in front of all sections."""
    album = section.album
    album.hold()
    section.refresh_from_db(from_queryset=_row(section))
    watch = journal.Watch(album.studio)
    inside = Placement.objects.for_studio(album.studio_id).filter(section_id=section.pk)
    watch.rows(inside, "section_id")
    watch.removed(section)
    things = list(inside.filter(trashed_at__isnull=True).values_list("photo_id", flat=True))
    inside.update(section=None, section_rank=0)
    section_id, title = section.pk, section.title
    section.delete()
    section.pk = section_id
    counts.forget(album.pk)
    return journal.record(
        album.studio,
        by=by,
        verb="section.deleted",
        subject=section,
        things=things,
        changes=watch.changes(),
        title=title,
    )


def _row(section: Section) -> StudioQuerySet[Section]:
    return Section.objects.for_studio(section.studio_id).filter(pk=section.pk)
