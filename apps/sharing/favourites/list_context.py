"""What the pages of favourites show. Run in `acting_in(grant.studio)`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Count, F
from django.http import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.albums.request_params import readable_uuids, uuid_or_none
from apps.albums.stream import Stream, StreamPage
from apps.albums.tiles import TileRow, guest_tiles
from apps.sharing.access import Grant
from apps.sharing.access.cookies import SignedCookie
from apps.sharing.favourites import lists
from apps.sharing.favourites.lists import Listed, Lists
from apps.sharing.models import Download, Pick, Visitor, Work

ASKED_AT_ONCE = 100


class ChosenList(NamedTuple):
    """What the cookie of an album says: the list to which this browser's hearts go. Rights are asked each time."""

    selection_id: UUID


COOKIE: Final = SignedCookie("list", ChosenList, lifetime=timedelta(days=365), most=3)


def chosen_list(grant: Grant, query: Mapping[str, str], cookies: Mapping[str, str]) -> UUID | None:
    """The list that the browser wants: the one that the request names, else the one it chose last."""
    held = COOKIE.read(cookies, grant.shown.pk, now=timezone.now())
    return uuid_or_none(query.get("list")) or (held.selection_id if held else None)


def remember_list(response: HttpResponseBase, cookies: Mapping[str, str], grant: Grant, selection_id: UUID) -> None:
    """The hearts of the browser with these cookies go to this list from now on."""
    COOKIE.give(response, cookies, ChosenList(selection_id), grant.shown.pk, now=timezone.now())


def state(
    grant: Grant, token: str, visitor: Visitor | None, chosen: UUID | None, query: Mapping[str, str]
) -> dict[str, Any]:
    """The counter of a list, which of some photos are in it, and the menu of lists as HTML.

    query: `ids` with commas between, the first hundred count; `only` if the page shows favourites alone.
    """
    ids = query.get("ids", "")
    asked = readable_uuids(ids.split(",", ASKED_AT_ONCE), most=ASKED_AT_ONCE)
    found = lists.read(grant, visitor, chosen=chosen, among=asked)
    active = found.active
    return {
        "list": active.id,
        "count": active.count,
        "maximum": active.maximum,
        "sent": active.is_sent,
        "bar": render_to_string(
            "sharing/favourites/_counter.html",
            {**hearts_context(grant, found, token), "only": query.get("only", "")},
        ),
        "on": [str(one) for one in asked if one in found.hearts],
    }


def hearts_context(grant: Grant, found: Lists, token: str) -> dict[str, Any]:
    """What the bar of a page with hearts shows. keep: names the link where this device keeps what is not saved yet."""
    return {
        "token": token,
        "keep": grant.link_id.hex[-16:],
        "gallery_url": reverse("sharing:gallery", args=[token]),
        "lists": found.every,
        "list": found.active,
        "counter": found.active.words,
        # One plain list of favourites needs no name; where there is a choice or a limit, people must see which it is.
        "names_list": len(found.every) > 1 or found.active.maximum is not None or found.active.is_sent,
        "favourites_url": reverse("sharing:favourites", args=[token]),
        "state_url": reverse("sharing:favourites_state", args=[token]),
    }


def favourites_context(
    grant: Grant, token: str, visitor: Visitor | None, chosen: UUID | None, query: Mapping[str, str]
) -> dict[str, Any]:
    """A page of one list: its photos in the gallery's order, and how far the studio is with each."""
    if visitor is not None and not grant.is_preview:
        lists.prepare(grant, visitor)
    found = lists.read(grant, visitor, chosen=chosen)
    active = found.active
    context = {
        "album": grant.shown.album,
        "studio": grant.studio,
        "visitor": visitor,
        "gallery_url": reverse("sharing:gallery", args=[token]),
        "who_url": reverse("sharing:who", args=[token]),
        "token": token,
        "rights": grant.rights,
        "download": grant.rights.download.value,
        "missing_words": lists.missing_words(active.missing) if active.missing else "",
        "sent_words": _sent_words(grant, active),
        "progress": _progress(grant, active),
        **hearts_context(grant, found, token),
    }
    if active.selection is None:
        return {**context, "tiles": "", "total": 0}
    every_section = grant.shown.sections()
    stream = chosen_stream(grant, grant.stream(every_section), active)
    page = stream.open(query.get("after", ""), photo=uuid_or_none(query.get("photo")))
    following = f"{context['favourites_url']}?list={active.id}&after={page.next}" if page.next else ""
    tiles = guest_tiles(
        page.rows,
        stream.counts.headings(every_section),
        studio_id=grant.studio.pk,
        album_id=grant.shown.pk,
        gallery_url=context["gallery_url"],
        after=page.after,
        first_page=page.is_first,
        with_names=grant.rights.download != Download.NONE,
        hearts=None if active.is_sent else {row.photo_id for row in page.rows},
        badges=_badges(grant, active, page.rows),
        live=not grant.rights.is_watermarked,
    )
    return {**context, "tiles": tiles, "total": stream.counts.total, "first": page.first, "next_url": following}


