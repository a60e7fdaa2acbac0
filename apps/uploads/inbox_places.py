"""Where a file of a watched folder goes: its gallery and section, told by the folders it lies in and the inbox's rule.

    rule      2026/Anna & Ben/Ceremony/IMG_1.JPG            IMG_1.JPG
    first     gallery "2026", "Anna & Ben / Ceremony"       gallery "Inbox"
    second    gallery "Anna & Ben", section "Ceremony"      gallery "Inbox"
    every     gallery "2026 / Anna & Ben / Ceremony"        gallery "Inbox"
    one       the chosen one, "2026 / Anna & Ben / ..."     the chosen one, no section

Which gallery a folder fills is remembered, so it may be given another title.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from apps.albums import editing
from apps.albums.models import Album
from apps.uploads.models import Inbox, InboxFolder, InboxRule
from apps.web.refusal import Refusal

LOOSE: Final = "Inbox"
_TITLE, _SECTION, _KEY = 120, 120, 255
_BETWEEN = " / "


class InboxWithoutGallery(Refusal):
    """The one gallery of the rule is in the trash, or gone."""

    status = 409
    code = "no_gallery"
    sentence = "The gallery that all photos go to is gone. An owner chooses another one on this page."


def place(inbox: Inbox, folders: Sequence[str]) -> tuple[Album, str | None]:
    """Gallery and section of a file in these folders, the outermost first; a gallery that is missing is made.

    Call it with the inbox's row held, in the studio's transaction. Raises InboxWithoutGallery.
    """
    names = [" ".join(folder.split()) for folder in folders]
    if inbox.rule == InboxRule.ONE:
        return _chosen(inbox), _section(names)
    above, names = _split(InboxRule(inbox.rule), names)
    title = names[0] if names else LOOSE
    return _album(inbox, _BETWEEN.join([*above, title])[:_KEY], title[:_TITLE]), _section(names[1:])


def _split(rule: InboxRule, names: list[str]) -> tuple[list[str], list[str]]:
    """The folders above that of the gallery, and the others. What lies too high for the rule is taken as it is."""
    if rule == InboxRule.SECOND and len(names) > 1:
        return names[:1], names[1:]
    if rule == InboxRule.EVERY and names:
        return [], [_BETWEEN.join(names)]
    return [], names


def _section(names: list[str]) -> str | None:
    return _BETWEEN.join(names)[:_SECTION] or None


def _chosen(inbox: Inbox) -> Album:
    if inbox.album_id is None:
        raise InboxWithoutGallery
    album = Album.objects.for_studio(inbox.studio_id).filter(pk=inbox.album_id, trashed_at=None).first()
    if album is None:
        raise InboxWithoutGallery
    album.studio = inbox.studio
    return album


def _album(inbox: Inbox, key: str, title: str) -> Album:
    """The gallery that this folder fills: the one of before, one with the title, or a new one."""
    studio = inbox.studio
    known = InboxFolder.objects.for_studio(studio).select_related("album").filter(name=key).first()
    if known is not None and known.album.trashed_at is None:
        filled: Album = known.album
        return filled
    album = Album.objects.for_studio(studio).filter(title__iexact=title, trashed_at=None).order_by("id").first()
    album = album or editing.create(studio, by=None, title=title)
    InboxFolder.objects.for_studio(studio).update_or_create(studio=studio, name=key, defaults={"album": album})
    return album
