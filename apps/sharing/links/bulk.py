"""What is done to several galleries at once, from the list of galleries. Run in `acting_in(studio)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from apps.accounts.models import User
from apps.albums import editing, trash
from apps.albums.models import Album, AlbumState
from apps.sharing.models import EXTENSION_DAYS, ShareLink
from apps.web.refusal import Unsuitable


def archive(albums: Sequence[Album], *, by: User) -> int:
    """Archive galleries; how many were not yet."""
    return sum(editing.set_state(album, AlbumState.ARCHIVED, by=by) is not None for album in albums)


def to_trash(albums: Sequence[Album], *, by: User) -> int:
    """Move galleries to the trash; how many went."""
    return sum(trash.trash_album(album, by=by) is not None for album in albums)


def extend(albums: Sequence[Album], *, by: User) -> int:
    """Keep every link of galleries that has an end open for longer; of how many galleries one was."""
    return sum(_extend_links(album, by=by) for album in albums)


def _extend_links(album: Album, *, by: User) -> bool:
    links = ShareLink.objects.for_studio(album.studio_id).filter(album_id=album.pk, revoked_at=None)
    extended = False
    for link in links.exclude(expires_on=None).order_by("pk"):
        link.studio, link.album = album.studio, album
        try:
            link.extend(by=by)
        except Unsuitable:
            # It runs for as long as a link may.
            continue
        extended = True
    return extended


# By the name of the button: the deed, and what is said of the galleries it changed.
ACTS: Final[dict[str, tuple[Callable[..., int], str]]] = {
    "archive": (archive, "archived"),
    "extend": (extend, f"open for {EXTENSION_DAYS} more days"),
    "trash": (to_trash, "moved to the trash"),
}
