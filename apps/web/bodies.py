"""How a request's body arrives: how long it may be, how slow, and how much of them one address may have waiting.

A body waits on the disk until it is whole, and only then a page asks who sent it. So that nobody can hold the disk
who has no business here, a stranger's is short, and all of one address together are; nobody's may trickle in for ever.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from apps.web.threads import in_thread

IN_MEMORY = 1 << 20
# A form of a guest or of somebody who signs in: a few fields, or the ids of a large choice.
LONGEST_OF_NOBODY = 2 << 20
MOST_OF_ADDRESS = 8 << 20
# A body has this long, and longer the more of it has come: a phone in a far valley sends as fast.
GRACE_SECONDS, LOWEST_RATE = 20.0, 8 << 10


class BodyRefused(Exception):
    """The body is not taken. status: of the answer; the message is its sentence."""

    status: ClassVar[int]
    sentence: ClassVar[str]

    def __str__(self) -> str:
        return self.sentence


class BodyTooLong(BodyRefused):
    """Longer than any request may be, or than one of somebody unknown."""

    status = 413
    sentence = "This request is too large."


class BodyTooSlow(BodyRefused):
    """It came more slowly than any line is."""

    status = 408
    sentence = "This request arrived too slowly. Please try again."


class TooMuchAtOnce(BodyRefused):
    """This address has too many bodies waiting."""

    status = 429
    sentence = "Too much arrives from your network at once. Please wait a moment and try again."


class ClientGone(Exception):
    """The client closed the connection while sending the body."""


def network_of(address: str) -> str:
    """The address as limits count it: an IPv4 address, or the /64 of an IPv6 one, which one household has to itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


@dataclass(slots=True)
class Bodies:
    """The bodies that arrive at this process.

    limit: longest body of anybody, in bytes.  is_known: True for who shows a session or a credential; it may block.
    """

    limit: int
    is_known: Callable[[MutableMapping[str, Any]], bool]
    held: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def held_for(self, scope: MutableMapping[str, Any]) -> Iterator[BoundedBody]:
        """A body, counted for its address until the block ends."""
        body = BoundedBody(self, scope)
        try:
            yield body
        finally:
            body.forget()


class BoundedBody:
    """One request's body on its way to a file."""

    def __init__(self, bodies: Bodies, scope: MutableMapping[str, Any]) -> None:
        self._bodies, self._scope = bodies, scope
        self._address = network_of(str((scope.get("client") or ("",))[0]))
        self._size = 0
        self._is_known = False

    async def read(self, receive: Callable[[], Awaitable[dict[str, Any]]], file: Any) -> None:
        """Write all of it to `file` and wind that back. Raises BodyRefused or ClientGone."""
        begun = asyncio.get_running_loop().time()
        while True:
            try:
                async with asyncio.timeout_at(begun + GRACE_SECONDS + self._size / LOWEST_RATE):
                    event = await receive()
            except TimeoutError:
                raise BodyTooSlow from None
            if event["type"] == "http.disconnect":
                raise ClientGone
            chunk = event.get("body", b"")
            await self._admit(len(chunk))
            if self._size > IN_MEMORY:
                await in_thread(file.write, chunk)
            else:
                file.write(chunk)
            if not event.get("more_body"):
                break
        file.seek(0)

    async def _admit(self, more: int) -> None:
        self._size += more
        if self._size > self._bodies.limit:
            raise BodyTooLong
        if self._is_known:
            return
        self._bodies.held[self._address] += more
        if self._size > LONGEST_OF_NOBODY:
            await self._ask_who(BodyTooLong)
        elif self._bodies.held[self._address] > MOST_OF_ADDRESS:
            await self._ask_who(TooMuchAtOnce)

    async def _ask_who(self, refused: type[BodyRefused]) -> None:
        if not await in_thread(self._bodies.is_known, self._scope):
            raise refused
        self.forget()
        self._is_known = True

    def forget(self) -> None:
        """Count it no longer for its address."""
        if self._is_known:
            return
        self._bodies.held[self._address] -= self._size
        if self._bodies.held[self._address] <= 0:
            del self._bodies.held[self._address]
