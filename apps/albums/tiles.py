"""The HTML of tiles: one function for the studio, one for guests.

A page has up to hundreds of tiles, so they are joined here instead of rendered by templates (a hundred in
about 1 ms instead of 24). Everything that people or cameras wrote is escaped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import NamedTuple, TypeAlias
from uuid import UUID

from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from apps.albums.figures import PhotoFigures
from apps.albums.masonry import MasonryColumns
from apps.albums.models import PhotoState
from apps.media.serving import PictureUrls, live_url, video_url


class TileRow(NamedTuple):
    """A photo of an album, as pages show it.

    sizes: width of tile, thumb and web and height of web, in pixels; None while there are none.
    is_hidden, is_withheld, audience, placement_id: of the placement.  rating, label, flag: the studio's own.
    is_refused: trying again can change nothing.  kind, duration_ms, beside, stack_id: as on the photo.
    frames: of a row that stands for its stack, how many photos that is.  alt_text: as on the photo.
    """

    photo_id: UUID
    section_id: UUID | None
    is_hidden: bool
    name: str
    caption: str
    state: str
    problem: str
    width: int | None
    height: int | None
    color: str
    size: int
    sizes: Sequence[int | None] | None
    is_withheld: bool
    audience: Sequence[UUID] | None
    rating: int
    label: str
    flag: str
    placement_id: UUID
    is_refused: bool = False
    kind: str = "image"
    duration_ms: int | None = None
    beside: str = ""
    stack_id: UUID | None = None
    frames: int = 0
    alt_text: str = ""

    @property
    def is_ready(self) -> bool:
        return self.state == PhotoState.READY.value

    @property
    def alt(self) -> str:
        """What stands for the picture where it stands alone."""
        return self.alt_text or self.caption or self.stem

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return self.name.rpartition(".")[0] or self.name

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height of the largest picture that pages show, in pixels; 3 to 2 if they are not known."""
        _tile, _thumb, width, height = self.sizes or _NO_SIZES
        return width or self.width or 3, height or self.height or 2


# The columns of a `TileRow`, in its order; `stream` reads exactly these.
FIELDS = (
    "photo_id", "section_id", "is_hidden",
    "photo__camera_name", "photo__caption", "photo__state", "photo__problem",
    "photo__width", "photo__height", "photo__color", "photo__original__size",
    "sizes", "is_withheld", "audience",
    "photo__rating", "photo__label", "photo__flag", "id", "photo__is_refused",
    "photo__kind", "photo__duration_ms", "photo__beside", "photo__stack_id", "frames",
    "photo__alt_text",
)  # fmt: skip

# The stylesheet has a class for each fifth percent.
FOCAL_STEP = 5
EAGER = 12
# Of these a phone shows two at first; asked for before scripts, they do not wait until connections are free again.
URGENT = 2
NARROW_ROW, WIDE_ROW = 130, 240
# The first hex digit of a channel -> its three highest bits.
_LEVELS = str.maketrans("0123456789abcdefABCDEF", "0011223344556677556677")
_NO_SIZES: list[int | None] = [None] * 4
_NIL = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Heading:
    """A section as the stream prints it: how many photos lie under the title for whoever looks.

    take_url: where a guest downloads them, "" if that is not offered.
    """

    title: str
    count: int
    take_url: str = ""


Headings: TypeAlias = Mapping[UUID, Heading]


def shape_classes(width: int | None, height: int | None, color: str) -> str:
    """Classes of the stylesheet for aspect ratio and dominant colour, like "a150 k556"."""
    ratio = min(400, max(30, round(100 * width / height))) if width and height else 150
    return f"a{ratio} {colour_class(color)}"


def colour_class(color: str) -> str:
    """Class for a dominant colour "#rrggbb", three bits a channel; a middle grey if it is unknown."""
    return f"k{color[1::2].translate(_LEVELS)}" if len(color) == 7 else "k555"


def focal_step(share: float) -> int:
    """0..1 as percent in the steps that the stylesheet has (fx0 .. fx100, fy0 .. fy100)."""
    return round(share * 100 / FOCAL_STEP) * FOCAL_STEP


def heading(section_id: UUID, section: Heading, *, filled: bool) -> str:
    """The heading of a section; `filled` closes the row of tiles before it."""
    words = gettext("{count} photo") if section.count == 1 else gettext("{count} photos")
    fill = '<i class="fill"></i>' if filled else ""
    title = f"{escape(section.title)} <small>{words.format(count=section.count)}{_take(section)}</small>"
    return f'{fill}<h2 class="set" id="s-{section_id}">{title}</h2>'


