"""Cookies of guests: signed, one for each link or album, few enough of each kind that a browser sends less than 4 KB.

Web servers refuse longer headers on every page, so whoever knows a hundred galleries keeps the cookies of the last
ones only (G63). What the kinds need, with `__Host-` before their names, in bytes: 12 passes 1,600, 9 visitors 1,030,
3 chosen lists 330, 3 PINs 270, 2 wishes for more time 170, 1 client of a studio 110, 1 result of a selfie 100; session,
CSRF token and the preview of a member 330.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, Generic, TypeVar, get_type_hints
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer, b62_decode, b62_encode
from django.http import HttpResponseBase

Fields = TypeVar("Fields", bound=tuple[Any, ...])


@dataclass(frozen=True, slots=True)
class SignedCookie(Generic[Fields]):
    """One kind of cookie.

    kind: in its name.  fields: a NamedTuple of UUIDs and numbers, what the cookie says.
    lifetime: from the moment when it was given; nothing is believed afterwards, whatever the browser does.
    most: how many a browser keeps; the ones given longest ago make room.

    The signature covers the name with the value, so that nothing that was given for one link serves another.
    """

    kind: str
    fields: Callable[..., Fields]
    lifetime: timedelta
    most: int = 1

    def name(self, key: UUID | None = None) -> str:
        """The cookie's name. key: of the link or album it is about; its last 8 bytes are random (UUIDv7)."""
        return f"{settings.COOKIE_PREFIX}{self.kind}" + (f"_{_base64(key.bytes[8:])}" if key else "")

    def read(self, cookies: Mapping[str, str], key: UUID | None = None, *, now: datetime) -> Fields | None:
        """What the cookie says, or None if there is none, it is not one of ours, or it is too old."""
        name = self.name(key)
        return self._fields(name, cookies[name], now) if name in cookies else None

    def read_all(self, cookies: Mapping[str, str], *, now: datetime) -> list[Fields]:
        """What all cookies of this kind say; more than `most` are not looked at, however long the header."""
        found = (self._fields(name, cookies[name], now) for name in self._names(cookies)[: self.most])
        return [one for one in found if one is not None]

    def give(
        self,
        response: HttpResponseBase,
        cookies: Mapping[str, str],
        said: Fields,
        key: UUID | None = None,
        *,
        now: datetime,
    ) -> None:
        """Set the cookie, which no script reads and no other site sends along. cookies: those of the browser."""
        name, text = self.written(said, key, now=now)
        response.set_cookie(
            name,
            text,
            max_age=self.lifetime,
            path="/",
            secure=settings.IS_HTTPS,
            httponly=True,
            samesite="Lax",
        )
        for one in self._beyond(cookies, name):
            self._drop(response, one)

    def written(self, said: Fields, key: UUID | None = None, *, now: datetime) -> tuple[str, str]:
        """The cookie's name and its signed value."""
        name = self.name(key)
        text = ".".join([*map(_text, said), b62_encode(int(now.timestamp()))])
        return name, _signer(name).sign(text)

    def drop(self, response: HttpResponseBase, key: UUID | None = None) -> None:
        """Take the cookie from the browser."""
        self._drop(response, self.name(key))

    def _drop(self, response: HttpResponseBase, name: str) -> None:
        response.delete_cookie(name, path="/", samesite="Lax")

    def _names(self, cookies: Mapping[str, str]) -> list[str]:
        start = f"{self.name()}_"
        return [name for name in cookies if name.startswith(start)]

    def _beyond(self, cookies: Mapping[str, str], name: str) -> list[str]:
        """The names that have to go when one of this name comes: what cannot be read first, then the oldest."""
        others = [one for one in self._names(cookies) if one != name]
        if len(others) < self.most:
            return []
        given = {one: self._opened(one, cookies[one])[1] for one in others}
        return sorted(others, key=given.__getitem__)[: len(others) - self.most + 1]

    def _fields(self, name: str, value: str, now: datetime) -> Fields | None:
        said, given_at = self._opened(name, value)
        return said if 0 <= now.timestamp() - given_at < self.lifetime.total_seconds() else None

    def _opened(self, name: str, value: str) -> tuple[Fields | None, int]:
        """What a cookie says and when it was given, in seconds since 1970; None and 0 if it is not one of ours."""
        try:
            *texts, moment = _signer(name).unsign(value).split(".")
            said = [read(text) for read, text in zip(_readers(self.fields), texts, strict=True)]
            return self.fields(*said), b62_decode(moment)
        except (BadSignature, ValueError):
            return None, 0


def _signer(name: str) -> Signer:
    return Signer(salt=f"glassine.{name}")


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _text(value: UUID | int | None) -> str:
    """A value in few letters, none of them a dot."""
    if value is None:
        return ""
    return _base64(value.bytes) if isinstance(value, UUID) else b62_encode(value)


def _uuid(text: str) -> UUID:
    return UUID(bytes=urlsafe_b64decode(f"{text}=="))


def _uuid_or_none(text: str) -> UUID | None:
    return _uuid(text) if text else None


_READERS: Final[Mapping[object, Callable[[str], UUID | int | None]]] = {
    UUID: _uuid,
    UUID | None: _uuid_or_none,
    int: b62_decode,
}


@cache
def _readers(fields: Callable[..., tuple[Any, ...]]) -> list[Callable[[str], UUID | int | None]]:
    return [_READERS[kind] for kind in get_type_hints(fields).values()]
