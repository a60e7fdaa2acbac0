"""What a server tells browsers: the settings of production, and the headers that pages, API and errors carry."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.test import Client

from config.asgi import live

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "COOKIE_PREFIX", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE",
    "SECURE_HSTS_SECONDS", "DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "PASSWORD_HASHERS", "INSTALLED_APPS",
)  # fmt: skip


def start(data: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """The settings of production, read in a process of their own."""
    code = f"import json; from config.settings import prod; print(json.dumps({{n: getattr(prod, n) for n in {NAMES}}}))"
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = [sys.executable, "-c", code]
    given = {**bare, "GLASSINE_DATA": str(data), **environ}
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    done = start(tmp_path_factory.mktemp("data"), GLASSINE_URL="https://photos.example.com")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_cookies_are_for_this_host_by_https_and_out_of_reach_of_scripts(production: dict[str, Any]) -> None:
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "COOKIE_PREFIX"):
        assert production[name].startswith("__Host-")
    for cookie in ("SESSION", "CSRF"):
        assert production[f"{cookie}_COOKIE_SECURE"]
        assert production[f"{cookie}_COOKIE_HTTPONLY"]
        assert production[f"{cookie}_COOKIE_SAMESITE"] == "Lax"


def test_browsers_remember_https_for_a_year(production: dict[str, Any]) -> None:
    assert production["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600


def test_only_named_hosts_are_answered_and_nothing_debugs(production: dict[str, Any]) -> None:
    assert production["DEBUG"] is False
    assert production["ALLOWED_HOSTS"] == ["photos.example.com", "localhost", "127.0.0.1", "[::1]"]
    assert production["CSRF_TRUSTED_ORIGINS"] == ["https://photos.example.com"]
    assert not [name for name in production["INSTALLED_APPS"] if "debug" in name or name.endswith(".admin")]


def test_passwords_are_hashed_slowly(production: dict[str, Any]) -> None:
    assert production["PASSWORD_HASHERS"] == ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"GLASSINE_URL": "http://photos.example.com"}, "must begin with https://"),
        ({"GLASSINE_URL": "https://photos.example.com", "GLASSINE_DEBUG": "on"}, "must be off in production"),
    ],
)
def test_what_is_unsafe_ends_the_start(tmp_path: Path, environ: dict[str, str], sentence: str) -> None:
    done = start(tmp_path, **environ)
    assert done.returncode == 1
    assert sentence in done.stderr


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/login/", "/", "/studio/north/albums/", "/nothing/here/", "/api/albums", "/api/nothing", "/api/docs/"]
)
def test_every_kind_of_answer_carries_the_policy(alice: Client, path: str) -> None:
    answer = alice.get(path)
    policy = [part.strip() for part in answer["Content-Security-Policy"].split(";")]
    assert {"object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "default-src 'self'"} <= set(policy)
    (scripts,) = [part for part in policy if part.startswith("script-src")]
    assert "unsafe" not in scripts
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "strict-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert not any(name.lower().startswith("access-control-") for name in answer.headers)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/login/", "text/html; charset=utf-8"),
        ("/nothing/", "text/html; charset=utf-8"),
        ("/api/x", "application/json"),
    ],
)
def test_every_answer_says_what_it_is(nobody: Client, path: str, kind: str) -> None:
    assert nobody.get(path)["Content-Type"] == kind


@pytest.mark.django_db
def test_another_origin_is_answered_without_leave(alice: Client) -> None:
    answer = alice.options("/api/albums", headers={"origin": "https://evil.example"})
    assert not any(name.lower().startswith("access-control-") for name in answer.headers)


# A consumer closes the old connections of its thread, and other tests left some there.
@pytest.mark.django_db
@pytest.mark.parametrize("origin", ["https://evil.example", "https://testserver.evil.example", "null"])
def test_a_socket_of_another_origin_is_refused(origin: str) -> None:
    scope = {
        "type": "websocket",
        "path": "/ws/studio/north/",
        "query_string": b"",
        "headers": [(b"host", b"testserver"), (b"origin", origin.encode())],
        "subprotocols": [],
    }

    async def first_answer() -> str:
        socket = ApplicationCommunicator(live, scope)
        await socket.send_input({"type": "websocket.connect"})
        return str((await socket.receive_output(timeout=30))["type"])

    assert asyncio.run(first_answer()) == "websocket.close"


def test_images_hold_code_and_no_history() -> None:
    """No layer copies the whole tree, so neither `.git` nor tests are in an image."""
    copied = [
        line.split()[1]
        for line in (ROOT / "docker" / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
    ]
    assert {path.split("/")[0] for path in copied} == {
        "requirements",
        "manage.py",
        "config",
        "apps",
        "templates",
        "static",
    }