def _take(section: Heading) -> str:
    if not section.take_url:
        return ""
    words = escape(gettext("Download {title}").format(title=section.title))
    icon = f'<svg class="icon" aria-hidden="true"><use href="{static("icons.svg")}#download"/></svg>'
    address = f'href="{escape(section.take_url)}" aria-label="{words}" title="{words}"'
    return f' <a class="set__take no-print" {address}>{icon}</a>'


def _image(row: TileRow, pictures: PictureUrls, photo: str, alt: str, *, eager: bool, urgent: bool = False) -> str:
    """photo: its id without hyphens.  alt: escaped."""
    tile_width, thumb_width, _web_width, _web_height = row.sizes or _NO_SIZES
    tile, thumb = pictures.of(photo, "tile"), pictures.of(photo, "thumb")
    ratio = row.width / row.height if row.width and row.height else 1.5
    width, height = row.shown_size
    first = ' fetchpriority="high"' if urgent else ""
    return (
        f'<img src="{tile}" srcset="{tile} {tile_width or 400}w, {thumb} {thumb_width or 800}w"'
        f' sizes="(max-width:599px) {round(ratio * NARROW_ROW)}px, {round(ratio * WIDE_ROW)}px"'
        f' width="{width}" height="{height}" alt="{alt}"'
        f' loading="{"eager" if eager else "lazy"}"{first} decoding="async">'
    )


def length_in_words(milliseconds: int) -> str:
    """How long a video lasts: "0:04", "12:30", "1:02:03"."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _kind(row: TileRow) -> str:
    """What the photo is, where it is more than a picture: a video's length, RAW."""
    if row.kind == "video":
        return _video(round((row.duration_ms or 0) / 1000), get_language())
    said = _BESIDE.get(row.beside, "RAW" if row.kind == "raw" else "")
    return f'<span class="kind">{said}</span>' if said else ""


@lru_cache(maxsize=1_024)
def _video(seconds: int, _language: str | None) -> str:
    """How long a video is, in the language of the page. Many are equally long, and looking a text up takes longest."""
    said = length_in_words(1000 * seconds)
    words = escape(gettext("Video, {length}").format(length=said))
    return f'<span class="kind" title="{words}"><i aria-hidden="true">▶</i> {said}</span>'


# Brand words of cameras, the same in every language.
_BESIDE = {"raw": "RAW+JPEG", "live": "LIVE"}


def _moving(row: TileRow, studio_id: UUID, album_id: UUID, *, live: bool = True) -> str:
    """Where a video plays, and the moving part of a live photo (unless `live` is false)."""
    if row.kind == "video":
        return f' data-video="{video_url(studio_id, album_id, row.photo_id)}"'
    if live and row.beside == "live":
        return f' data-live="{live_url(studio_id, album_id, row.photo_id)}"'
    return ""


def guest_tiles(
    rows: Iterable[TileRow],
    headings: Headings,
    *,
    studio_id: UUID,
    album_id: UUID,
    gallery_url: str,
    after: UUID | None = None,
    first_page: bool = True,
    with_names: bool = False,
    columns: MasonryColumns | None = None,
    hearts: Collection[UUID] | None = None,
    badges: Mapping[UUID, tuple[str, str]] | None = None,
    stacks: bool = False,
    live: bool = True,
    below_cover: bool = False,
) -> SafeString:
    """Tiles of a client's gallery with the headings between them.

    headings: every section of the album with the count of its shown photos.
    gallery_url: address of the gallery, ending in a slash.
    after: section of the photo before the first row (None: no section, or nothing before).
    first_page: nothing comes before these tiles, so the first images load at once.
    with_names: downloads are allowed, so the file names are shown.
    columns: where the tiles go if the photos stand in columns; it is moved on by these rows.
    hearts: the visitor's favourites among the rows; None if there is nothing to tap. They post the page's form #hearts.
    badges: class and words to stand on a photo.  stacks: which photos belong together is told.
    live: live photos move, which they do not under a watermark.
    below_cover: a cover fills the screen above these tiles, so that nothing of them is asked for before it.
    """
    say = gettext("Favourite") if hearts is not None else ""
    pictures = PictureUrls(studio_id, album_id)
    out: list[str] = []
    current, filled, at_once = after, not first_page, first_page and not below_cover
    for number, row in enumerate(rows):
        photo_id, section_id, caption = row.photo_id, row.section_id, row.caption
        section = headings.get(section_id) if section_id else None
        if section_id != current:
            current = section_id
            if section_id and section:
                out.append(heading(section_id, section, filled=filled))
                if columns:
                    columns.level()
        filled = True
        alt = row.alt_text or caption or (f"{row.stem}, {section.title}" if section else row.stem)
        eager, urgent = at_once and number < EAGER, at_once and number < URGENT
        image = _image(row, pictures, photo_id.hex, escape(alt), eager=eager, urgent=urgent)
        note = f' data-note="{escape(caption)}"' if caption else ""
        named = f' data-name="{escape(row.name)}"' if with_names else ""
        place = f" {columns.place(row.width, row.height)}" if columns else ""
        tile = f'class="t {shape_classes(row.width, row.height, row.color)}{place}" id="p-{photo_id}"{named}'
        page = f"{gallery_url}photos/{photo_id}/"
        moving = _moving(row, studio_id, album_id, live=live)
        link = f'href="{page}" data-full="{pictures.of(photo_id.hex, "web")}"{note}{moving}'
        image += _kind(row)
        badge = stack_badge(row, gallery_url) if stacks else ""
        tile += _in_stack(row) if stacks else ""
        if hearts is None and badges is None and not badge:
            out.append(f"<a {tile} {link}>{image}</a>")
            continue
        extras = _heart(page, photo_id in hearts, f"{say}: {alt}") if hearts is not None else ""
        if badges and photo_id in badges:
            extras += '<span class="work work--{}">{}</span>'.format(*map(escape, badges[photo_id]))
        out.append(f"<div {tile}><a {link}>{image}</a>{extras}{badge}</div>")
    # Every value above is escaped or made here.
    return mark_safe("".join(out))  # noqa: S308


