"""An assistant reads by the public API with one key, and changes nothing that a person did not confirm."""

from __future__ import annotations

import io
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import ApiKey, Studio, User
from apps.accounts.tenancy import acting_in
from config.mcp import TOOLS, Api, ApiRefused, McpServer
from tests.factories import AlbumFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def key(north: Studio, alice_user: User) -> str:
    with acting_in(north):
        _, secret = ApiKey.make(north, alice_user, name="Assistant", scopes=["read", "albums"])
    return secret


def talk(server: LiveServer, key: str, *messages: dict[str, Any], asks: bool = True) -> list[dict[str, Any]]:
    """What the server says to these messages, after the hand-shake."""
    capabilities: dict[str, Any] = {"elicitation": {}} if asks else {}
    hello: dict[str, Any] = {"id": 0, "method": "initialize", "params": {"capabilities": capabilities}}
    lines = [hello, {"method": "notifications/initialized"}, *messages]
    source = io.StringIO("".join(json.dumps({"jsonrpc": "2.0", **line}) + "\n" for line in lines))
    sink = io.StringIO()
    McpServer(Api(server.url, key), source, sink).serve()
    return [json.loads(line) for line in sink.getvalue().splitlines()][1:]


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}


def yes(confirm: bool = True, action: str = "accept") -> dict[str, Any]:
    return {"id": "ask-1", "result": {"action": action, "content": {"confirm": confirm}}}


def text(answer: dict[str, Any]) -> str:
    return str(answer["result"]["content"][0]["text"])


def titles(studio: Studio) -> list[str]:
    with acting_in(studio):
        return list(studio.albums.values_list("title", flat=True))


def test_reads_run_and_see_the_studio_of_the_key_alone(
    live_server: LiveServer, key: str, north: Studio, south: Studio
) -> None:
    AlbumFactory.create(studio=north, title="Mine")
    AlbumFactory.create(studio=south, title="Theirs")
    [answer] = talk(live_server, key, call("list_galleries"))
    assert "Mine" in text(answer)
    assert "Theirs" not in text(answer)


def test_a_write_is_done_after_a_yes(live_server: LiveServer, key: str, north: Studio) -> None:
    question, answer = talk(live_server, key, call("create_gallery", title="Anna & Ben"), yes())
    assert question["method"] == "elicitation/create"
    assert "Anna & Ben" in question["params"]["message"]
    assert not answer["result"]["isError"]
    assert titles(north) == ["Anna & Ben"]


@pytest.mark.parametrize("said", [yes(False), yes(action="decline"), yes(action="cancel")])
def test_a_no_changes_nothing(live_server: LiveServer, key: str, north: Studio, said: dict[str, Any]) -> None:
    _, answer = talk(live_server, key, call("create_gallery", title="Never"), said)
    assert answer["result"]["isError"]
    assert titles(north) == []


def test_a_client_that_cannot_ask_changes_nothing(live_server: LiveServer, key: str, north: Studio) -> None:
    [answer] = talk(live_server, key, call("create_gallery", title="Never"), asks=False)
    assert "cannot ask you" in text(answer)
    assert titles(north) == []


def test_what_the_key_may_not_do_is_told_in_the_words_of_the_api(
    live_server: LiveServer, key: str, north: Studio
) -> None:
    album = AlbumFactory.create(studio=north)
    _, answer = talk(live_server, key, call("create_share_link", gallery=str(album.pk), label="x"), yes())
    assert answer["result"]["isError"]
    assert text(answer) == "This needs the scope share."


def test_arguments_are_checked_and_cannot_leave_their_address(live_server: LiveServer, key: str) -> None:
    assert talk(live_server, key, call("get_gallery"))[0]["result"]["isError"]
    assert talk(live_server, key, call("get_gallery", gallery=7))[0]["result"]["isError"]
    assert talk(live_server, key, call("get_gallery", gallery="../stats"))[0]["result"]["isError"]
    assert talk(live_server, key, call("nothing"))[0]["error"]["code"] == -32602
    assert talk(live_server, key, {"id": 1, "method": "resources/list"})[0]["error"]["code"] == -32601


def test_tools_say_whether_they_only_read(live_server: LiveServer, key: str) -> None:
    [answer] = talk(live_server, key, {"id": 1, "method": "tools/list"})
    shown = {tool["name"]: tool["annotations"]["readOnlyHint"] for tool in answer["result"]["tools"]}
    assert shown == {tool.name: not tool.question for tool in TOOLS}
    assert [name for name, reads in shown.items() if not reads] == [
        "create_gallery",
        "describe_photo",
        "create_share_link",
    ]


def test_the_key_does_not_follow_a_redirect() -> None:
    heard: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever).start()
        with pytest.raises(ApiRefused):
            Api(f"http://127.0.0.1:{server.server_port}", "gk_secret")("GET", "/api/albums")
        server.shutdown()
    assert heard == ["/api/albums"]
