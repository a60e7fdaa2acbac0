"""What the gallery's pages show: photos, sections and cover as one grant sees them. Run in the studio's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts.hosts import url_here
from apps.albums import information
from apps.albums.counts import Counts
from apps.albums.cover import Cover, cover_of
from apps.albums.design import Design
from apps.albums.masonry import MasonryColumns
from apps.albums.models import Album, Photo, Section, Stack
from apps.albums.request_params import uuid_or_none
from apps.albums.stream import Stream, StreamPage
from apps.albums.tiles import Headings, colour_class, focal_step, guest_tiles
from apps.library.places import told
from apps.media.serving import picture_url, video_url
from apps.sharing.access import Grant
from apps.sharing.favourites.list_context import hearts_context, only_favourites, page_hearts
from apps.sharing.gallery import search
from apps.sharing.gallery.og_size import measures
from apps.sharing.models import Archive, Download, TakesUploads, Visitor
from apps.sharing.people import finder, strip
from apps.sharing.people.context import people_context, wish_of


def gallery_context(
    grant: Grant,
    token: str,
    query: Mapping[str, str],
    *,
    visitor: Visitor | None = None,
    chosen: UUID | None = None,
    found: QuerySet[Any] | None = None,
) -> dict[str, Any]:
    """One page of the gallery.

    query: `after` (cursor), `section` or `photo` (ids) say where it starts; `only=favourites` leaves the rest out, and
    so do `people` (see `people.context`) and `q` (see `search`).
    found: ids of the photos that the guest found by a selfie, shown by `only=found`.  visitor: who looks, if known.
     chosen: the list of theirs that this browser holds for the active one.
    """
    album = grant.shown.album
    every_section = grant.shown.sections()
    whole = grant.stream(every_section)
    look = Design.of(grant.studio.design, album.design)
    wish = wish_of(grant, query)
    searched = search_of(grant, query)
    stream, only, kept = whole, "", ""
    if wish.people:
        stream, only, kept = strip.only_people(grant, whole, wish), "people", wish.query
    elif searched is not None and searched.asks:
        stream, only, kept = (
            replace(whole, only=search.photos(grant, searched, every_section)),
            "search",
            searched.query,
        )
    elif found is not None and query.get("only") == "found":
        stream, only, kept = replace(whole, only=found), "found", "only=found"
    elif grant.rights.favourite and query.get("only") == "favourites":
        stream, only, kept = only_favourites(grant, whole, visitor, chosen), "favourites", "only=favourites"
    else:
        stream = _folded(whole, look, uuid_or_none(query.get("stack")))
    counts = stream.photo_counts
    # A section without a photo that this guest may see is not theirs to know of.
    sections = [section for section in every_section if counts.of(section)]
    section = _chosen(sections, query.get("section", ""))
    page = stream.open(query.get("after", ""), section=section, photo=uuid_or_none(query.get("photo")))
    hearts = page_hearts(grant, visitor, chosen, whole, page) if grant.rights.favourite else None
    address = reverse("sharing:gallery", args=[token])
    cover = cover_of(stream, page) if page.is_first and not only else None
    columns = MasonryColumns(query.get("columns", "")) if look.grid == "masonry" else None
    return {
        "album": _album(album, counts),
        "is_live": grant.shown.is_live,
        "studio": grant.studio,
        "sections": [_section(one, counts, kept) for one in sections],
        "section": section,
        "cover": _cover(cover, album) if cover else None,
        "tiles": guest_tiles(
            page.rows,
            _headings(grant, token, counts, sections),
            studio_id=grant.studio.pk,
            album_id=album.pk,
            gallery_url=address,
            after=page.after,
            first_page=page.is_first,
            with_names=grant.rights.download != Download.NONE,
            columns=columns,
            hearts=hearts.hearts if hearts else None,
            stacks=look.stacks == "folded" and album.is_gallery,
            live=not grant.rights.is_watermarked,
            below_cover=cover is not None,
        ),
        "first": page.first,
        "tile_count": stream.total,
        # Built after the tiles: only then do the columns know where the next page begins.
        "next_url": _next_url(address, page, columns, kept),
        "earlier_url": "" if page.is_first else f"{address}?{kept}" if kept else address,
        "gallery_url": address,
        "preview_url": _preview_url(grant, token),
        "preview_size": measures(*cover.photo.shown_size) if cover else None,
        "download": grant.rights.download.value,
        "withheld_url": reverse("sharing:withheld", args=[token]) if grant.rights.is_main else "",
        "found_ids": _takeable(found) if only == "found" and found is not None else [],
        "find_url": reverse("sharing:find", args=[token]) if finder.may_find(grant) else "",
        "search": searched,
        "search_longest": search.LONGEST,
        "upload_url": reverse("uploads:guest", args=[token]) if grant.rights.upload == TakesUploads.ON else "",
        "token": token,
        "visitor": visitor,
        "rights": grant.rights,
        "only": only,
        **({} if query.get("after") else people_context(grant, token, wish)),
        **(hearts_context(grant, hearts, token) if hearts else {}),
    }


def search_of(grant: Grant, query: Mapping[str, str]) -> search.GuestSearch | None:
    """What the guest asks for by `q`; None where the link's guests do not search."""
    if not grant.rights.may_search:
        return None
    return search.read(query.get("q", ""), timezone.localdate(timezone=grant.studio.zone))


