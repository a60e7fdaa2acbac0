"""`/g/<token>/download.zip?what=…&size=…&part=…`, answered past Django, because it may last an hour.

The guests' door, the PIN, the right to the size and the counter are asked before the first byte, and the door again
while the bytes flow. What is refused is left to Django's page at the same address, which says why.
"""

from __future__ import annotations

import asyncio
import re
from asyncio import Task
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError
from django.http import Http404, HttpRequest, QueryDict, parse_cookie
from django.utils import timezone, translation

from apps.accounts.tenancy import acting_in, joining
from apps.media.asgi import headers_of, not_allowed, send_answer
from apps.media.mime import disposition
from apps.media.serving import DAMAGED, Answer, safety_headers
from apps.media.store import StorageAway
from apps.sharing import access
from apps.sharing.access import Grant
from apps.sharing.access.studio_of_token import acting_there
from apps.sharing.activity import record
from apps.sharing.downloads import pin_code, quota, sizes
from apps.sharing.downloads.archive import body, plan
from apps.sharing.downloads.archive.plan import Bundle, Planned, Wish
from apps.sharing.guests import view_as, visitors
from apps.sharing.models import ActivityKind, Visitor
from apps.web import ranges
from apps.web.compiled_queries import Asked, together
from apps.web.lanes import LEAVING, LaneFull
from apps.web.refusal import Refusal
from apps.web.threads import in_thread
from apps.web.ttl_cache import TtlCache
from apps.web.wsgi_bridge import Declined, Receive, Scope, Send

PATH = re.compile(r"/g/(?P<token>[A-Za-z0-9_.-]{1,125})/download\.zip")
# Half of what a revocation may take: the other half is for the answer and for what is on its way.
ASKED_AGAIN = 15.0
# A download that has begun waits longer for its next bytes than one that is told to come back.
READ_PATIENCE = 60.0
# To announce thousands of photos is to plan their archive; some programs ask for nothing but the head, again and again.
HEADS: TtlCache[tuple[str, bytes, bytes, bytes], tuple[Grant, str, dict[str, Any]]] = TtlCache(seconds=10, size=200)
_NUMBER = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


