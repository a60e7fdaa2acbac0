"""Comments on photos: guests write, the studio answers. Run in the studio's transaction.

Audiences are kept apart: guests read what was begun by the same link, the studio's answers to it, and their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from apps.accounts.tenancy import StudioQuerySet
from apps.albums.models import Album
from apps.sharing.access import Grant
from apps.sharing.activity import record
from apps.sharing.models import ActivityKind, BadComment, Comment, Visitor

PER_PHOTO = 200
PER_HOUR = 60


class Full(Exception):
    """The photo has as many comments as it may have. The text is a sentence for the writer."""


class TooFast(Exception):
    """The visitor wrote very much within an hour. The text is a sentence for them; wait: seconds."""

    def __init__(self, wait: int) -> None:
        self.wait = wait
        minutes = max(1, -(-wait // 60))
        super().__init__(
            ngettext(
                "You’ve posted a lot of comments. Try again in %(minutes)d minute.",
                "You’ve posted a lot of comments. Try again in %(minutes)d minutes.",
                minutes,
            )
            % {"minutes": minutes}
        )


@dataclass(slots=True)
class Remark:
    """A comment as one guest reads it.

    name: of the writer; the studio's for its answers.  pin: number of its dot on the photo, None without one.
    body: "" once it was taken back (then it is only here because of its answers).
    """

    id: UUID
    name: str
    body: str
    at: datetime
    is_mine: bool = False
    is_studio: bool = False
    is_removed: bool = False
    pin: int | None = None
    x: float = 0
    y: float = 0
    answers: list[Remark] = field(default_factory=list)

    @property
    def left(self) -> str:
        """Where the pin is, like "42.50%" in every language."""
        return f"{self.x:.2%}"

    @property
    def top(self) -> str:
        return f"{self.y:.2%}"


def check(grant: Grant, photo_id: UUID) -> None:
    """Raises Http404 if this guest may not see the photo, PermissionDenied if the link takes no comments."""
    grant.require(photo_id)
    if not grant.rights.comment:
        raise PermissionDenied(gettext("Comments are turned off in this gallery."))


def write(
    grant: Grant,
    visitor: Visitor,
    photo_id: UUID,
    body: str,
    *,
    pin: tuple[float, float] | None = None,
    parent_id: UUID | None = None,
    user_agent: str = "",
) -> Comment:
    """Keep a comment of this visitor. pin: the point of the photo that it speaks of, 0..1 from left and top.

    parent_id: the comment that it answers; an answer to an answer joins the same thread.
    Raises PermissionDenied, Http404 (photo or parent is not there for this guest), BadComment, Full or TooFast.
    """
    check(grant, photo_id)
    text = Comment.clean_text(body)
    if pin is not None and not all(0 <= value <= 1 for value in pin):
        raise BadComment(gettext("The pin is outside the photo."))
    parent = _parent(grant, visitor, photo_id, parent_id)
    # One after the other, so that many at once do not slip below the limit.
    Visitor.objects.for_studio(grant.studio).select_for_update(no_key=True).get(pk=visitor.pk)
    _leave_room(grant, visitor, photo_id)
    comment = Comment(
        studio=grant.studio,
        shown_id=grant.shown.pk,
        photo_id=photo_id,
        link_id=parent.link_id if parent else grant.link_id,
        visitor=visitor,
        parent=parent,
        body=text,
        pin_x=pin[0] if pin else None,
        pin_y=pin[1] if pin else None,
    )
    comment.save(force_insert=True)
    record.record(
        grant,
        ActivityKind.COMMENTED,
        visitor=visitor,
        photo_id=photo_id,
        user_agent=user_agent,
        comment=str(comment.pk),
    )
    return comment


def take_back(grant: Grant, visitor: Visitor, photo_id: UUID, comment_id: UUID) -> None:
    """Take back one's own comment; twice is once. Raises PermissionDenied, or Http404 if it is not one's own."""
    check(grant, photo_id)
    mine = _all(grant.studio.pk, grant.shown.pk).filter(pk=comment_id, photo_id=photo_id, visitor=visitor)
    if not mine.exists():
        raise Http404
    mine.filter(removed_at__isnull=True).update(removed_at=timezone.now())


def thread(grant: Grant, visitor: Visitor | None, photo_id: UUID) -> list[Remark]:
    """What this guest reads about a photo, oldest first, answers below what they answer. Two queries at most."""
    if not grant.rights.comment:
        return []
    rows = (
        readable(grant, visitor)
        .filter(photo_id=photo_id)
        .select_related("visitor")
        .only("body", "pin_x", "pin_y", "created_at", "removed_at", "parent_id", "visitor__name")
        .order_by("created_at", "id")[: 2 * PER_PHOTO]
    )
    roots: dict[UUID, Remark] = {}
    answers: list[tuple[UUID, Remark]] = []
    for row in rows:
        remark = _remark(row, grant, visitor)
        if row.parent_id is None:
            roots[row.pk] = remark
        elif not remark.is_removed:
            answers.append((row.parent_id, remark))
    for parent_id, remark in answers:
        if parent_id in roots:
            roots[parent_id].answers.append(remark)
    told = [remark for remark in roots.values() if remark.answers or not remark.is_removed]
    pinned = [one for root in told for one in (root, *root.answers) if one.pin is not None]
    for number, remark in enumerate(pinned, 1):
        remark.pin = number
    return told


def readable(grant: Grant, visitor: Visitor | None) -> StudioQuerySet[Comment]:
    """All comments of the album that this guest may read, on whatever photo; removed ones too."""
    mine = Q(link_id=grant.link_id)
    if visitor is not None:
        mine |= Q(visitor=visitor) | Q(parent__visitor=visitor)
    return _all(grant.studio.pk, grant.shown.pk).filter(mine)


def mark_read(album: Album, photo_id: UUID) -> int:
    """The studio has seen what guests wrote about a photo. Returns how many were new."""
    new = _all(album.studio_id, album.pk).filter(photo_id=photo_id, author__isnull=True, read_at__isnull=True)
    return new.update(read_at=timezone.now())


def _all(studio_id: UUID, shown_id: UUID) -> StudioQuerySet[Comment]:
    rows: StudioQuerySet[Comment] = Comment.objects.for_studio(studio_id).filter(shown_id=shown_id)
    return rows


def _parent(grant: Grant, visitor: Visitor, photo_id: UUID, parent_id: UUID | None) -> Comment | None:
    if parent_id is None:
        return None
    parent = readable(grant, visitor).filter(photo_id=photo_id, pk=parent_id).select_related("parent").first()
    if parent is None or parent.removed_at is not None:
        raise Http404
    return parent.parent or parent


def _leave_room(grant: Grant, visitor: Visitor, photo_id: UUID) -> None:
    now = timezone.now()
    hour = timedelta(hours=1)
    # Taken back ones count here: else writing and taking back would go on for ever.
    recent = (
        _all(grant.studio.pk, grant.shown.pk).filter(visitor=visitor, created_at__gt=now - hour).order_by("-created_at")
    )
    moments = list(recent.values_list("created_at", flat=True)[:PER_HOUR])
    if len(moments) >= PER_HOUR:
        raise TooFast(max(1, int((moments[-1] + hour - now).total_seconds())))
    standing = _all(grant.studio.pk, grant.shown.pk).filter(
        photo_id=photo_id, link_id=grant.link_id, removed_at__isnull=True
    )
    if standing.count() >= PER_PHOTO:
        raise Full(
            gettext("This photo has reached its limit for comments. Delete one of yours or write to the studio.")
        )


def _remark(row: Comment, grant: Grant, visitor: Visitor | None) -> Remark:
    is_removed = row.removed_at is not None
    has_pin = row.pin_x is not None and not is_removed
    return Remark(
        id=row.pk,
        name=row.visitor.name if row.visitor else grant.studio.name,
        body="" if is_removed else row.body,
        at=row.created_at,
        is_mine=visitor is not None and row.visitor_id == visitor.pk,
        is_studio=row.visitor_id is None,
        is_removed=is_removed,
        pin=0 if has_pin else None,
        x=row.pin_x or 0 if has_pin else 0,
        y=row.pin_y or 0 if has_pin else 0,
    )
