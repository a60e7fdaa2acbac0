"""A server on loopback that speaks both protocols, and misbehaves in every way that real ones do."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image

Reply = Callable[["Handler", str], None]


class ProviderServer(ThreadingHTTPServer):
    """asked: the bodies of requests, and what came with them.  reply: how it answers (see below)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, Any]] = []
        self.reply: Reply = whole
        self.says: Any = {"tags": [{"name": "Oak", "confidence": 0.9}, {"name": "Stairs", "confidence": 0.4}]}
        self.counts = True

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def pictures(self) -> list[bytes]:
        return [picture for asked in self.asked for picture in asked["pictures"]]


class Handler(BaseHTTPRequestHandler):
    server: ProviderServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            kind, told = _read(self.path, body)
        except (KeyError, TypeError, ValueError) as wrong:
            self.send(400, json.dumps({"error": str(wrong)}).encode())
            return
        self.server.asked.append(told | {"path": self.path, "key": self.headers.get("Authorization")})
        self.server.reply(self, kind)

    def send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: tests read what was asked."""


def _read(path: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """What a request says, by its protocol. Raises for what a real server would refuse."""
    if path == "/api/embed" or path.endswith("/v1/embeddings"):
        assert all(isinstance(text, str) and text for text in body["input"])
        kind = "ollama" if path == "/api/embed" else "openai"
        return f"{kind} embeddings", {"texts": body["input"], "model": body["model"], "pictures": []}
    system, user = body["messages"]
    if path == "/api/chat":
        assert body["format"]["type"] == "object"
        pictures = [base64.b64decode(text, validate=True) for text in user["images"]]
        told = {"user": user["content"], "most": body["options"]["num_predict"]}
        kind = "ollama"
    elif path.endswith("/v1/chat/completions"):
        assert body["response_format"] == {"type": "json_object"}
        text, picture = user["content"]
        head, _, data = picture["image_url"]["url"].partition(",")
        assert head == "data:image/jpeg;base64"
        pictures = [base64.b64decode(data, validate=True)]
        told = {"user": text["text"], "most": body["max_tokens"]}
        kind = "openai"
    else:
        raise ValueError("no such path")
    for one in pictures:
        Image.open(io.BytesIO(one)).verify()
    return kind, told | {"model": body["model"], "system": system["content"], "pictures": pictures}


def _text(handler: Handler) -> str:
    says = handler.server.says
    return says if isinstance(says, str) else json.dumps(says)


def meaning_of(text: str) -> list[float]:
    """A vector in which words of the same matter lie near each other, as a model of four numbers would have it."""
    words = text.casefold()
    matters = (("dog", "puppy", "hund"), ("stairs", "steps"), ("cake", "dessert"))
    return [0.1, *(float(sum(word in words for word in matter)) for matter in matters)]


def _embedded(handler: Handler, kind: str) -> None:
    vectors = [meaning_of(text) for text in handler.server.asked[-1]["texts"]]
    if kind.startswith("ollama"):
        body: dict[str, Any] = {"embeddings": vectors, "prompt_eval_count": 10 * len(vectors)}
    else:
        # In another order than they were asked in, as the protocol allows.
        data = [{"index": index, "embedding": vector} for index, vector in enumerate(vectors)][::-1]
        body = {"data": data, "usage": {"prompt_tokens": 10 * len(vectors)}}
    handler.send(200, json.dumps(body).encode())


def whole(handler: Handler, kind: str) -> None:
    """As it should be."""
    if kind.endswith("embeddings"):
        _embedded(handler, kind)
        return
    text = _text(handler)
    if kind == "ollama":
        body: dict[str, Any] = {"message": {"role": "assistant", "content": text}, "done": True}
        body |= {"prompt_eval_count": 1000, "eval_count": 100} if handler.server.counts else {}
    else:
        body = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}
        body |= {"usage": {"prompt_tokens": 1000, "completion_tokens": 100}} if handler.server.counts else {}
    handler.send(200, json.dumps(body).encode())


def streamed(handler: Handler, kind: str) -> None:
    """Piece by piece, although it was asked not to."""
    text = _text(handler)
    pieces = [text[start : start + 7] for start in range(0, len(text), 7)]
    if kind == "ollama":
        lines = [json.dumps({"message": {"content": piece}, "done": False}) for piece in pieces]
        lines.append(json.dumps({"message": {"content": ""}, "done": True, "prompt_eval_count": 9, "eval_count": 5}))
        handler.send(200, "\n".join(lines).encode(), Content_Type="application/x-ndjson")
        return
    deltas: list[tuple[dict[str, str], str | None]] = [*(({"content": piece}, None) for piece in pieces), ({}, "stop")]
    events = [{"choices": [{"delta": delta, "finish_reason": reason}]} for delta, reason in deltas]
    body = ": keep-alive\n\n" + "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
    handler.send(200, body.encode(), Content_Type="text/event-stream")


def broken(handler: Handler, kind: str) -> None:
    handler.send(500, b'{"error": "out of memory"}')


def refused(handler: Handler, kind: str) -> None:
    handler.send(401, b'{"error": "bad key"}')


def garbage(handler: Handler, kind: str) -> None:
    handler.send(200, b"\xff\xfe<html>")


def cut(handler: Handler, kind: str) -> None:
    """A stream that breaks off before its end."""
    handler.send(200, json.dumps({"message": {"content": '{"tags"'}, "done": False, "choices": []}).encode())


def endless(handler: Handler, kind: str) -> None:
    handler.send(200, b" " * (1 << 20))


def slow(handler: Handler, kind: str) -> None:
    """A byte now and then, for longer than anybody waits."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    with_end = time.monotonic() + 5
    try:
        while time.monotonic() < with_end:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        handler.close_connection = True


def elsewhere(handler: Handler, kind: str) -> None:
    handler.send(307, b"", Location=f"http://{handler.server.host}{handler.path}")


@contextmanager
def serving() -> Iterator[ProviderServer]:
    server = ProviderServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
