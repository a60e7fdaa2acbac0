"""Comments of an album for the studio: by photo, unread first; answer, remove, mark as read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.models import Role
from apps.albums.models import Album, placements_of
from apps.albums.request_params import photo_of, shared_of
from apps.sharing.feedback import comments
from apps.sharing.models import BadComment, Comment
from apps.sharing.review import grid
from apps.sharing.review.grid import Proof
from apps.web import htmx
from apps.web.answers import SeeOther

PHOTOS = 30
MOST_COMMENTS = 2_000
MOST_PAGES = 1_000


@dataclass(slots=True)
class Thread:
    """What was said about one photo."""

    proof: Proof
    unread: int
    remarks: list[Told] = field(default_factory=list)


@dataclass(slots=True)
class Told:
    """A comment with its answers. pin: number of its dot on the photo; x, y: where, in percent."""

    row: Comment
    answers: list[Comment] = field(default_factory=list)
    pin: int = 0

    @property
    def x(self) -> str:
        return f"{self.row.pin_x or 0:.2%}"

    @property
    def y(self) -> str:
        return f"{self.row.pin_y or 0:.2%}"


@require_safe
@studio_page(Role.VIEWER, album_scoped=True)
def album_comments(request: StudioRequest, album_id: UUID) -> HttpResponse:
    """All comments of an album, photo by photo."""
    return _page(request, shared_of(request, album_id))


def _page(request: StudioRequest, album: Album, *, problem: str = "", bad: UUID | None = None) -> HttpResponse:
    text = request.GET.get("page", "1")
    number = min(int(text), MOST_PAGES) if text.isascii() and text.isdigit() and 0 < len(text) < 5 else 1
    number = max(1, number)
    threads, more = _threads(album, number)
    context = {
        "album": album,
        "threads": threads,
        "unread": sum(thread.unread for thread in threads),
        "next_url": f"?page={number + 1}" if more else "",
        "problem": problem,
        "bad": bad,
        "typed": request.POST.get("body", ""),
    }
    return render(request, "sharing/review/comments.html", context, status=422 if problem else 200)


def _threads(album: Album, number: int) -> tuple[list[Thread], bool]:
    """A page of photos with comments: those with new ones first, then by the last comment."""
    rows = Comment.objects.for_studio(album.studio_id).filter(shown_id=album.pk)
    live = rows.filter(photo_id__in=placements_of(album).live().order_by().values("photo_id"))
    new = Count("pk", filter=Q(read_at__isnull=True, author__isnull=True))
    told = live.filter(removed_at__isnull=True).order_by().values("photo_id")
    told = told.annotate(unread=new, last=Max("created_at"))
    start = (number - 1) * PHOTOS
    found = list(
        told.order_by("-unread", "-last", "photo_id").values_list("photo_id", "unread")[start : start + PHOTOS + 1]
    )
    unread = dict(found[:PHOTOS])
    proofs = {proof.id: proof for proof in grid.of(album, list(unread))}
    remarks = rows.filter(photo_id__in=unread).select_related("visitor", "author", "link")
    by: dict[UUID, list[Comment]] = {}
    for row in remarks.order_by("created_at", "pk")[:MOST_COMMENTS]:
        by.setdefault(row.photo_id, []).append(row)
    threads = [
        Thread(proofs[photo], count, _told(by.get(photo, []))) for photo, count in unread.items() if photo in proofs
    ]
    return [thread for thread in threads if thread.remarks], len(found) > PHOTOS


def _told(rows: Sequence[Comment]) -> list[Told]:
    roots = {row.pk: Told(row) for row in rows if row.parent_id is None}
    for row in rows:
        if row.parent_id in roots and row.removed_at is None:
            roots[row.parent_id].answers.append(row)
    told = [one for one in roots.values() if one.row.removed_at is None or one.answers]
    pinned = (one for one in told if one.row.pin_x is not None and one.row.removed_at is None)
    for number, one in enumerate(pinned, 1):
        one.pin = number
    return told


def _comment(request: StudioRequest, album_id: UUID, comment_id: UUID) -> tuple[Album, Comment]:
    album = shared_of(request, album_id)
    row = get_object_or_404(Comment.objects.for_studio(request.studio), pk=comment_id, shown_id=album.pk)
    row.studio = request.studio
    return album, row


def _back(request: StudioRequest, album: Album, photo_id: UUID, text: str) -> HttpResponse:
    page = reverse("sharing:proofing_comments", args=[request.studio.slug, album.pk])
    return htmx.tell(request, SeeOther(f"{page}#c-{photo_id}"), text)


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def answer(request: StudioRequest, album_id: UUID, comment_id: UUID) -> HttpResponse:
    """The studio's answer to a comment; the photo's comments count as read then."""
    album, row = _comment(request, album_id, comment_id)
    try:
        row.answer(by=request.user, body=request.POST.get("body", ""))
    except BadComment as bad:
        return _page(request, album, problem=str(bad), bad=row.pk)
    comments.mark_read(album, row.photo_id)
    return _back(request, album, row.photo_id, "Reply posted.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def remove(request: StudioRequest, album_id: UUID, comment_id: UUID) -> HttpResponse:
    """Take a comment away."""
    album, row = _comment(request, album_id, comment_id)
    row.remove(by=request.user)
    return _back(request, album, row.photo_id, "Comment deleted.")


@require_POST
@studio_page(Role.EDITOR, album_scoped=True)
def read(request: StudioRequest, album_id: UUID, photo_id: UUID) -> HttpResponse:
    """The comments of a photo are read."""
    album = shared_of(request, album_id)
    comments.mark_read(album, photo_of(album, photo_id).pk)
    return _back(request, album, photo_id, "Marked as read.")
