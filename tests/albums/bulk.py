"""Albums with very many photos: one is made as usual, the others are copied inside the database."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections, models

from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Version
from tests.factories import BlobFactory, PhotoFactory, PlacementFactory, RenditionFactory

MANY = 200
SIZES = {"tile": (400, 267), "thumb": (800, 533), "web": (2400, 1600)}


def fill(album: Album, count: int, *, sections: Sequence[int] = (0,)) -> None:
    """Put `count` ready photos with all renditions into an album, in order of their names.

    sections: ranks to go round robin through; 0 is without section.
    """
    studio = album.studio
    original = BlobFactory.create(studio=studio, size=1000)
    photo = PhotoFactory.create(studio=studio, original=original, camera_name="DSC_000000.jpg")
    made = {
        kind: RenditionFactory.create(source=original, kind=kind, width=width, height=height)
        for kind, (width, height) in SIZES.items()
    }
    with acting_in(studio):
        by_rank = {section.rank: section for section in album.sections.all()}
    placement = PlacementFactory.create(
        album=album,
        photo=photo,
        section=by_rank.get(sections[0]),
        section_rank=sections[0],
        sort_key=f"{0:020}",
        manual_key=f"{0:020}",
    )
    ids = [f"'{by_rank[rank].pk}'" if rank else "null" for rank in sections]
    with acting_in(studio):
        _copy(original, count, id=_id(album, "o"), **_bytes(album, "o"))
        _copy(
            photo, count, id=_id(album, "p"), original_id=_id(album, "o"),
            camera_name="'DSC_' || lpad(n::text, 6, '0') || '.jpg'",
        )  # fmt: skip
        version = Version.objects.for_studio(studio).get(photo=photo)
        _copy(version, count, id=_id(album, "v"), photo_id=_id(album, "p"), blob_id=_id(album, "o"))
        for kind, rendition in made.items():
            _copy(rendition.blob, count, id=_id(album, kind), **_bytes(album, kind))
            _copy(rendition, count, id=_id(album, f"r{kind}"), source_id=_id(album, "o"), blob_id=_id(album, kind))
        _copy(
            placement, count, id=_id(album, "l"), photo_id=_id(album, "p"),
            section_id=f"(array[{','.join(ids)}]::uuid[])[mod(n, {len(ids)}) + 1]",
            section_rank=f"(array[{','.join(map(str, sections))}])[mod(n, {len(ids)}) + 1]",
            sort_key="lpad(n::text, 20, '0')", manual_key="lpad(n::text, 20, '0')",
        )  # fmt: skip
    if count >= MANY:
        _analyze()


def _id(album: Album, what: str) -> str:
    """SQL of the id that copy number n of something has."""
    return f"md5('{album.pk} {what} ' || n)::uuid"


def _bytes(album: Album, what: str) -> dict[str, str]:
    digest = f"md5('{album.pk} {what} ' || n) || md5('{what} ' || n)"
    return {"sha256": digest, "storage_key": f"'{album.studio_id}/' || {digest}"}


def _copy(row: models.Model, count: int, **changed: str) -> None:
    """Insert copies 1..count-1 of a row; `changed` are columns as SQL over n."""
    copies(row, 1, count - 1, **changed)


def copies(row: models.Model, first: int, last: int, **changed: str) -> None:
    """Insert copies first..last of a row; `changed` are columns as SQL over n. Run it in `acting_in(studio)`."""
    table = row._meta.db_table
    columns = [field.column for field in row._meta.concrete_fields]
    values = [changed.get(str(column), f't."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f'insert into "{table}" ({names}) select {", ".join(values)} '
            f'from "{table}" t, generate_series(%s, %s) n where t.id = %s',
            [first, last, row.pk],
        )


def _analyze() -> None:
    # The planner must know the tables as the autovacuum would have told it.
    with connections["default"].cursor() as cursor:
        cursor.execute("analyze albums_placement, albums_photo, albums_section, media_blob, media_rendition")
