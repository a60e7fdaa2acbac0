"""PUT of one file to an album, read straight from the socket: hashed while it is written, never held in memory.

    PUT /studio/<slug>/albums/<album>/upload
        ?name=<file name>&section=<id or title>&number=<order>&replace=<id>&receipt=<id>

Session, CSRF, role and deed are those of the pages; only the body goes past Django, which would copy it twice.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404

from apps.accounts.access import Door, arriving
from apps.accounts.models import QuotaExceeded, Role, Studio, User
from apps.accounts.scopes import check_csrf, request_of
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo, Section
from apps.albums.request_params import photo_of, uuid_or_none
from apps.media import antivirus, cas, giving_way
from apps.media.formats import BadFile
from apps.uploads import limits, receipts
from apps.uploads.arrive import Arrived, arrive
from apps.web.failures import refusal_of
from apps.web.lanes import ARRIVING
from apps.web.raw_rows import RowColumns
from apps.web.threads import in_thread
from apps.web.wsgi_bridge import Receive, Scope, Send

log = logging.getLogger(__name__)
# Answers to programs: nothing in them is shown, run or framed.
ALONE = b"default-src 'none'; frame-ancestors 'none'; sandbox"

SIGNED_OUT = "You’re signed out. Sign in again to continue. Uploaded photos are safe."
DOOR = Door(Role.EDITOR, album_scoped=True, contributors=True)
PATH = re.compile(r"/studio/(?P<slug>[-\w]{1,60})/albums/(?P<album>[0-9a-f-]{36})/upload")
BATCH = 2 << 20
# After a refusal the rest of the body is read and dropped, so that the browser sees the answer and not a
# broken connection; a body longer than this is cut off all the same.
DRAINED = 64 << 20

# Threads that hash and write: a slow disk must not take the threads of the pages, nor they the processor. They work
# almost only where Python's lock is let go, so no page waits for one that waits for its turn.
DISK = ThreadPoolExecutor(max_workers=8, thread_name_prefix="receive", initializer=giving_way.step_last)


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who may put what where."""

    studio: Studio
    album: Album
    user: User
    name: str
    section: Section | str | None
    number: int | None
    length: int | None
    replace: Photo | Literal["name"] | None = None
    told: receipts.OnReceipt | None = None


class UploaderGone(Exception):
    """The client left before the end."""


class Malformed(Exception):
    """The request cannot be understood; the message says why."""


async def receive_photo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one PUT: 201 with the photo, or an error of the API's shape with a sentence."""
    body = Body(receive)
    admitted: Admitted | None = None
    try:
        admitted = await in_thread(admit, scope)
        arrived = await _keep(admitted, body)
    except UploaderGone:
        return
    except Exception as error:
        status, code, message = explain(error)
        if status == 500:
            log.exception("an upload failed")
        await body.drain()
        if admitted is not None and status in _FINAL:
            await in_thread(_note_refusal, admitted, message)
        refusal = refusal_of(error)
        wait = refusal.wait if refusal else None
        await answer_json(send, status, {"error": {"code": code, "message": message}}, wait=wait)
        return
    photo = arrived.photo
    shown = {"id": str(photo.pk), "state": photo.state, "name": photo.camera_name} if photo else None
    await answer_json(send, 201, {"status": arrived.status, "photo": shown, "name": admitted.name})


# Another try of the same file ends the same; of the others the page makes one.
_FINAL = (409, 413, 415)


def _note_refusal(admitted: Admitted, reason: str) -> None:
    """Put a file that was not kept on its receipt."""
    if admitted.told is not None:
        with acting_in(admitted.studio):
            receipts.refuse(admitted.told, name=admitted.name, size=admitted.length or 0, reason=reason)


def admit(scope: Scope) -> Admitted:
    """Door, CSRF, album and room, before a byte is read.

    Raises Http404, PermissionDenied, Malformed, TooLarge or QuotaExceeded.
    """
    match = PATH.fullmatch(scope["path"])
    if match is None or scope["method"] != "PUT":
        raise Http404
    request = request_of(dict(scope))
    query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
    with arriving(request, match["slug"]) as entered:
        if entered is None:
            raise PermissionDenied(SIGNED_OUT)
        album_id = uuid_or_404(match["album"])
        entered.admit(DOOR, album=album_id)
        check_csrf(request)
        length = content_length(scope)
        album = live_album(entered.studio, album_id)
        section = section_of(album, query.get("section", ""))
        replace = replaced_by(album, query.get("replace", ""))
        if replace is not None and entered.is_contributor:
            raise PermissionDenied("Contributors can add photos, but not replace them.")
        name = query.get("name", "") or "photo"
        if length is not None:
            limits.check_length(name, length)
        if length and entered.studio.bytes_used + length > entered.studio.quota_bytes:
            raise QuotaExceeded(entered.studio.room_sentence())
    receipt = uuid_or_none(query.get("receipt"))
    return Admitted(
        studio=entered.studio,
        album=album,
        user=entered.user,
        name=name,
        section=section,
        number=int(query["number"]) if re.fullmatch(r"\d{1,20}", query.get("number", "")) else None,
        length=length,
        replace=replace,
        told=receipts.OnReceipt(receipt, album, entered.user.pk) if receipt else None,
    )


