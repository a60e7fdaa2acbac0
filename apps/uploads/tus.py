"""Resumable uploads: tus 1.0.0, read straight from the socket. The page and the API speak it by their own credential.

/api/uploads/tus/[<id>]                 Authorization header
/studio/<slug>/uploads/tus/[<id>]       session and CSRF token
/g/<token>/uploads/tus/[<id>]           a guest's pass and name, and CSRF token

POST begins (201, Location), PATCH goes on (204, Upload-Offset), HEAD asks how far it is, DELETE gives it up.
Of a guest's metadata only filename and sha256 count: where the file goes is the link's, and guests are told no id.
Metadata: filename, album, section (id or title), relative_path, sha256 (hex), number (order by hand), receipt (id).
The last PATCH answers with `Upload-Result: stored|duplicate` and `Upload-Photo: <id>`, and so does HEAD after it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.http import http_date
from django.utils.translation import get_language_from_request

from apps.accounts.access import Door, Entered, member_of
from apps.accounts.credentials import credential_of
from apps.accounts.models import Role
from apps.accounts.scopes import check_csrf, request_of
from apps.accounts.tenancy import acting_in
from apps.uploads import resumable, tus_headers
from apps.uploads.guests import entry
from apps.uploads.guests.guest import GuestSender
from apps.uploads.models import Upload
from apps.uploads.receiver import (
    ALONE,
    DISK,
    Body,
    Malformed,
    UploaderGone,
    content_length,
    explain,
    live_album,
    replaced_by,
    section_of,
    uuid_or_404,
)
from apps.uploads.resumable import Part
from apps.uploads.tus_headers import EXTENSIONS, VERSION
from apps.web.lanes import ARRIVING
from apps.web.refusal import Refusal
from apps.web.threads import in_thread
from apps.web.wsgi_bridge import Receive, Scope, Send

log = logging.getLogger(__name__)

PATH = re.compile(
    r"/(?:api|studio/(?P<slug>[-\w]{1,60})|g/(?P<token>[A-Za-z0-9_.-]{1,125}))/uploads/tus"
    r"(?:/(?P<upload>[0-9a-f-]{36}))?/?"
)
DOOR = Door(Role.EDITOR, album_scoped=True, contributors=True)
PART = "application/offset+octet-stream"
# A connection that sends nothing for so long is given up, so that the next one may go on.
STALL_SECONDS = 60.0

Headers = list[tuple[bytes, bytes]]


class UnknownVersion(Refusal):
    """Another version of the protocol."""

    status = 412
    code = "unknown_version"
    sentence = f"This server speaks version {VERSION} of the protocol."


class NotAPart(Refusal):
    """The body is not said to be a part of an upload."""

    status = 415
    code = "not_a_part"
    sentence = f"Parts are sent as {PART}."


class NoSuchMethod(Refusal):
    """The protocol has no such request here."""

    status = 405
    code = "method_not_allowed"
    sentence = "Uploads know POST, HEAD, PATCH, DELETE and OPTIONS."


class NotSignedIn(Refusal):
    """No credential, or none that is valid any more."""

    status = 401
    code = "not_authenticated"
    sentence = "This needs a credential that is valid."


@dataclass(slots=True)
class Call:
    """One request of the protocol: its method after an override, address, headers and body.

    language: of the guest who asks, once the door knows it.
    """

    method: str
    slug: str | None
    token: str | None
    upload_id: UUID | None
    headers: dict[str, str]
    scope: Scope
    body: Body
    language: str = ""

    @property
    def has_part(self) -> bool:
        """True for a body that says it is a part. Raises NotAPart for any other that is not empty."""
        if self.headers.get("content-type", "").lower() == PART:
            return True
        if content_length(self.scope) or "transfer-encoding" in self.headers:
            raise NotAPart
        return False


@dataclass(slots=True)
class Reply:
    """What is answered. error: code and sentence."""

    status: int
    headers: Headers
    error: tuple[str, str] | None = None


async def receive_parts(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request of the tus protocol."""
    body = Body(receive, patience=STALL_SECONDS)
    is_head = scope["method"] == "HEAD"
    call: Call | None = None
    try:
        call = _call(scope, body)
        reply = await _answer(call)
    except UploaderGone:
        return
    except Exception as error:
        status, code, sentence = explain(error)
        if status == 500:
            log.exception("a part of an upload failed")
        if call is not None and call.token is not None:
            sentence = entry.sentence(error, call.language or get_language_from_request(request_of(dict(scope))))
        await body.drain()
        reply = Reply(status, _more(error), (code, sentence))
    await _send(send, reply, is_head=is_head)