def _heart(page: str, on: bool, label: str) -> str:
    return (
        f'<button class="heart" form="hearts" formaction="{page}favourite/" name="on" value="{0 if on else 1}"'
        f' aria-pressed="{"true" if on else "false"}" aria-label="{escape(label)}"></button>'
    )


class StudioPlace(NamedTuple):
    """Where the studio's tiles are shown, and to whom.

    own: photos that may be taken out again by who may not edit.  tells_guests: say from which guests a photo is kept.
    said: what guests said of photos, where they said anything.
    """

    studio_id: UUID
    studio_slug: str
    album_id: UUID
    cover_id: UUID | None
    may_edit: bool
    own: frozenset[UUID] = frozenset()
    tells_guests: bool = True
    said: Mapping[UUID, PhotoFigures] = {}


def studio_tiles(
    rows: Iterable[TileRow],
    headings: Headings,
    place: StudioPlace,
    *,
    after: UUID | None = None,
    first_page: bool = True,
    bare: bool = False,
) -> SafeString:
    """Tiles of the studio's album page; arguments as in `guest_tiles`.

    bare: only the tiles, without headings (tiles asked for by id).
    """
    out: list[str] = []
    pictures = PictureUrls(place.studio_id, place.album_id)
    before, behind = _photos_of(place.studio_slug)
    photo_base = f"{before}{place.album_id}{behind}"
    current, filled = after, not first_page
    for number, row in enumerate(rows):
        section_id = row.section_id
        if section_id != current and not bare:
            current = section_id
            if section_id and section_id in headings:
                out.append(heading(section_id, headings[section_id], filled=filled))
        filled = True
        out.append(_studio_tile(row, place, pictures, photo_base, eager=first_page and number < EAGER))
    return mark_safe("".join(out))  # noqa: S308


@lru_cache(maxsize=1_024)
def _photos_of(slug: str) -> tuple[str, str]:
    """What stands before and behind a gallery's id in the addresses of its photos, up to theirs.

    Looked up once for a studio: photos of the library lie in many galleries.
    """
    before, behind, _ = reverse("albums:photo_download", args=[slug, _NIL, _NIL]).rsplit(str(_NIL), 2)
    return before, behind


def _kept(row: TileRow) -> str:
    """From whom the photo is kept, in words."""
    words = {
        "Hidden": row.is_hidden,
        "Hidden by the client": row.is_withheld,
        "Chosen links": row.audience is not None,
    }
    said = "".join(f"<b>{one}</b>" for one, holds in words.items() if holds)
    return f'<span class="kept">{said}</span>' if said else ""


