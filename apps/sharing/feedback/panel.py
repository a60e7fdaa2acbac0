"""What the panel beside a photo shows: its name, the guest's own marks, the thread. Run in the studio's transaction."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.albums.tiles import TileRow, colour_class
from apps.media.serving import picture_url
from apps.sharing.access import Grant
from apps.sharing.feedback import comments, marks
from apps.sharing.models import Comment, Label, Mark, Verdict, Visitor

VERDICTS = {Verdict.APPROVED: _("Approve"), Verdict.MAYBE: _("Maybe"), Verdict.REJECTED: _("Reject")}
# In the order of the keys 1, 2, 3; the other two have none.
LABELS = {
    Label.GREEN: _("Green"),
    Label.YELLOW: _("Yellow"),
    Label.RED: _("Red"),
    Label.BLUE: _("Blue"),
    Label.PURPLE: _("Purple"),
}


def panel_context(grant: Grant, token: str, photo_id: UUID, visitor: Visitor | None) -> dict[str, Any]:
    """The panel of one photo. Raises Http404 if this guest may not see it."""
    photos = photos_of(grant, token, [photo_id])
    if not photos:
        raise Http404
    thread = comments.thread(grant, visitor, photo_id)
    return {
        "album": grant.shown.album,
        "studio": grant.studio,
        "token": token,
        "visitor": visitor,
        "photo": photos[0],
        "may_comment": grant.rights.comment,
        "may_rate": grant.rights.rate,
        "mark": mark_context(marks.of(grant, visitor, [photo_id])[photo_id]),
        "thread": thread,
        "pins": [one for root in thread for one in (root, *root.answers) if one.pin],
        "count": sum(1 + len(root.answers) - root.is_removed for root in thread),
        "longest": Comment.LONGEST,
        "back_url": f"{reverse('sharing:gallery', args=[token])}?photo={photo_id}#p-{photo_id}",
    }


def photos_of(grant: Grant, token: str, photo_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """Those of the photos that this guest may see, in the order asked for, with all their addresses."""
    rows = {row.photo_id: row for row in grant.stream().of(photo_ids)}
    return [_photo(grant, token, pk, rows[pk]) for pk in photo_ids if pk in rows]


def _photo(grant: Grant, token: str, photo_id: UUID, row: TileRow) -> dict[str, Any]:
    width, height = row.shown_size

    def address(view: str) -> str:
        return reverse(f"sharing:{view}", args=[token, photo_id])

    def picture(size: str) -> str:
        return picture_url(grant.studio.pk, grant.shown.pk, photo_id, size)

    return {
        "id": photo_id,
        "name": row.name,
        "caption": row.caption,
        "alt": row.alt,
        "full_url": picture("web"),
        "thumb_url": picture("thumb"),
        "width": width,
        "height": height,
        "colour": colour_class(row.color),
        "url": address("photo"),
        "panel_url": address("panel"),
        "comment_url": address("comment"),
        "mark_url": address("mark"),
    }


def mark_context(mark: Mark) -> dict[str, Any]:
    """The controls of a mark. put: what a press sets; the one that is on sends nothing, which clears it."""
    return {
        "verdict": mark.verdict,
        "label": mark.label,
        "stars": mark.stars,
        "verdicts": [
            {"value": value.value, "words": words, "put": "" if mark.verdict == value else value.value}
            for value, words in VERDICTS.items()
        ],
        "labels": [
            {
                "value": value.value,
                "words": words,
                "put": "" if mark.label == value else value.value,
                "key": number if number <= 3 else "",
            }
            for number, (value, words) in enumerate(LABELS.items(), 1)
        ],
        "star_buttons": [
            {"value": number, "put": 0 if mark.stars == number else number} for number in range(1, marks.MOST_STARS + 1)
        ],
    }
