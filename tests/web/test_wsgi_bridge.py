"""The bridge gives Django exact requests, and its answers go out whole, as files or as streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from apps.web.wsgi_bridge import Bridge, OpenFile

# The pool's threads look after their database connections around every call.
pytestmark = pytest.mark.django_db(transaction=True)


def exchange(
    app: Callable[..., Iterable[bytes]], scope: dict[str, Any] | None = None, parts: list[bytes] | None = None,
    *, limit: int = 1 << 24, cut: bool = False,
) -> list[dict[str, Any]]:  # fmt: skip
    """Every event the bridge sends for one request."""
    events: list[dict[str, Any]] = [{"type": "http.request", "body": part, "more_body": True} for part in parts or []]
    events.append({"type": "http.disconnect"} if cut else {"type": "http.request", "body": b"", "more_body": False})
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return events.pop(0)

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    whole = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [],
        **(scope or {}),
    }
    asyncio.run(Bridge(app, limit=limit, temp="/tmp", is_known=lambda _scope: True)(whole, receive, send))
    return sent


class Seen:
    """A WSGI application that remembers its environment and body."""

    def __init__(self, answer: Iterable[bytes] = (b"ok",)) -> None:
        self.answer = answer
        self.environ: dict[str, Any] = {}
        self.body = b""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.environ = environ
        self.body = environ["wsgi.input"].read()
        start_response("200 OK", [("X-Test", "yes")])
        return self.answer


def test_a_long_body_arrives_whole() -> None:
    app = Seen()
    parts = [bytes([n]) * 700_000 for n in range(5)]
    exchange(app, {"method": "POST"}, parts)
    assert app.body == b"".join(parts)


def test_a_body_over_the_limit_is_413_and_never_reaches_django() -> None:
    app = Seen()
    sent = exchange(app, {"method": "POST"}, [b"x" * 600, b"x" * 600], limit=1000)
    assert sent[0]["status"] == 413
    assert app.environ == {}


def test_a_client_that_leaves_while_sending_is_not_served_half_a_body() -> None:
    app = Seen()
    assert exchange(app, {"method": "POST"}, [b"half"], cut=True) == []
    assert app.environ == {}


def test_a_chunked_body_gets_its_length() -> None:
    app = Seen()
    exchange(app, {"method": "POST", "headers": [(b"transfer-encoding", b"chunked")]}, [b"12345"])
    assert app.environ["CONTENT_LENGTH"] == "5"


def test_headers_and_paths_keep_their_bytes() -> None:
    app = Seen()
    scope = {
        "path": "/g/Küche/",
        "query_string": b"a=%20",
        "headers": [(b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"x-one", b"1"), (b"x-one", b"2")],
        "client": ("127.0.0.9", 1),
    }
    exchange(app, scope)
    assert app.environ["PATH_INFO"].encode("latin-1").decode() == "/g/Küche/"
    assert app.environ["HTTP_COOKIE"] == "a=1; b=2"
    assert app.environ["HTTP_X_ONE"] == "1,2"
    assert app.environ["REMOTE_ADDR"] == "127.0.0.9"


def test_a_header_with_underscores_does_not_pass_for_another() -> None:
    app = Seen()
    exchange(app, {"headers": [(b"x_forwarded_for", b"10.0.0.1")]})
    assert "HTTP_X_FORWARDED_FOR" not in app.environ


@pytest.mark.parametrize(
    ("sent", "heard"),
    [
        ("application/json; charset=zlib", "application/json"),
        ("multipart/form-data; charset=hex; boundary=x", "multipart/form-data; boundary=x"),
        ('application/json;Charset="undefined"', "application/json"),
        ("application/json; charset=UTF-8", "application/json; charset=UTF-8"),
        (
            'multipart/form-data; boundary=x; charset="iso-8859-1"',
            'multipart/form-data; boundary=x; charset="iso-8859-1"',
        ),
    ],
)
def test_a_codec_that_is_none_for_text_is_not_heard_of(sent: str, heard: str) -> None:
    app = Seen()
    exchange(app, {"method": "POST", "headers": [(b"content-type", sent.encode())]}, [b"{}"])
    assert app.environ["CONTENT_TYPE"] == heard


def test_a_stream_is_sent_piece_by_piece() -> None:
    class Stream:
        streaming = True
        closed = False

        def __iter__(self) -> Any:
            yield b"one"
            yield b"two"

        def close(self) -> None:
            self.closed = True

    stream = Stream()
    sent = exchange(Seen(stream))
    assert [event["body"] for event in sent[1:]] == [b"one", b"two", b""]
    assert stream.closed


@pytest.mark.parametrize("offered", [True, False])
def test_a_file_goes_out_by_the_servers_own_means_if_it_has_any(offered: bool, tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(b"x" * 300_000)
    sent = exchange(Seen(OpenFile(path.open("rb"))), {"extensions": {"http.response.pathsend": {}} if offered else {}})
    if offered:
        assert sent[1:] == [{"type": "http.response.pathsend", "path": str(path)}]
    else:
        assert b"".join(event["body"] for event in sent[1:]) == b"x" * 300_000
