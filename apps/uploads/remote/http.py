"""Asking another system: only hosts that the operator named, no redirects, no proxies, and answers with an end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from http.client import HTTPException
from typing import Any, BinaryIO, Final, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from django.conf import settings

# The list of an album with ten thousand photos is some 30 MB.
MOST_JSON: Final = 256 << 20
SECONDS: Final = 60
# What is waited for after a 429 that does not say how long, and at most.
BUSY_SECONDS: Final = 60
MOST_BUSY_SECONDS: Final = 3_600


class RemoteFault(Exception):
    """The other system cannot be asked, or answers something else; the message is a sentence."""


class RemoteAway(RemoteFault):
    """The other system does not answer; it may do so later."""


class RemoteBusy(RemoteAway):
    """It answers no more for a while. seconds: how long it wants to be left alone."""

    def __init__(self, sentence: str, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(sentence)


class _NoRedirects(HTTPRedirectHandler):
    """Another address may lead anywhere, and would be sent the key."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class RemoteApi:
    """url: of the other system, with or without a path.  headers: sent with each request, so the key."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        """Raises RemoteFault for a host that GLASSINE_IMPORT_HOSTS does not name."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise RemoteFault(f"{url} is no address; write it as https://photos.example.com.")
        if not {parts.hostname, parts.netloc.rpartition("@")[2].lower()}.intersection(settings.IMPORT_HOSTS):
            raise RemoteFault(f"Add {parts.hostname} to GLASSINE_IMPORT_HOSTS to import from there.")
        self.url, self.headers = url.rstrip("/"), dict(headers)
        self._opener = build_opener(_NoRedirects, ProxyHandler({}))

    def json(self, path: str) -> Any:
        """What is answered at a path. Raises RemoteFault."""
        with self.open(path) as answer:
            try:
                text = answer.read(MOST_JSON + 1)
            except (OSError, HTTPException) as error:
                raise RemoteAway(f"{self.url} stopped answering: {error}") from error
            if len(text) > MOST_JSON:
                raise RemoteFault(f"{path} answers more than {MOST_JSON >> 20} MB.")
            try:
                return json.loads(text)
            except ValueError as error:
                raise RemoteFault(f"{path} answers no JSON: {error}") from error

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """The bytes at a path, to be read once. Raises RemoteFault."""
        request = Request(f"{self.url}{path}", headers=self.headers)
        try:
            return cast("AbstractContextManager[BinaryIO]", self._opener.open(request, timeout=SECONDS))
        except HTTPError as error:
            with error:
                raise _refused(path, error) from error
        except (URLError, OSError, HTTPException) as error:
            raise RemoteAway(f"{self.url} does not answer: {error}") from error


def _refused(path: str, error: HTTPError) -> RemoteFault:
    """429 and the fives say that it is busy or away, whatever was asked."""
    told = f"{path} is refused with {error.code}."
    if error.code == 429:
        asked = error.headers.get("Retry-After", "")
        seconds = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else BUSY_SECONDS
        return RemoteBusy(told, min(max(seconds, 1), MOST_BUSY_SECONDS))
    return RemoteAway(told) if error.code >= 500 else RemoteFault(told)