@dataclass(slots=True)
class Delivery:
    """An archive, or a part of it, that may leave. part: None for all of it.

    plan_holder: who began it (see `plan.holder`).  is_new: its plan is not kept yet.  sent: bytes that have left.
    """

    bundle: Bundle
    where: body.Places
    part: ranges.ByteRange | None
    visitor: Visitor | None
    plan_holder: str
    is_new: bool
    sent: int = 0

    @property
    def span(self) -> tuple[int, int]:
        """First and last byte that leave."""
        return (self.part.start, self.part.end) if self.part else (0, self.bundle.length - 1)

    @property
    def is_begun_here(self) -> bool:
        """True if it starts with the first byte: no more than one of all ranges does."""
        return self.span[0] == 0

    @property
    def left(self) -> tuple[Planned, ...]:
        """The photos of which bytes are still to leave."""
        start, end = self.span
        return self.bundle.touched(min(start + self.sent, end), end)

    @property
    def status(self) -> int:
        return 206 if self.part else 200

    @property
    def headers(self) -> dict[str, str]:
        length = self.bundle.length
        headers = safety_headers("application/zip") | {
            "Content-Type": "application/zip",
            "Content-Disposition": disposition(self.bundle.name),
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

    def pouring(self) -> body.Pouring:
        """Its bytes."""
        return body.Pouring(self.bundle.layout, self.bundle.blobs, self.where, *self.span)


class OutOfRange(Refusal):
    """The range lies outside of the archive."""

    status = 416
    code = "range"

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__("This range is outside the archive.")


# -- what is asked, and whether it may leave ---------------------------------------------------------


def decide(grant: Grant, cookies: Mapping[str, str], query: Mapping[str, str], headers: Mapping[str, str]) -> Delivery:
    """The archive that is asked for; `take` it before a byte leaves. Run in `acting_in(grant.studio)`.

    headers: by lower-case name.
    Raises Http404, OutOfRange and the refusals of pins, archives, sizes and taking.
    """
    now = timezone.now()
    pin_code.require(grant, cookies, now=now)
    visitor, holder = visitors.of(grant, cookies, now=now), plan.holder(grant, cookies)
    known = _fixed(grant, query, headers, visitor, holder)
    bundle = known or _planned(grant, query, visitor)
    etag, if_range = f'"{bundle.etag}"', headers.get("if-range", "")
    try:
        part = ranges.asked(headers.get("range", ""), size=bundle.length, if_range=if_range, etag=etag)
    except ranges.Unsatisfiable:
        raise OutOfRange(bundle.length) from None
    delivery = Delivery(bundle, {}, part, visitor, holder, is_new=known is None)
    wanted = delivery.left
    # What was begun is finished with the bytes it began with, but for photos that were hidden or deleted since.
    if known is not None and not plan.is_shown(grant, wanted):
        raise plan.Changed
    quota.check(grant, [photo.photo_id for photo in wanted])
    delivery.where = _places(grant, bundle, wanted, visitor)
    return delivery


def take(grant: Grant, delivery: Delivery, user_agent: str) -> None:
    """Count and write down what is about to leave. Run in `acting_in(grant.studio)`. Raises quota.UsedUp."""
    bundle, wanted = delivery.bundle, delivery.left
    quota.reserve(grant, [photo.photo_id for photo in wanted])
    sizes.mark_used(grant, bundle.wish.size, [photo.blob_id for photo in wanted])
    written: list[Asked] = []
    if delivery.is_new:
        written += plan.keeping(grant, [bundle], delivery.visitor, delivery.plan_holder)
    if delivery.is_begun_here:
        written += record.recording(
            grant,
            ActivityKind.DOWNLOADED,
            visitor=delivery.visitor,
            user_agent=user_agent,
            size=bundle.wish.size,
            what=bundle.wish.what,
            photos=len(bundle.photos),
            bytes=bundle.length,
        )
    together(*written)


def _places(grant: Grant, bundle: Bundle, wanted: Sequence[Planned], visitor: Visitor | None) -> body.Places:
    try:
        return body.places(grant.studio.pk, [photo.blob_id for photo in wanted], bundle.found)
    except sizes.Unwhole:
        # A new plan says what is made again; it finds nothing that could be if an original is gone.
        plan.plan(grant, bundle.wish, visitor)
        raise


def _fixed(
    grant: Grant, query: Mapping[str, str], headers: Mapping[str, str], visitor: Visitor | None, holder: str
) -> Bundle | None:
    """The plan that an earlier request or page of the same guest fixed, if this request names it."""
    for named in (headers.get("if-range", "").strip('"'), query.get("id", "")):
        known = plan.kept(grant, named, visitor, holder) if named else None
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
        with acting_there(token):
            grant = access.open_link(token, cookies, now=timezone.now())
            with joining(grant.studio):
                # A request that was declined leaves nothing behind: Django's page decides anew.
                return grant, decide(grant, cookies, query, headers)
    except (access.Missing, access.Closed, Http404, Refusal, SuspiciousOperation) as reason:
        raise Declined from reason


def _take(grant: Grant, delivery: Delivery, scope: Scope) -> None:
    """`take`, committed. Raises Declined where that cannot be any more; Django's page finds out why."""
    try:
        with acting_in(grant.studio):
            take(grant, delivery, headers_of(scope).get(b"user-agent", b"").decode("latin-1"))
    except (Refusal, IntegrityError) as reason:
        # A photo that is deleted for ever at this moment is found by its foreign key, at the commit.
        raise Declined from reason


def _still_open(
    token: str, cookies: Mapping[str, str], begun: Grant, size: str, delivery: Delivery | None = None
) -> bool:
    """True while the link stands as it did when the transfer began, and shows what is left of it."""
    try:
        with acting_there(token):
            grant = access.open_link(token, cookies, now=timezone.now())
            if grant.version != begun.version or not grant.may_download(size):
                return False
            with joining(grant.studio):
                pin_code.require(grant, cookies, now=timezone.now())
                return delivery is None or plan.is_shown(grant, delivery.left)
    except (access.Missing, access.Closed, pin_code.Needed):
        return False


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
    with closing(delivery.pouring()) as pouring:
        try:
            # What cannot be read at all can still be told.
            await LEAVING.run(grant.studio.pk, pouring.fill)
        except (body.Broken, StorageAway, LaneFull) as reason:
            await send_answer(_told(reason, scope), scope, send)
            return
        await in_thread(_take, grant, delivery, scope)
        watching = asyncio.ensure_future(_watch(match["token"], cookies, grant, delivery))
        leaving = asyncio.ensure_future(_left(receive))
        sending = asyncio.ensure_future(_send(grant, delivery, pouring, send))
        await _first_of(sending, watching, leaving)


async def _first_of(sending: Task[None], watching: Task[None], leaving: Task[None]) -> None:
    """Wait for what ends first, and end the others. Raises what ended the transfer."""
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


async def _send(grant: Grant, delivery: Delivery, pouring: body.Pouring, send: Send) -> None:
    """Send all bytes; the next ones are read while the last ones leave."""
    await send(_start(delivery))
    while piece := pouring.take():
        waiting = None
        if not pouring.fill_at_once():
            waiting = asyncio.ensure_future(LEAVING.run_patiently(READ_PATIENCE, grant.studio.pk, pouring.fill))
        try:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            delivery.sent += len(piece)
        finally:
            # Also when this is broken off: what a thread still reads cannot be closed.
            if waiting is not None:
                await asyncio.wait([waiting])
        if waiting is not None:
            waiting.result()
        else:
            # Neither reading nor sending has waited, perhaps: everybody else's turn.
            await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b""})


async def _watch(token: str, cookies: Mapping[str, str], grant: Grant, delivery: Delivery) -> None:
    """Check the link again and again. Raises Ended when it does not open any more, or hides what is still to leave."""
    size = delivery.bundle.wish.size
    while True:
        await asyncio.sleep(ASKED_AGAIN)
        if not await in_thread(_still_open, token, cookies, grant, size, delivery):
            raise Ended


def _told(reason: Exception, scope: Scope) -> Answer:
    """Why not a byte can be read, in the guest's language."""
    accepted = headers_of(scope).get(b"accept-language", b"").decode("latin-1")
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    is_refusal = isinstance(reason, Refusal)
    with translation.override(translation.get_language_from_request(request)):
        text = translation.gettext(str(reason)).encode() if is_refusal else DAMAGED
    headers = safety_headers("") | {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    headers["Content-Length"] = str(len(text))
    if not isinstance(reason, Refusal):
        return Answer(500, headers, body=text)
    return Answer(reason.status, headers | {"Retry-After": str(reason.wait or 30)}, body=text)


async def _left(receive: Receive) -> None:
    """Wait until the client has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        await asyncio.sleep(0)