def chosen_stream(grant: Grant, stream: Stream, listed: Listed) -> Stream:
    """Of what the grant shows only the photos of a list."""
    picks = Pick.objects.for_studio(grant.studio).filter(selection=listed.selection)
    return replace(stream, only=picks.values("photo_id"))


def only_favourites(grant: Grant, stream: Stream, visitor: Visitor | None, chosen: UUID | None) -> Stream:
    """The gallery with nothing but the photos of the active list."""
    return chosen_stream(grant, stream, lists.read(grant, visitor, chosen=chosen, stream=stream).active)


def page_hearts(grant: Grant, visitor: Visitor | None, chosen: UUID | None, stream: Stream, page: StreamPage) -> Lists:
    """The visitor's lists, and which photos of a page are in the active one. stream: all that the grant shows."""
    among = [row.photo_id for row in page.rows]
    return lists.read(grant, visitor, chosen=chosen, among=among, stream=stream)


def _badges(grant: Grant, listed: Listed, rows: list[TileRow]) -> dict[UUID, tuple[str, str]]:
    """How far the studio is with the photos of a list that was sent once; before, which were retouched since chosen."""
    selection = listed.selection
    if selection is None:
        return {}
    picks = Pick.objects.for_studio(grant.studio).filter(
        selection=selection, photo_id__in=[row.photo_id for row in rows]
    )
    if not selection.is_sent and selection.round == 1:
        since = picks.filter(photo__retouched_at__gt=F("created_at")).values_list("photo_id", flat=True)
        return dict.fromkeys(since, ("retouched", _("Retouched since")))
    words = work_words()
    # What came in after the last round is no business of the studio's yet.
    sent = picks if selection.is_sent else picks.filter(round__lt=selection.round)
    return {photo_id: (work, words[Work(work)]) for photo_id, work in sent.values_list("photo_id", "work")}


def work_words() -> dict[Work, str]:
    """How far the studio is with a photo, as the client reads it."""
    return {
        Work.SELECTED: pgettext("photo", "Selected"),
        Work.EDITING: pgettext("photo", "In edit"),
        Work.READY: pgettext("photo", "Ready"),
        Work.DELIVERED: pgettext("photo", "Delivered"),
    }


def _progress(grant: Grant, listed: Listed) -> list[tuple[str, str]]:
    """(state, "3 · In edit") for the states that photos of a sent list are in."""
    if not listed.is_sent or listed.selection is None:
        return []
    counted = lists.shown_picks(grant, listed.selection).order_by().values_list("work").annotate(number=Count("pk"))
    numbers, words = dict(counted), work_words()
    return [(work.value, f"{numbers[work]} · {words[work]}") for work in Work if work in numbers]


def _sent_words(grant: Grant, listed: Listed) -> str:
    if not listed.is_sent or listed.selection is None or listed.selection.sent_at is None:
        return ""
    sent_at = timezone.localtime(listed.selection.sent_at, grant.studio.zone)
    return _("Sent on {date}, {time}.").format(date=date_format(sent_at, _("j M")), time=date_format(sent_at, "H:i"))


def photo_heart(
    grant: Grant, token: str, visitor: Visitor | None, chosen: UUID | None, photo_id: UUID
) -> dict[str, Any]:
    """The heart on the page of one photo; nothing where the link has no favourites."""
    if not grant.rights.favourite:
        return {}
    found = lists.read(grant, visitor, chosen=chosen, among=[photo_id])
    return {
        "list": found.active,
        "heart_url": reverse("sharing:favourite", args=[token, photo_id]),
        "is_favourite": photo_id in found.hearts,
    }
