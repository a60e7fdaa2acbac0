"""The HTML of the library's tiles: those of albums, with a heading before each month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from html import escape
from itertools import groupby

from django.utils.safestring import SafeString, mark_safe

from apps.accounts.access import Entered
from apps.albums.tiles import StudioPlace, studio_tiles
from apps.library.find import LibraryTile
from apps.library.questions.days import MONTHS


def library_tiles(
    tiles: Iterable[LibraryTile],
    entered: Entered,
    *,
    counts: Mapping[str, int],
    before: str = "",
    first_page: bool = True,
    may_edit: bool = False,
    chips: Mapping[str, Iterable[tuple[str, str]]] | None = None,
) -> SafeString:
    """Tiles, newest first. may_edit: they can be selected.

    chips: of each month what there was, words and address.

    counts: photos of each month as "2024-05", to stand in its heading; a month without one has none.
    before: the month of the photo before the first tile, "" if nothing is.  first_page: its images load at once.
    """
    out: list[str] = []
    for month, of_month in groupby(tiles, lambda tile: month_of(tile.wall)):
        if month != before:
            out.append(_heading(month, counts.get(month), filled=bool(before)))
            out.append(_chips((chips or {}).get(month, ())))
            before = month
        # By their numbers: ids are compared by Python, numbers are not.
        for some in (list(same) for _, same in groupby(of_month, lambda tile: tile.album_id.int)):
            album = some[0].album_id
            place = StudioPlace(entered.studio.pk, entered.studio.slug, album, None, may_edit, tells_guests=False)
            rows = [tile.row for tile in some]
            out.append(studio_tiles(rows, {}, place, first_page=first_page and len(out) < 3, bare=True))
    return mark_safe("".join(out))  # noqa: S308


def plain_tiles(tiles: Iterable[LibraryTile], entered: Entered, *, may_edit: bool = False) -> SafeString:
    """Tiles as they come, without headings. may_edit: they can be selected."""
    each = (library_tiles([tile], entered, counts={}, before=month_of(tile.wall), may_edit=may_edit) for tile in tiles)
    return mark_safe("".join(each))  # noqa: S308


def titled_tiles(groups: Iterable[tuple[str, list[LibraryTile]]], entered: Entered) -> SafeString:
    """Groups of tiles, each below its title; one without tiles is left out."""
    out: list[str] = []
    for title, tiles in groups:
        if tiles:
            fill = '<i class="fill"></i>' if out else ""
            out.append(f'{fill}<h2 class="set">{escape(title)}</h2>{plain_tiles(tiles, entered)}')
    return mark_safe("".join(out))  # noqa: S308


def _chips(chips: Iterable[tuple[str, str]]) -> str:
    links = "".join(f'<a class="occasion" href="{escape(url)}">{escape(words)}</a>' for words, url in chips)
    return f'<p class="occasions">{links}</p>' if links else ""


def month_of(day: date) -> str:
    """A day, or a moment, -> "2024-05"."""
    return day.isoformat()[:7]


def month_name(month: str) -> str:
    """ "2024-05" -> "May 2024"."""
    return f"{MONTHS[int(month[5:]) - 1]} {month[:4]}"


def _heading(month: str, count: int | None, *, filled: bool) -> str:
    fill = '<i class="fill"></i>' if filled else ""
    said = f" <small>{count:,} photo{'' if count == 1 else 's'}</small>" if count else ""
    return f'{fill}<h2 class="set" id="m-{escape(month)}">{month_name(month)}{said}</h2>'
