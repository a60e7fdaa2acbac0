"""Resumable uploads: tus 1.0.0, read straight from the socket. The page and the API speak it by their own credential.

/api/uploads/tus/[<id>]                 Authorization header
/studio/<slug>/uploads/tus/[<id>]       session and CSRF token
/g/<token>/uploads/tus/[<id>]           a guest's pass and name, and CSRF token

POST begins (201, Location), PATCH goes on (204, Upload-Offset), HEAD asks how far it is, DELETE gives it up.
With `Upload-Concat: partial` it is a piece that becomes nothing by itself, with `final;<address> <address> ...`
POST puts pieces of the same sender together (see `concat`); metadata count of the final one alone.
Of a guest's metadata only filename and sha256 count: where the file goes is the link's, and guests are told no id.
Metadata: filename, album, section (id or title), relative_path, sha256 (hex), number (order by hand), receipt (id).
The last PATCH answers with `Upload-Result: stored|duplicate` and `Upload-Photo: <id>`, and so does HEAD after it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable

from django.conf import settings
from django.http import Http404
from django.utils.http import http_date
from django.utils.translation import get_language_from_request

from apps.accounts.scopes import request_of
from apps.accounts.tenancy import acting_in
from apps.uploads import concat, resumable, tus_headers
from apps.uploads.guests import entry
from apps.uploads.models import Upload
from apps.uploads.receiver import ALONE, DISK, Body, Malformed, UploaderGone, explain, uuid_or_404
from apps.uploads.resumable import Part
from apps.uploads.tus_call import (
    PATH,
    Call,
    Headers,
    NoSuchMethod,
    NotAPart,
    NotSignedIn,
    Reply,
    UnknownVersion,
    UploadTarget,
    find_upload,
    piece_id,
    target_of,
)
from apps.uploads.tus_headers import EXTENSIONS, VERSION
from apps.web.lanes import ARRIVING
from apps.web.threads import in_thread
from apps.web.wsgi_bridge import Receive, Scope, Send

log = logging.getLogger(__name__)

# A connection that sends nothing for so long is given up, so that the next one may go on.
STALL_SECONDS = 60.0


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


# -- what ---------------------------------------------------------------------------------------------------------


async def _begin(call: Call) -> Reply:
    if tus_headers.pieces(call.headers.get("upload-concat", tus_headers.PARTIAL)):
        return await _put_together(call)
    upload = await in_thread(_create, call)
    headers = [_location(call, upload)]
    if call.has_part:
        await _add(call, await in_thread(Part.open, upload, 0, call.headers.get("upload-checksum", "")))
        headers.append((b"upload-offset", str(upload.offset).encode()))
    return Reply(201, [*headers, *_concat(upload), *_standing(upload)])


def _location(call: Call, upload: Upload) -> tuple[bytes, bytes]:
    return b"location", f"{call.scope['path'].rstrip('/')}/{upload.pk}".encode()


def _create(call: Call) -> Upload:
    # What the body claims to be is looked at first: nothing is begun by a request that will be refused.
    if call.has_part and "upload-checksum" in call.headers:
        tus_headers.checksum(call.headers["upload-checksum"])
    by_concat = call.headers.get("upload-concat", "")
    to = target_of(call, is_piece=by_concat == tus_headers.PARTIAL)
    length = tus_headers.count(call.headers, "Upload-Length")
    return resumable.begin(to.studio, by=to.by, album=to.album, length=length, metadata=to.metadata, concat=by_concat)


async def _put_together(call: Call) -> Reply:
    """A final upload of pieces that lie here. The same request again has the same answer."""
    if call.has_part or "upload-length" in call.headers:
        raise Malformed("A final upload has neither bytes nor its own length.")
    to, pieces, made = await in_thread(_pieces, call)
    header = call.headers["upload-concat"]
    if made is not None:
        upload = made
    else:
        upload = await ARRIVING.run(
            to.studio.pk,
            concat.join,
            to.studio,
            pieces,
            by=to.by,
            album=to.album,
            metadata=to.metadata,
            concat=header,
        )
    sizes = [(b"upload-offset", str(upload.offset).encode()), (b"upload-length", str(upload.length).encode())]
    return Reply(201, [_location(call, upload), *sizes, *_concat(upload), *_standing(upload)])


def _pieces(call: Call) -> tuple[UploadTarget, list[Upload], Upload | None]:
    """Where a final upload goes, and its pieces, or what the same request made of them before."""
    to = target_of(call)
    header = call.headers["upload-concat"]
    with acting_in(to.studio):
        made = concat.made_before(to.studio, by=to.by, concat=header, metadata=to.metadata)
        if made is not None:
            return to, [], made
        ids = [piece_id(call, address) for address in tus_headers.pieces(header)]
        return to, concat.find_pieces(to.studio, ids, by=to.by), None


async def _continue(call: Call) -> Reply:
    upload = await in_thread(find_upload, call)
    if upload.is_final:
        # Whatever else is wrong with the request.
        raise resumable.FinalUpload
    if not call.has_part:
        raise NotAPart
    offset = tus_headers.count(call.headers, "Upload-Offset")
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
    upload = await in_thread(find_upload, call)
    sizes = [(b"upload-length", str(upload.length).encode())]
    if upload.is_whole or not upload.is_final:
        sizes.append((b"upload-offset", str(upload.offset).encode()))
    told = [(b"upload-metadata", upload.metadata.encode())] if upload.metadata else []
    return Reply(200, [*sizes, *told, *_concat(upload), *_standing(upload)])


async def _terminate(call: Call) -> Reply:
    await in_thread(lambda: resumable.give_up(find_upload(call)))
    return Reply(204, [])


_Deed = Callable[[Call], Awaitable[Reply]]
_ON_UPLOADS: dict[str, _Deed] = {"POST": _begin}
_ON_ONE: dict[str, _Deed] = {"PATCH": _continue, "HEAD": _tell, "DELETE": _terminate}


def _concat(upload: Upload) -> Headers:
    """What a piece, or what was put together of pieces, says of itself: the header as it was sent."""
    return [(b"upload-concat", upload.concat.encode())] if upload.concat else []


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
