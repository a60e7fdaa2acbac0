"""`/g/<token>/download.zip?what=…&size=…&part=…`, answered past Django, because it may last an hour.

The guests' door, the PIN, the right to the size and the counter are asked before the first byte, and the door again
while the bytes flow. What is refused is left to Django's page at the same address, which says why.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, QueryDict, parse_cookie
from django.utils import timezone
from django.utils.http import content_disposition_header

from apps.accounts.tenancy import acting_in
from apps.media.asgi import headers_of, not_allowed, send_answer
from apps.media.serving import DAMAGED, Answer, safety_headers
from apps.sharing import access
from apps.sharing.access import Grant
from apps.sharing.activity import record
from apps.sharing.downloads import pin_code, quota, sizes
from apps.sharing.downloads.archive import body, plan
from apps.sharing.downloads.archive.plan import Bundle, Wish
from apps.sharing.guests import view_as, visitors
from apps.sharing.models import ActivityKind, Visitor
from apps.web import ranges
from apps.web.refusal import Refusal
from apps.web.threads import in_thread
from apps.web.ttl_cache import TtlCache
from apps.web.wsgi_bridge import Declined, Receive, Scope, Send

PATH = re.compile(r"/g/(?P<token>[A-Za-z0-9_.-]{1,125})/download\.zip")
# Half of what a revocation may take: the other half is for the answer and for what is on its way.
ASKED_AGAIN = 15.0
# To announce thousands of photos is to plan their archive; some programs ask for nothing but the head, again and again.
HEADS: TtlCache[tuple[str, bytes, bytes, bytes], tuple[Grant, str, dict[str, Any]]] = TtlCache(seconds=10, size=200)
_NUMBER = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Delivery:
    """An archive, or a part of it, that may leave. part: None for all of it."""

    bundle: Bundle
    where: body.Places
    part: ranges.ByteRange | None

    @property
    def status(self) -> int:
        return 206 if self.part else 200

    @property
    def headers(self) -> dict[str, str]:
        length = self.bundle.length
        headers = safety_headers("application/zip") | {
            "Content-Type": "application/zip",
            "Content-Disposition": content_disposition_header(True, self.bundle.name) or "attachment",
            "Content-Length": str(self.part.length if self.part else length),
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, no-cache",
            "ETag": f'"{self.bundle.etag}"',
            # nginx would write two gigabytes to its own disk first.
            "X-Accel-Buffering": "no",
        }
        if self.part:
            headers["Content-Range"] = f"bytes {self.part.start}-{self.part.end}/{length}"
        return headers

    def chunks(self) -> Iterator[bytes]:
        """Its bytes. Raises body.Broken."""
        start, end = (self.part.start, self.part.end) if self.part else (0, self.bundle.length - 1)
        return body.pour(self.bundle, self.where, start, end)


class OutOfRange(Refusal):
    """The range lies outside of the archive."""

    status = 416
    code = "range"

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__("This range lies outside of the archive.")


# -- what is asked, and whether it may leave ---------------------------------------------------------


def decide(
    grant: Grant,
    cookies: Mapping[str, str],
    query: Mapping[str, str],
    headers: Mapping[str, str],
    *,
    takes: bool,
) -> Delivery:
    """The archive that is asked for. Run in `acting_in(grant.studio)`.

    headers: by lower-case name.  takes: its bytes are about to leave, so they are counted and written down as taken.
    Raises Http404, OutOfRange and the refusals of pins, archives, sizes and taking.
    """
    now = timezone.now()
    pin_code.require(grant, cookies, now=now)
    visitor = visitors.of(grant, cookies, now=now)
    known = _fixed(grant, query, headers)
    bundle = known or _planned(grant, query, visitor)
    etag, if_range = f'"{bundle.etag}"', headers.get("if-range", "")
    try:
        part = ranges.asked(headers.get("range", ""), size=bundle.length, if_range=if_range, etag=etag)
    except ranges.Unsatisfiable:
        raise OutOfRange(bundle.length) from None
    # What was begun is finished with the bytes it began with; nothing begins with photos that were hidden since.
    if known is not None and (part is None or part.start == 0) and not plan.is_shown(grant, known):
        raise plan.Changed
    where = _places(grant, bundle, visitor)
    if not takes:
        quota.check(grant, bundle.photo_ids)
        return Delivery(bundle, where, part)
    quota.reserve(grant, bundle.photo_ids)
    sizes.mark_used(grant, [photo.blob_id for photo in bundle.photos])
    if known is None:
        plan.keep(grant, [bundle], visitor)
    if part is None or part.start == 0:
        record.record(
            grant,
            ActivityKind.DOWNLOADED,
            visitor=visitor,
            user_agent=headers.get("user-agent", ""),
            size=bundle.wish.size,
            what=bundle.wish.what,
            photos=len(bundle.photos),
            bytes=bundle.length,
        )
    return Delivery(bundle, where, part)


def _places(grant: Grant, bundle: Bundle, visitor: Visitor | None) -> body.Places:
    try:
        return body.places(grant, bundle)
    except sizes.Unwhole:
        # A new plan says what is made again; it finds nothing that could be if an original is gone.
        plan.plan(grant, bundle.wish, visitor)
        raise


def _fixed(grant: Grant, query: Mapping[str, str], headers: Mapping[str, str]) -> Bundle | None:
    """The plan that an earlier request or page fixed, if this request names it."""
    for named in (headers.get("if-range", "").strip('"'), query.get("id", "")):
        known = plan.kept(grant, named) if named else None
        if known is not None:
            return known
    return None


def _planned(grant: Grant, query: Mapping[str, str], visitor: Visitor | None) -> Bundle:
    wish = Wish(query.get("what", "all"), query.get("size", "") or grant.rights.download_size or "")
    bundles = plan.plan(grant, wish, visitor)
    number = query.get("part", "1")
    if not _NUMBER.fullmatch(number) or not 1 <= int(number) <= len(bundles):
        raise Http404
    return bundles[int(number) - 1]


def _open(token: str, cookies: Mapping[str, str], scope: Scope) -> tuple[Grant, Delivery]:
    """Everything before the first byte. Raises Declined for whatever Django's page shall explain."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers_of(scope).items()}
    is_get = scope["method"] == "GET"
    if not is_get:
        headers.pop("range", None)
    if view_as.COOKIE.name() in cookies:
        # Perhaps a member in a guest's place, whom Django knows.
        raise Declined
    try:
        query = QueryDict(scope.get("query_string", b"")).dict()
        grant = access.open_link(token, cookies, now=timezone.now())
        with acting_in(grant.studio):
            # A request that was declined leaves nothing behind: Django's page decides anew.
            return grant, decide(grant, cookies, query, headers, takes=is_get)
    except (access.Missing, access.Closed, Http404, Refusal, SuspiciousOperation) as reason:
        raise Declined from reason