def _folded(whole: Stream, look: Design, stack: UUID | None) -> Stream:
    """The gallery as its look has it: each stack one tile, or the photos of one that was opened."""
    if look.stacks != "folded" or not whole.album.is_gallery:
        return whole
    if stack is None:
        return replace(whole, folds=True)
    frames = whole.album.placements.filter(photo__stack_id=stack).values("photo_id")
    return replace(whole, only=frames, size=Stack.MOST)


def _takeable(found: QuerySet[Any]) -> list[UUID]:
    """Ids of what was found, as many as are taken home at once."""
    return list(found.values_list("photo_id", flat=True)[: Archive.MOST_CHOSEN])


def _headings(grant: Grant, token: str, counts: Counts, sections: list[Section]) -> Headings:
    """What stands between the tiles. Of several sections each leads to its own download, with the megabytes there."""
    found = counts.headings(sections)
    if grant.rights.download_size is None or len(sections) < 2:
        return found
    page = reverse("sharing:downloads", args=[token])
    return {pk: replace(one, take_url=f"{page}?what=section%3A{pk}") for pk, one in found.items()}


def _preview_url(grant: Grant, token: str) -> str:
    """Where messengers find the picture of a pasted link, or "" if it has none (see `og_image`)."""
    if grant.asks_identity:
        return ""
    return url_here() + reverse("sharing:link_preview", args=[token])


def _next_url(address: str, page: StreamPage, columns: MasonryColumns | None, kept: str) -> str:
    if not page.next:
        return ""
    state = f"&columns={columns.state()}" if columns else ""
    return f"{address}?after={page.next}{state}" + (f"&{kept}" if kept else "")


def facts_context(grant: Grant, token: str, photo_id: UUID) -> dict[str, Any]:
    """What is known of one photo. Raises Http404 if this guest may not see it."""
    if not grant.stream().of([photo_id]):
        raise Http404
    photo = Photo.objects.for_studio(grant.studio.pk).select_related("original").get(pk=photo_id)
    rights = grant.rights
    facts = information.of(photo, grant.studio.zone, for_guests=True) if rights.shows_metadata else []
    if rights.shows_places and (place := told.town_of(photo)):
        facts.append(information.KnownFact(gettext("Place"), place))
    return {
        "album": grant.shown.album,
        "studio": grant.studio,
        "photo": photo,
        "facts": facts,
        "back_url": f"{reverse('sharing:gallery', args=[token])}?photo={photo_id}#p-{photo_id}",
    }


def photo_context(grant: Grant, token: str, photo_id: UUID) -> dict[str, Any]:
    """One photo and its neighbours. Raises Http404 if this guest may not see it."""
    stream = grant.stream()
    rows, around = stream.of([photo_id]), stream.neighbours(photo_id)
    if not rows or around is None:
        raise Http404
    row = rows[0]
    width, height = row.shown_size

    def address(other: UUID | None) -> str:
        return reverse("sharing:photo", args=[token, other]) if other else ""

    return {
        "album": _album(grant.shown.album, stream.counts),
        "studio": grant.studio,
        "rights": grant.rights,
        "token": token,
        "photo": {
            "id": photo_id,
            "name": row.name,
            "caption": row.caption,
            "alt": row.alt,
            "full_url": picture_url(grant.studio.pk, grant.shown.pk, photo_id, "web"),
            "video_url": video_url(grant.studio.pk, grant.shown.pk, photo_id) if row.kind == "video" else "",
            "width": width,
            "height": height,
            "position": around.position,
        },
        "colour": colour_class(row.color),
        "total": around.total,
        "previous_url": address(around.previous),
        "next_url": address(around.next),
        "download_url": reverse("sharing:download", args=[token, photo_id]) if grant.rights.download_size else "",
        "withhold_url": reverse("sharing:withhold", args=[token, photo_id]) if grant.rights.is_main else "",
        "is_withheld": row.is_withheld,
        "back_url": f"{reverse('sharing:gallery', args=[token])}?photo={photo_id}#p-{photo_id}",
    }


def _album(album: Album, counts: Counts) -> dict[str, Any]:
    return {
        "title": album.title,
        "event_date": album.event_date,
        "description": album.description,
        "photo_count": counts.total,
    }


def _section(section: Section, counts: Counts, kept: str) -> dict[str, Any]:
    return {
        "id": section.pk,
        "title": section.title,
        "count": counts.of(section),
        "url": f"?{kept + '&' if kept else ''}section={section.pk}#s-{section.pk}",
    }


def _cover(cover: Cover, album: Album) -> dict[str, Any]:
    photo_id, (width, height) = cover.photo.photo_id, cover.photo.shown_size
    return {
        "id": photo_id,
        "url": picture_url(album.studio_id, album.pk, photo_id, "web"),
        "thumb_url": picture_url(album.studio_id, album.pk, photo_id, "thumb"),
        "width": width,
        "height": height,
        "fx": focal_step(cover.focal_x),
        "fy": focal_step(cover.focal_y),
        "colour": colour_class(cover.photo.color),
    }


def _chosen(sections: list[Section], text: str) -> Section | None:
    wanted = uuid_or_none(text)
    return next((section for section in sections if section.pk == wanted), None)