def _call(scope: Scope, body: Body) -> Call:
    headers = tus_headers.single(scope["headers"])
    method = str(headers.get("x-http-method-override") or scope["method"]).upper()
    match = PATH.fullmatch(scope["path"])
    if match is None:
        raise Http404
    upload_id = uuid_or_404(match["upload"]) if match["upload"] else None
    return Call(method, match["slug"], match["token"], upload_id, headers, scope, body)


async def _answer(call: Call) -> Reply:
    if call.method == "OPTIONS":
        return Reply(204, _abilities())
    if call.headers.get("tus-resumable") != VERSION:
        raise UnknownVersion
    deed = _ON_UPLOADS.get(call.method) if call.upload_id is None else _ON_ONE.get(call.method)
    if deed is None:
        raise NoSuchMethod
    return await deed(call)


def _abilities() -> Headers:
    return [
        (b"tus-version", VERSION.encode()),
        (b"tus-extension", EXTENSIONS.encode()),
        (b"tus-max-size", str(settings.MAX_VIDEO_BYTES).encode()),
        (b"tus-checksum-algorithm", ",".join(tus_headers.CHECKSUMS).encode()),
    ]


# -- who ----------------------------------------------------------------------------------------------------------


def _guest(call: Call) -> GuestSender:
    """The guest of a link that takes photos. Raises what `entry.enter` raises."""
    assert call.token is not None
    request = request_of({**call.scope, "method": call.method})
    call.language = entry.language_of(request, None)
    grant, guest = entry.enter(request, call.token)
    call.language = entry.language_of(request, grant)
    return guest


def _enter(call: Call) -> Entered:
    """The caller, who may send files to this studio. Raises NotSignedIn, Http404 or PermissionDenied."""
    if call.slug is None:
        credential = credential_of(call.headers.get("authorization", "").encode("latin-1"))
        if credential is None:
            raise NotSignedIn
        credential.entered.admit(DOOR)
        credential.require("upload")
        return credential.entered
    request = request_of({**call.scope, "method": call.method})
    if not request.user.is_authenticated:
        raise PermissionDenied("You’re signed out. Sign in again to continue. Uploaded photos are safe.")
    entered = member_of(request.user, call.slug)
    entered.admit(DOOR)
    check_csrf(request)
    return entered


def _find(call: Call) -> Upload:
    """The upload of this address, if it is the caller's and its album still is where they may add to."""
    assert call.upload_id is not None
    if call.token is not None:
        guest = _guest(call)
        with acting_in(guest.album.studio):
            found = resumable.find(guest.album.studio, call.upload_id, by=guest)
        found.studio, found.album = guest.album.studio, guest.album
        return found
    entered = _enter(call)
    with acting_in(entered.studio):
        upload = resumable.find(entered.studio, call.upload_id, by=entered.user)
        upload.studio = entered.studio
        if upload.album_id:
            entered.admit(DOOR, album=upload.album_id)
            upload.album = live_album(entered.studio, upload.album_id)
        elif entered.is_restricted:
            raise Http404
    return upload


# -- what ---------------------------------------------------------------------------------------------------------


async def _begin(call: Call) -> Reply:
    upload = await in_thread(_create, call)
    place = f"{call.scope['path'].rstrip('/')}/{upload.pk}"
    headers: Headers = [(b"location", place.encode())]
    if call.has_part:
        await _add(call, await in_thread(Part.open, upload, 0, call.headers.get("upload-checksum", "")))
        headers.append((b"upload-offset", str(upload.offset).encode()))
    return Reply(201, [*headers, *_standing(upload)])