def _still_open(token: str, cookies: Mapping[str, str], begun: Grant, size: str) -> bool:
    """True while the link stands as it did when the transfer began."""
    try:
        grant = access.open_link(token, cookies, now=timezone.now())
        if grant.version != begun.version or not grant.may_download(size):
            return False
        with acting_in(grant.studio):
            pin_code.require(grant, cookies, now=timezone.now())
    except (access.Missing, access.Closed, pin_code.Needed):
        return False
    return True


# -- sending -----------------------------------------------------------------------------------------


class Ended(Exception):
    """The link does not stand any longer as it did when the transfer began."""


async def archive(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request for an archive. An exception after the first byte breaks the connection."""
    if scope["method"] not in ("GET", "HEAD"):
        await not_allowed(send)
        return
    match = PATH.fullmatch(scope["path"])
    if match is None:
        raise Declined
    cookies = parse_cookie(headers_of(scope).get(b"cookie", b"").decode("latin-1"))
    if scope["method"] == "HEAD":
        await send(await _announced(match["token"], cookies, scope))
        await send({"type": "http.response.body", "body": b""})
        return
    grant, delivery = await in_thread(_open, match["token"], cookies, scope)
    chunks = delivery.chunks()
    try:
        # What cannot be read at all can still be told.
        first = await in_thread(next, chunks)
    except body.Broken:
        headers = safety_headers("") | {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
        await send_answer(Answer(500, headers | {"Content-Length": str(len(DAMAGED))}, body=DAMAGED), scope, send)
        return
    watching = asyncio.ensure_future(_watch(match["token"], cookies, grant, delivery.bundle.wish.size))
    leaving = asyncio.ensure_future(_left(receive))
    sending = asyncio.ensure_future(_send(delivery, first, chunks, send))
    try:
        await asyncio.wait({sending, watching, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
        elif watching.done():
            watching.result()
    finally:
        for task in (sending, watching, leaving):
            task.cancel()
        await asyncio.gather(sending, watching, leaving, return_exceptions=True)


async def _announced(token: str, cookies: Mapping[str, str], scope: Scope) -> dict[str, Any]:
    """Status and headers of an answer. While they are cached only the link is checked."""
    headers = headers_of(scope)
    key = (token, scope.get("query_string", b""), headers.get(b"cookie", b""), headers.get(b"if-range", b""))
    known = HEADS.get(key)
    if known is not None and await in_thread(_still_open, token, cookies, known[0], known[1]):
        return known[2]
    since = HEADS.clock()
    grant, delivery = await in_thread(_open, token, cookies, scope)
    start = _start(delivery)
    HEADS.put(key, (grant, delivery.bundle.wish.size, start), since=since)
    return start


def _start(delivery: Delivery) -> dict[str, Any]:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in delivery.headers.items()]
    return {"type": "http.response.start", "status": delivery.status, "headers": headers}


async def _send(delivery: Delivery, first: bytes, chunks: Iterator[bytes], send: Send) -> None:
    """Send all bytes; the next ones are read while the last ones leave."""
    await send(_start(delivery))
    chunk: bytes | None = first
    while chunk is not None:
        ahead = asyncio.ensure_future(in_thread(next, chunks, None))
        try:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        finally:
            # Also when this is broken off: what a thread still reads cannot be closed.
            await asyncio.wait([ahead])
        chunk = ahead.result()
    await send({"type": "http.response.body", "body": b""})


async def _watch(token: str, cookies: Mapping[str, str], grant: Grant, size: str) -> None:
    """Check the link again and again. Raises Ended when it does not open any more."""
    while True:
        await asyncio.sleep(ASKED_AGAIN)
        if not await in_thread(_still_open, token, cookies, grant, size):
            raise Ended


async def _left(receive: Receive) -> None:
    """Wait until the client has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        await asyncio.sleep(0)
