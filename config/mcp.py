"""A Model Context Protocol server over the public API: an assistant reads a studio, and asks before it changes it.

JSON-RPC 2.0, one message a line, as the protocol's stdio transport has it (revision 2025-06-18). It knows nothing but
the API and one scoped key: what the key may not do, the assistant cannot do either.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TextIO
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

PROTOCOL = "2025-06-18"
METHOD_NOT_FOUND, INVALID_PARAMS, PARSE_ERROR = -32601, -32602, -32700
MOST_TEXT = 100_000
TIMEOUT_SECONDS = 30
JSON = dict[str, Any]


class _Straight(HTTPRedirectHandler):
    """Follows no redirect, which would take the key along to wherever it leads."""

    def redirect_request(self, *_args: Any) -> None:
        return None


class ApiRefused(Exception):
    """The API did not do it; the message is its sentence."""


class Calls(Protocol):
    """What a tool needs of the API."""

    def __call__(self, method: str, path: str, body: JSON | None = None) -> Any: ...


@dataclass(frozen=True, slots=True)
class Api:
    """The public API by HTTP. url: base address without a slash at the end. key: an API key."""

    url: str
    key: str = field(repr=False)

    def __call__(self, method: str, path: str, body: JSON | None = None) -> Any:
        """The decoded answer. Raises ApiRefused."""
        headers = {"Authorization": f"Api-Key {self.key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        asked = Request(f"{self.url}{path}", data=data, method=method, headers=headers)
        try:
            with build_opener(_Straight).open(asked, timeout=TIMEOUT_SECONDS) as answer:
                return json.loads(answer.read() or b"null")
        except HTTPError as error:
            raise ApiRefused(_sentence(error)) from None
        except (URLError, TimeoutError, ValueError) as error:
            raise ApiRefused(f"Glassine does not answer at {self.url}.") from error


def _sentence(error: HTTPError) -> str:
    try:
        return str(json.loads(error.read())["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"Glassine answered {error.code}."


# -- tools -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that an assistant may do. needs, may: names of arguments and their JSON types.

    question: asked of the person before it is done, with the arguments in it; "" for what only reads.
    """

    name: str
    description: str
    call: Callable[[Calls, JSON], Any]
    needs: dict[str, str] = field(default_factory=dict)
    may: dict[str, str] = field(default_factory=dict)
    question: str = ""

    @property
    def shape(self) -> JSON:
        """As `tools/list` tells it."""
        types = {"strings": {"type": "array", "items": {"type": "string"}}}
        properties = {name: types.get(kind, {"type": kind}) for name, kind in (self.needs | self.may).items()}
        return {
            "name": self.name,
            "description": self.description,
            "inputSchema": {
                "type": "object",
                "properties": properties,
                "required": list(self.needs),
                "additionalProperties": False,
            },
            "annotations": {"readOnlyHint": not self.question, "destructiveHint": False, "openWorldHint": False},
        }

    def problem(self, arguments: JSON) -> str:
        """What is wrong with the arguments, or ""."""
        python = {"string": str, "integer": int, "boolean": bool, "strings": list}
        missing = [name for name in self.needs if name not in arguments]
        known = self.needs | self.may
        wrong = [name for name, value in arguments.items() if not isinstance(value, python[known.get(name, "strings")])]
        unknown = [name for name in arguments if name not in known]
        return f"Check {', '.join(dict.fromkeys([*missing, *unknown, *wrong]))}." if missing or unknown or wrong else ""


def _id(arguments: JSON, name: str) -> str:
    return quote(arguments[name], safe="")


def _limit(arguments: JSON) -> int:
    return max(1, min(100, int(arguments.get("limit", 25))))


def _given(arguments: JSON, *names: str) -> JSON:
    return {name: arguments[name] for name in names if name in arguments}