def _create(call: Call) -> Upload:
    # What the body claims to be is looked at first: nothing is begun by a request that will be refused.
    if call.has_part and "upload-checksum" in call.headers:
        tus_headers.checksum(call.headers["upload-checksum"])
    guest = _guest(call) if call.token is not None else None
    entered = None if guest else _enter(call)
    length = tus_headers.count(call.headers, "Upload-Length")
    text = call.headers.get("upload-metadata", "")
    told = tus_headers.metadata(text)
    if guest is not None:
        return resumable.begin(guest.album.studio, by=guest, album=guest.album, length=length, metadata=text)
    assert entered is not None
    with acting_in(entered.studio):
        album = None
        if told.get("album"):
            album_id = uuid_or_404(told["album"])
            entered.admit(DOOR, album=album_id)
            album = live_album(entered.studio, album_id)
            section_of(album, told.get("section", ""))
            if replaced_by(album, told.get("replace", "")) and entered.is_contributor:
                raise PermissionDenied("Contributors can add photos, but not replace them.")
        elif entered.is_restricted:
            raise Malformed("Name one of your galleries.")
    return resumable.begin(entered.studio, by=entered.user, album=album, length=length, metadata=text)


async def _continue(call: Call) -> Reply:
    if not call.has_part:
        raise NotAPart
    offset = tus_headers.count(call.headers, "Upload-Offset")
    upload = await in_thread(_find, call)
    await _add(call, await in_thread(Part.open, upload, offset, call.headers.get("upload-checksum", "")))
    return Reply(204, [(b"upload-offset", str(upload.offset).encode()), *_standing(upload)])


async def _add(call: Call, part: Part) -> None:
    """Write the body to the upload. What came before a broken connection is kept."""
    loop = asyncio.get_running_loop()
    try:
        while chunks := await call.body.batch():
            await loop.run_in_executor(DISK, part.feed, chunks)
            if part.is_due:
                await in_thread(part.save)
        # The last part goes to the store, which may be slow.
        await ARRIVING.run(part.upload.studio_id, part.end)
    except UploaderGone:
        if part.checksum is None:
            await in_thread(part.save)
        raise
    finally:
        await loop.run_in_executor(DISK, part.close)


async def _tell(call: Call) -> Reply:
    upload = await in_thread(_find, call)
    sizes = [(b"upload-offset", str(upload.offset).encode()), (b"upload-length", str(upload.length).encode())]
    told = [(b"upload-metadata", upload.metadata.encode())] if upload.metadata else []
    return Reply(200, [*sizes, *told, *_standing(upload)])


async def _terminate(call: Call) -> Reply:
    await in_thread(lambda: resumable.give_up(_find(call)))
    return Reply(204, [])


_Deed = Callable[[Call], Awaitable[Reply]]
_ON_UPLOADS: dict[str, _Deed] = {"POST": _begin}
_ON_ONE: dict[str, _Deed] = {"PATCH": _continue, "HEAD": _tell, "DELETE": _terminate}


def _standing(upload: Upload) -> Headers:
    """What became of a whole upload, or how long the rest of another is waited for."""
    if not upload.is_whole:
        return [(b"upload-expires", http_date(upload.expires_at.timestamp()).encode())]
    if upload.link_id:
        # Whether the gallery had the file before is not for guests to learn.
        return [(b"upload-result", b"stored")]
    headers = [(b"upload-result", upload.result.encode())]
    return [*headers, (b"upload-photo", str(upload.photo_id).encode())] if upload.photo_id else headers


# -- the answer ---------------------------------------------------------------------------------------------------


def _more(error: Exception) -> Headers:
    """Headers that belong to a refusal."""
    if isinstance(error, UnknownVersion):
        return [(b"tus-version", VERSION.encode())]
    if isinstance(error, NotSignedIn):
        return [(b"www-authenticate", b'Bearer realm="glassine"')]
    if isinstance(error, NoSuchMethod):
        return [(b"allow", b"POST, HEAD, PATCH, DELETE, OPTIONS")]
    wait = getattr(error, "wait", None)
    return [(b"retry-after", str(wait).encode())] if wait else []


async def _send(send: Send, reply: Reply, *, is_head: bool) -> None:
    headers = [
        (b"tus-resumable", VERSION.encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", ALONE),
        *reply.headers,
    ]
    body = b""
    if reply.error and not is_head:
        code, sentence = reply.error
        body = json.dumps({"error": {"code": code, "message": sentence}}).encode()
        headers.append((b"content-type", b"application/json"))
    if reply.status != 204 and not is_head:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
