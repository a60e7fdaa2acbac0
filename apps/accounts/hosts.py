"""Which host belongs to which studio, and under which one the request at hand was made.

All verified hosts are known to each process for `SECONDS`, so a request costs no question, and a flood of made-up hosts
costs no more than one in that time. The installation's own hosts are never looked up.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from apps.accounts.domain_models import Domain, DomainState
from apps.accounts.tenancy import across_studios
from apps.web.public_url import public_host, public_url

# So long another process may go on as if nothing had changed.
SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class StudioHost:
    """A verified host. slug: of its studio."""

    name: str
    studio_id: UUID
    slug: str

    @property
    def url(self) -> str:
        """The base of addresses under it."""
        return public_url(self.name)

    def serves(self, path: str) -> bool:
        """True for what guests of this studio open; members, programs and operators come by the installation's own."""
        own = (f"/studio/{self.slug}/logo.png", f"/studio/{self.slug}/logo/", f"/p/{self.slug}/")
        return path == "/" or path.startswith(_OF_GUESTS) or path.lower().startswith(own)


_OF_GUESTS: Final = ("/g/", "/m/", "/api/galleries/", "/static/", "/brand/")
_HERE: Final[ContextVar[StudioHost | None]] = ContextVar("studio_host", default=None)
_lock = Lock()
_known: Mapping[str, StudioHost] = {}
_known_until = 0.0


def of(header: str) -> StudioHost | None:
    """The studio's host that a `Host` header names; None for the installation's own and for what nobody has.

    Outside of a transaction of a studio.
    """
    name = name_of(header)
    return None if is_own(name) else _all().get(name)


def name_of(header: str) -> str:
    """The name in a `Host` header, without port and closing dot."""
    name, colon, port = header.rpartition(":")
    # An IPv6 address has colons of its own, and what is no port spoils the name.
    return (name if colon and (port.isdigit() or not port) else header).lower().rstrip(".")


def is_own(name: str) -> bool:
    """True for the installation's own hosts, as they are mostly written, and where none is named."""
    return not name or name in settings.ALLOWED_HOSTS or name == public_host()


def _all() -> Mapping[str, StudioHost]:
    global _known, _known_until
    with _lock:
        if time.monotonic() >= _known_until:
            since = time.monotonic()
            _known = {host.name: host for host in _read()}
            _known_until = since + SECONDS
        return _known


def forget() -> None:
    """Have this process look again."""
    global _known_until
    with _lock:
        _known_until = 0.0


def _read(**which: str) -> list[StudioHost]:
    with across_studios():
        rows = Domain.objects.filter(state=DomainState.VERIFIED, **which)
        return [StudioHost(*row) for row in rows.values_list("host", "studio_id", "studio__slug")]


def is_verified(name: str) -> bool:
    """Whether it is some studio's at this moment, for who is about to get a certificate for it."""
    return bool(_read(host=name.lower().rstrip(".")))


def is_taken(name: str, *, by_other_than: UUID) -> bool:
    """Whether another studio has proved that it is theirs."""
    return any(host.studio_id != by_other_than for host in _read(host=name))


def welcome(request: HttpRequest) -> None:
    """Let a request under a studio's host be one of its guests'.

    The host is allowed by a row, which settings cannot know; what compares with it (CSRF, redirects) asks the request.
    Nobody is signed in there, whatever a browser sends.
    """
    header = request.META["HTTP_HOST"]
    request.get_host = lambda: header  # type: ignore[method-assign]
    request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)


@contextmanager
def asked_at(host: StudioHost) -> Iterator[None]:
    """What is done meanwhile is done for a request to this host."""
    before = _HERE.set(host)
    try:
        yield
    finally:
        _HERE.reset(before)


def here() -> StudioHost | None:
    """The studio's host of the request at hand; None under the installation's own."""
    return _HERE.get()


def shows(studio_id: UUID) -> bool:
    """Whether anything of this studio is found under the host of the request at hand."""
    host = _HERE.get()
    return host is None or host.studio_id == studio_id


def url_here() -> str:
    """The base of addresses under the host of the request at hand."""
    host = _HERE.get()
    return public_url() if host is None else host.url