def _said(figures: PhotoFigures | None) -> str:
    """Hearts and comments of guests; those that nobody has read stand out."""
    if figures is None:
        return ""
    parts = []
    if figures.hearts:
        people = "1 client" if figures.hearts == 1 else f"{figures.hearts} clients"
        parts.append(f'<b title="Favourite of {people}">♥ {figures.hearts}</b>')
    if figures.comments:
        many = "1 comment" if figures.comments == 1 else f"{figures.comments} comments"
        words = f"{many}, {figures.new_comments} new" if figures.new_comments else many
        new = ' class="said__new"' if figures.new_comments else ""
        parts.append(f'<b{new} title="{words}">✎ {figures.comments}</b>')
    return f'<span class="said">{"".join(parts)}</span>' if parts else ""


_FLAGS = {"pick": ("P", "Pick"), "reject": ("X", "Reject")}


def _own(row: TileRow) -> str:
    """The studio's own stars, label and flag; a letter stands beside each colour."""
    return _marks(row.rating, row.label, row.flag)


@lru_cache(maxsize=1_024)
def _marks(rating: int, label: str, flag: str) -> str:
    """The same. There are few of them, and a page has hundreds of tiles."""
    said = ""
    if flag in _FLAGS:
        letter, word = _FLAGS[flag]
        said += f'<b class="own__flag own__flag--{flag}" title="{word}">{letter}</b>'
    if label:
        colour = escape(label.lower())
        said += f'<b class="lab lab--{colour}" title="{colour.capitalize()}">{colour[0].upper()}</b>'
    if rating:
        said += f'<b title="{rating} of 5 stars">{rating}★</b>'
    marks = f' data-rating="{rating}" data-label="{escape(label.lower())}" data-flag="{escape(flag)}"'
    return f'<span class="own"{marks}>{said}</span>' if said else ""


def _in_stack(row: TileRow) -> str:
    return f' data-in-stack="{row.stack_id}"' if row.stack_id else ""


def stack_badge(row: TileRow, here: str) -> str:
    """How many photos a tile stands for; leads to all of them, and scripts show them in place. here: of the grid."""
    if row.frames < 2 or row.stack_id is None:
        return ""
    words = escape(gettext("Stack of {count} photos").format(count=row.frames))
    icon = f'<svg class="icon" aria-hidden="true"><use href="{static("icons.svg")}#copy"/></svg>'
    return (
        f'<span class="stacked"><a class="stack-badge" href="{here}?stack={row.stack_id}" data-stack="{row.stack_id}"'
        f' aria-expanded="false" aria-label="{words}" title="{words}">{icon}{row.frames}</a></span>'
    )


def _studio_tile(row: TileRow, place: StudioPlace, pictures: PictureUrls, photo_base: str, *, eager: bool) -> str:
    photo_id, shown_name = row.photo_id, escape(row.name)
    # Written four times; writing an id takes as long as escaping a name.
    said = str(photo_id)
    classes = shape_classes(row.width, row.height, row.color)
    if row.is_hidden:
        classes += " is-hidden"
    # Comparing ids and looking them up is dear where most places have neither.
    if place.cover_id is not None and photo_id == place.cover_id:
        classes += " is-cover"
    is_touchable = place.may_edit or photo_id in place.own
    pick = (
        f'<input class="pick" type="checkbox" name="photo" value="{said}" form="selection"'
        f' aria-label="Select {shown_name}">'
        if is_touchable
        else ""
    )
    if row.is_ready:
        bare = said.replace("-", "")
        image = _image(row, pictures, bare, shown_name, eager=eager)
        link = f'href="{pictures.of(bare, "web")}" data-dl="{photo_base}{said}/download/"'
        moving = _moving(row, place.studio_id, place.album_id)
        inner = f"<a {link}{moving}>{image}{_kind(row)}</a>{pick}"
    elif row.state == PhotoState.FAILED.value:
        classes += " is-bad"
        again = (
            f'<button type="button" hx-post="{photo_base}{said}/retry/" hx-target="closest .t"'
            ' hx-swap="outerHTML">Try again</button>'
            if is_touchable and not row.is_refused
            else ""
        )
        inner = f"<p>{escape(row.problem)}</p><span>{shown_name}</span>{again}{pick}"
    else:
        classes += " is-wait"
        inner = f"<p>Processing…</p><span>{shown_name}</span>"
    guests = f"{_kept(row)}{_own(row)}" if place.tells_guests else _own(row)
    if place.said:
        guests += _said(place.said.get(photo_id))
    badge = stack_badge(row, photo_base.removesuffix("photos/")) if row.frames > 1 else ""
    return (
        f'<div class="t {classes}" id="p-{said}" data-name="{shown_name}" data-size="{row.size}"'
        f' data-section="{row.section_id or ""}"{_in_stack(row)}>{inner}{guests}{badge}</div>'
    )