def content_length(scope: Scope) -> int | None:
    """The announced length of the body, or None. Raises Malformed."""
    for name, value in scope["headers"]:
        if name.lower() == b"content-length":
            if not value.isdigit():
                raise Malformed("The length of the file is not a number.")
            return int(value)
    return None


_ALBUM = RowColumns(Album)
_LIVE_ALBUM = f"""
    select {_ALBUM.sql("a")} from albums_album a where a.studio_id = %s and a.id = %s and a.trashed_at is null
"""


def uuid_or_404(text: str) -> UUID:
    """An id out of an address. Raises Http404."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def live_album(studio: Studio, album_id: UUID) -> Album:
    """The album, unless it lies in the trash. One query, in the studio's transaction. Raises Http404."""
    with connection.cursor() as cursor:
        cursor.execute(_LIVE_ALBUM, [studio.pk, album_id])
        found = cursor.fetchone()
    if found is None:
        raise Http404
    album = _ALBUM.row(found)
    album.studio = studio
    return album


def replaced_by(album: Album, text: str) -> Photo | Literal["name"] | None:
    """What a file takes the place of: "name" or a photo's id, "" for nothing. Raises Malformed, Http404."""
    if text in ("", "name"):
        return "name" if text else None
    try:
        return photo_of(album, UUID(text))
    except ValueError:
        raise Malformed("The photo to replace must be an id, or “name”.") from None


def section_of(album: Album, text: str) -> Section | str | None:
    """A section's id or, when it is none of the album's, a title."""
    text = " ".join(text.replace("\x00", "").split())
    if not text:
        return None
    try:
        return album.sections.get(pk=UUID(text))
    except Section.DoesNotExist:
        raise Malformed("That section no longer exists. Reload the page.") from None
    except ValueError:
        return text[:120]


class Body:
    """The request's body, in batches of about two megabytes."""

    def __init__(self, receive: Receive, *, patience: float | None = None) -> None:
        """patience: seconds of silence after which the client counts as gone."""
        self._receive = receive
        self._patience = patience
        self._broken = False
        self.ended = False

    @property
    def is_whole(self) -> bool:
        """True once the last part has been given."""
        return self.ended and not self._broken

    async def batch(self) -> list[bytes]:
        """The next parts; empty at the end. Raises UploaderGone once all that came has been given."""
        if self._broken:
            raise UploaderGone
        parts: list[bytes] = []
        size = 0
        while not self.ended and size < BATCH:
            try:
                event = await asyncio.wait_for(self._receive(), self._patience)
            except TimeoutError:
                event = {"type": "http.disconnect"}
            if event["type"] == "http.disconnect":
                self.ended = self._broken = True
                break
            part = event.get("body", b"")
            parts.append(part)
            size += len(part)
            self.ended = not event.get("more_body")
        if self._broken and not parts:
            raise UploaderGone
        return parts

    async def drain(self) -> None:
        """Read what is left, up to a limit, and forget it."""
        dropped = 0
        try:
            while not self.ended and dropped < DRAINED:
                dropped += sum(map(len, await self.batch()))
        except UploaderGone:
            return


async def _keep(admitted: Admitted, body: Body) -> Arrived:
    loop = asyncio.get_running_loop()
    with cas.receiving(limit=limits.most_bytes(admitted.name), expected=admitted.length, sidecars=True) as receiver:

        def feed(parts: list[bytes]) -> cas.Stored | None:
            for part in parts:
                receiver.feed(part)
            return receiver.finish() if body.is_whole else None

        stored: cas.Stored | None = None
        while stored is None:
            stored = await loop.run_in_executor(DISK, feed, await body.batch())
        return await ARRIVING.run(
            admitted.studio.pk,
            arrive,
            admitted.studio,
            admitted.album,
            stored,
            name=admitted.name,
            by=admitted.user,
            section=admitted.section,
            number=admitted.number,
            replace=admitted.replace,
            told=admitted.told,
        )


_ANSWERS: tuple[tuple[type[Exception], int, str, str], ...] = (
    (Http404, 404, "not_found", "There is no such gallery."),
    # It was deleted for ever while the bytes arrived.
    (Album.DoesNotExist, 404, "not_found", "There is no such gallery."),
    (PermissionDenied, 403, "forbidden", ""),
    (Malformed, 400, "malformed", ""),
    (QuotaExceeded, 507, "quota", ""),
    (antivirus.Infected, 422, "infected", ""),
    (cas.TooLarge, 413, "too_large", ""),
    (cas.Incomplete, 400, "incomplete", "The upload was incomplete. Please try again."),
)


def explain(error: Exception) -> tuple[int, str, str]:
    """Status, code and sentence of a failure."""
    for kind, status, code, message in _ANSWERS:
        if isinstance(error, kind):
            return status, code, message or str(error)
    if isinstance(error, BadFile):
        return 415, "not_an_image", error.reason
    refusal = refusal_of(error)
    if refusal is not None:
        return refusal.status, refusal.code, str(refusal)
    return 500, "failed", "Something went wrong here. The file was not kept; please try again."


async def answer_json(send: Send, status: int, content: dict[str, Any], *, wait: int | None = None) -> None:
    """Send a whole answer. wait: seconds after which another try makes sense."""
    body = json.dumps(content).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", ALONE),
    ]
    if wait is not None:
        headers.append((b"retry-after", str(wait).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
