"""One POST of JSON to a provider: to the address that was checked, no redirects, an end in time and in size."""

from __future__ import annotations

import http.client
import time
from typing import Final

from apps.tagging import addresses
from apps.web.egress import Target, connected

#: A model on a processor thinks for a while; beyond that it is as good as away. Seconds in all.
SECONDS: Final = 60.0
MOST_ANSWER: Final = 256 << 10
TOO_SLOW: Final = "The server takes too long to answer."


class ProviderFault(Exception):
    """It does not answer, or not usefully. The message is a sentence.

    is_passing: it may answer if it is asked again soon.
    """

    def __init__(self, message: str, *, is_passing: bool) -> None:
        super().__init__(message)
        self.is_passing = is_passing


def post(url: str, path: str, body: bytes, key: str, *, seconds: float | None = None, most: int = MOST_ANSWER) -> bytes:
    """The body of the answer, of at most so many bytes. seconds: in all, else `SECONDS`.

    Raises ProviderFault, AddressRefused.
    """
    until = time.monotonic() + (SECONDS if seconds is None else seconds)
    try:
        return _post(addresses.resolve(url, path), body, key, until=until, most=most)
    except TimeoutError as error:
        raise ProviderFault(TOO_SLOW, is_passing=True) from error
    except (OSError, http.client.HTTPException) as error:
        raise ProviderFault("The server doesn’t answer.", is_passing=True) from error


def _post(target: Target, body: bytes, key: str, *, until: float, most: int) -> bytes:
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Host": target.host_header}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    connection = http.client.HTTPConnection(target.host, target.port)
    try:
        connection.sock = connected(target, seconds=max(0.001, until - time.monotonic()))
        connection.request("POST", target.path, body, headers)
        response = connection.getresponse()
        _check_status(response.status)
        return _whole(connection, response, until, most)
    finally:
        connection.close()


def _check_status(status: int) -> None:
    if status in (401, 403):
        raise ProviderFault("The server refuses the API key.", is_passing=False)
    if status == 404:
        raise ProviderFault("The server doesn’t know this address or model.", is_passing=False)
    if status == 429 or status >= 500:
        raise ProviderFault(f"The server is busy or broken ({status}).", is_passing=True)
    if not 200 <= status < 300:
        raise ProviderFault(f"The server refuses the request ({status}).", is_passing=False)


def _whole(
    connection: http.client.HTTPConnection, response: http.client.HTTPResponse, until: float, most: int
) -> bytes:
    """All of the answer. One that trickles, or never ends, is left."""
    parts: list[bytes] = []
    size = 0
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise ProviderFault(TOO_SLOW, is_passing=True)
        if connection.sock is not None:
            connection.sock.settimeout(left)
        chunk = response.read1(16 << 10)
        if not chunk:
            return b"".join(parts)
        size += len(chunk)
        if size > most:
            raise ProviderFault("The server’s answer is too long.", is_passing=False)
        parts.append(chunk)
