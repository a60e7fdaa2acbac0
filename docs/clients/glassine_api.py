"""The calls of Glassine's API that a publishing program needs. Python's standard library only.

    api = Api("https://photos.example.com", "gk_...")
    album = api.json("POST", "/api/albums", {"title": "Anna & Ben"})

The key needs the scopes `read`, `upload` and `albums`, and nothing else.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen

MOST_AT_ONCE = 500
CHUNK = 1 << 20
# How often a request is sent at most when the server says that it comes too soon.
TRIES = 5


class ApiError(Exception):
    """An answer that is no success. code: a word for programs; the text of the error is a sentence for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Api:
    """One studio's API. url: of the installation.  key: an API key.  now: the server's clock, from its last answer."""

    def __init__(self, url: str, key: str, timeout: float = 120) -> None:
        self.url, self.key, self.timeout = url.rstrip("/"), key, timeout
        self.now = ""

    def json(self, method: str, path: str, body: object = None, **query: str) -> Any:
        """Send JSON, read JSON. Raises ApiError."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data is not None else {}
        if method == "POST":
            # If the line breaks and we ask again, nothing is made twice.
            headers["Idempotency-Key"] = str(uuid.uuid4())
        return self._answer(method, path, query, lambda: data, headers)

    def pages(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """All entries of a list, page after page."""
        page = self.json("GET", path, limit=str(MOST_AT_ONCE), **query)
        yield from page["results"]
        while page["next"]:
            page = self.json("GET", _without_host(page["next"]))
            yield from page["results"]

    def upload(self, album: str, file: Path) -> dict[str, Any]:
        """Add one file to a gallery; the photo. The same bytes again are the same photo. Raises ApiError."""
        boundary = uuid.uuid4().hex
        name = file.name.replace("\\", "_").replace('"', "%22")
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        tail = f"\r\n--{boundary}--\r\n".encode()

        def body() -> Iterator[bytes]:
            yield head
            yield from _bytes_of(file)
            yield tail

        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(head) + file.stat().st_size + len(tail)),
        }
        answer = self._answer("POST", f"/api/albums/{album}/photos", {}, body, headers)
        photo: dict[str, Any] = answer["results"][0]["photo"]
        return photo

    def replace(self, photo: str, file: Path) -> dict[str, Any]:
        """Let a file take the place of a photo's; marks, comments and order stay. Raises ApiError."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(file.stat().st_size)}
        query = {"name": file.name}
        answer: dict[str, Any] = self._answer(
            "PUT", f"/api/photos/{photo}/file", query, lambda: _bytes_of(file), headers
        )
        return answer

    def original(self, photo: str) -> bytes:
        """The file that a photo shows. Raises ApiError."""
        answer = self._send("GET", f"/api/photos/{photo}/original", {}, lambda: None, {})
        return answer[0]

    def _answer(self, method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Any:
        data, _ = self._send(method, path, query, body, headers)
        return json.loads(data) if data else None

    def _send(
        self, method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]
    ) -> tuple[bytes, Any]:
        address = self.url + quote(path, safe="/?=&%:+") + (f"?{urlencode(query)}" if query else "")
        for tried in range(1, TRIES + 1):
            request = Request(address, body(), {**headers, "Authorization": f"Api-Key {self.key}"}, method=method)
            try:
                with urlopen(request, timeout=self.timeout) as answer:
                    self.now = parsedate_to_datetime(answer.headers["Date"]).isoformat()
                    return answer.read(), answer.headers
            except HTTPError as refused:
                if refused.code != 429 or tried == TRIES:
                    raise _error(refused) from None
                time.sleep(int(refused.headers.get("Retry-After", "1")))
        raise AssertionError("the loop above returns or raises")


def _bytes_of(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            yield chunk


def _without_host(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def _error(refused: HTTPError) -> ApiError:
    try:
        error = json.loads(refused.read())["error"]
        return ApiError(refused.code, error["code"], error["message"])
    except (ValueError, KeyError):
        return ApiError(refused.code, "", f"The server answered {refused.code}.")
