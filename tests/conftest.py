"""Fixtures of the whole suite: a real database whose tables the application's role does not own."""

from __future__ import annotations

import gc
import os
import re
import signal
import socket
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

from tests import databases, unhurried

pytest_plugins = ["tests.actors", "tests.smtp_server"]


# How long an input takes says how busy the machine is: speed is measured by `make bench`.
hypothesis.settings.register_profile("untimed", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("untimed")

# So many new objects before Python looks for circles among them; by itself it looks after 700, many times in a test.
LITTER = 20_000


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A part of the suite imports only files in which its mark stands, and none that bears as a whole a mark that is
    left out: most of the files hold no test of the slow parts, and what these import takes a second and more."""
    expression = config.option.markexpr
    if not expression or " or " in expression or collection_path.suffix != ".py":
        return None
    text = collection_path.read_text(encoding="utf-8")
    of_file = re.search(r"^pytestmark = (?:\[\n.*?^\]|[^\n]*)", text, re.MULTILINE | re.DOTALL)
    marks = {True: text, False: of_file.group() if of_file else ""}
    for is_left_out, mark in re.findall(r"(not )?\b(slow|browser|long)\b", expression):
        if bool(is_left_out) == (f"mark.{mark}" in marks[not is_left_out]):
            return True
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that are heavy by nature come first, then those whose tests may take longest: a long one at the end would
    keep one process busy alone. Before pytest looks at marks, what is known to take its time gets the one of these."""
    unhurried_ones = unhurried.listed()
    for item in items:
        if unhurried.is_in(item.nodeid, unhurried_ones):
            item.add_marker("unhurried")
    heavy = {item.path for item in items if item.get_closest_marker("long")}
    patience: dict[Path, float] = defaultdict(float)
    for item in items:
        if marker := item.get_closest_marker("timeout"):
            patience[item.path] = max([patience[item.path], *map(float, marker.args)])
    items.sort(key=lambda item: (item.path not in heavy, -patience[item.path]))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected stays until the end: looking through it for circles takes a tenth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(LITTER, 20, 20)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """A fresh test database, made as its owner would, then used as the application's role."""
    # The time-out of the test that comes first does not count this: all migrations on two busy cores take a minute.
    left = signal.setitimer(signal.ITIMER_REAL, 0)
    with django_db_blocker.unblock():
        databases.make(connections["owner"].creation._get_test_db_name())  # type: ignore[attr-defined]
    signal.setitimer(signal.ITIMER_REAL, *left)
    yield
    with django_db_blocker.unblock():
        for alias in ("owner", "default"):
            connections[alias].close()


@pytest.fixture(autouse=True, scope="session")
def quickly_emptied() -> None:
    """Transactional tests leave their rows; deleting these is a tenth of the work of Django's TRUNCATE. Their
    connection goes on, as good as new."""
    TransactionTestCase._fixture_teardown = databases.empty  # type: ignore[attr-defined]
    TransactionTestCase._should_reload_connections = lambda self: False  # type: ignore[attr-defined]


@pytest.fixture(autouse=True, scope="session")
def volatile() -> None:
    """No power cut is survived: waiting for the disk would take as long as all the rest. What must be synced and when
    is asked by tests/media/test_cas.py; whole installations that tests start are processes of their own."""
    os.fsync = lambda handle: None  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches another machine."""
    connect: Callable[..., Any] = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        host = address[0] if isinstance(address, tuple) else ""
        if host and host not in ("127.0.0.1", "::1", "localhost", "0.0.0.0"):
            raise AssertionError(f"a test tried to reach {host}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True, scope="session")
def fresh_bytes() -> None:
    """The suite's own directory for bytes, empty at the start."""
    root = Path(settings.DATA)
    # Of a part before there are tens of thousands of small files; no test waits until they are gone.
    if (root / "blobs").exists():
        (root / "blobs").rename(root / f"stale-{os.getpid()}")
    if stale := [str(path) for path in root.glob("stale-*")]:
        # Not our child: tests that count theirs would meet what is left of it.
        subprocess.run(["sh", "-c", 'nice rm -rf "$@" &', "sh", *stale], check=True)
    for name in ("blobs", "tmp"):
        (root / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