TOOLS = [
    Tool("list_galleries", "The studio’s galleries.", lambda api, a: api("GET", f"/api/albums?limit={_limit(a)}"),
         may={"limit": "integer"}),
    Tool("get_gallery", "One gallery with its sections.", lambda api, a: api("GET", f"/api/albums/{_id(a, 'gallery')}"),
         needs={"gallery": "string"}),
    Tool("list_photos", "Photos of a gallery.",
         lambda api, a: api("GET", f"/api/albums/{_id(a, 'gallery')}/photos?limit={_limit(a)}"),
         needs={"gallery": "string"}, may={"limit": "integer"}),
    Tool("find_photos", "Search the whole library: words, “phrases”, name:value filters, dates in words.",
         lambda api, a: api("GET", f"/api/photos?{urlencode({'q': a['query'], 'limit': _limit(a)})}"),
         needs={"query": "string"}, may={"limit": "integer"}),
    Tool("list_share_links", "Share links of a gallery.",
         lambda api, a: api("GET", f"/api/albums/{_id(a, 'gallery')}/share"), needs={"gallery": "string"}),
    Tool("studio_numbers", "How many galleries, photos and bytes the studio has.",
         lambda api, a: api("GET", "/api/stats")),
    Tool("create_gallery", "Create a gallery as a draft.",
         lambda api, a: api("POST", "/api/albums", _given(a, "title", "event_date", "description")),
         needs={"title": "string"}, may={"event_date": "string", "description": "string"},
         question="Create the gallery “{title}”?"),
    Tool("describe_photo", "Set caption, stars (0 to 5) or keywords of a photo.",
         lambda api, a: api("PATCH", f"/api/albums/{_id(a, 'gallery')}/photos/{_id(a, 'photo')}",
                            _given(a, "caption", "rating", "keywords")),
         needs={"gallery": "string", "photo": "string"},
         may={"caption": "string", "rating": "integer", "keywords": "strings"},
         question="Change what is said of the photo {photo}?"),
    Tool("create_share_link", "Create a share link for a gallery. Its address opens the gallery to whoever has it.",
         lambda api, a: api("POST", f"/api/albums/{_id(a, 'gallery')}/share", _given(a, "label", "password")),
         needs={"gallery": "string", "label": "string"}, may={"password": "string"},
         question="Create the share link “{label}”, which opens this gallery to whoever has its address?"),
]  # fmt: skip
_BY_NAME = {tool.name: tool for tool in TOOLS}


# -- the server ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class McpServer:
    """Answers on one pair of streams until the input ends.

    Reads run at once. A write is done when the person says yes to a question that the client shows (elicitation); a
    client that cannot ask is told so, and nothing is changed.
    """

    api: Calls
    source: TextIO
    sink: TextIO
    _can_ask: bool = False
    _asked: int = 0

    def serve(self) -> None:
        for message in self._messages():
            self._answer(message)

    def _messages(self) -> Iterator[JSON]:
        for line in self.source:
            if not line.strip():
                continue
            try:
                message = json.loads(line)
            except ValueError:
                self._send({"id": None, "error": {"code": PARSE_ERROR, "message": "This is no JSON."}})
                continue
            if isinstance(message, dict):
                yield message

    def _answer(self, message: JSON) -> None:
        """Notifications and answers need none."""
        method, number = message.get("method"), message.get("id")
        if method is None or number is None:
            return
        handlers: dict[str, Callable[[JSON], JSON]] = {
            "initialize": self._initialize,
            "ping": lambda params: {},
            "tools/list": lambda params: {"tools": [tool.shape for tool in TOOLS]},
            "tools/call": self._call,
        }
        handler = handlers.get(str(method))
        if handler is None:
            self._send({"id": number, "error": {"code": METHOD_NOT_FOUND, "message": f"There is no {method}."}})
            return
        params = message.get("params")
        try:
            self._send({"id": number, "result": handler(params if isinstance(params, dict) else {})})
        except LookupError as error:
            self._send({"id": number, "error": {"code": INVALID_PARAMS, "message": str(error)}})

    def _initialize(self, params: JSON) -> JSON:
        self._can_ask = "elicitation" in (params.get("capabilities") or {})
        return {
            "protocolVersion": PROTOCOL,
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "glassine", "version": "1.0"},
        }

    def _call(self, params: JSON) -> JSON:
        tool, arguments = _BY_NAME.get(str(params.get("name"))), params.get("arguments") or {}
        if tool is None or not isinstance(arguments, dict):
            raise LookupError("There is no such tool.")
        problem = tool.problem(arguments)
        if problem:
            return _told(problem, is_error=True)
        if tool.question:
            refusal = self._refusal(tool.question.format_map(arguments))
            if refusal:
                return _told(refusal, is_error=True)
        try:
            return _told(json.dumps(tool.call(self.api, arguments), ensure_ascii=False))
        except ApiRefused as refusal:
            return _told(str(refusal), is_error=True)

    def _refusal(self, question: str) -> str:
        """Ask the person; why it must not be done, or "" after a yes."""
        if not self._can_ask:
            return "Nothing was changed: this client cannot ask you for confirmation."
        self._asked += 1
        number = f"ask-{self._asked}"
        schema = {"type": "object", "properties": {"confirm": {"type": "boolean"}}, "required": ["confirm"]}
        params = {"message": question, "requestedSchema": schema}
        self._send({"id": number, "method": "elicitation/create", "params": params})
        for message in self._messages():
            if message.get("id") == number and "method" not in message:
                result = message.get("result") or {}
                confirmed = result.get("action") == "accept" and (result.get("content") or {}).get("confirm") is True
                return "" if confirmed else "Nothing was changed: you did not confirm it."
            # While a person thinks, a client may ask whether we are still there.
            self._answer(message)
        return "Nothing was changed: the client left."

    def _send(self, message: JSON) -> None:
        self.sink.write(json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False) + "\n")
        self.sink.flush()


def _told(text: str, *, is_error: bool = False) -> JSON:
    return {"content": [{"type": "text", "text": text[:MOST_TEXT]}], "isError": is_error}
