"""A whole Glassine of its own for one test: started as `make run` does it, used over HTTP, killed at will."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psutil
import redis

from config.launcher.forked import title
from config.launcher.paths import Paths

ROOT = Path(__file__).resolve().parent.parent
HOUSES = ROOT / "var" / "test" / "houses"
DIE_WITH_PARENT = ROOT / "config" / "launcher" / "die_with_parent.py"
EMAIL, PASSWORD = "owner@example.com", "a fine long password"
STUDIO = "North Light"
# What a killed worker held is taken up again after seconds, see tests/hasty.py.
HASTY = {"DJANGO_SETTINGS_MODULE": "tests.hasty"}
PROCESSES = {
    "web": (title("web"),),
    "worker": (title("worker"),),
    "video": (title("video"),),
    "faces": ("apps.faces.engine_server",),
    "postgres": ("bin/postgres", "-D"),
    "redis": ("redis-server",),
}


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bare_environment() -> dict[str, str]:
    """What this process was started with, but for all that says how a Glassine is to be."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GLASSINE_", "DJANGO_", "PYTEST"))
        and name not in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "STORAGE")
    }


class Visited:
    """A Glassine that is up at an address: what its owner does there.

    `client()` is a signed-in browser without a screen.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.token, self.token_until = "", 0.0

    def client(self, email: str = EMAIL, password: str = PASSWORD) -> Browser:
        """A signed-in session."""
        return Browser(self.url, email, password)

    def api(self) -> httpx.Client:
        """A client of the API. Its access token is renewed after four of its five minutes."""
        if time.monotonic() > self.token_until:
            answer = httpx.post(f"{self.url}/api/auth/token", json={"email": EMAIL, "password": PASSWORD}, timeout=30)
            answer.raise_for_status()
            self.token, self.token_until = answer.json()["access"], time.monotonic() + 240
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=30)

    def make_album(self, title: str) -> str:
        """Id of a new album."""
        with self.api() as api:
            answer = api.post("/api/albums", json={"title": title})
            answer.raise_for_status()
            return str(answer.json()["id"])

    def photos(self, album: str) -> list[dict[str, Any]]:
        """All photos of an album in reading order, as the API gives them."""
        rows: list[dict[str, Any]] = []
        with self.api() as api:
            address: str | None = f"/api/albums/{album}/photos?limit=500"
            while address:
                answer = api.get(address)
                answer.raise_for_status()
                rows += answer.json()["results"]
                address = answer.json()["next"]
        return rows

    def wait_ready(self, album: str, count: int, timeout: float = 300) -> list[dict[str, Any]]:
        """Wait until an album has `count` photos and all are ready or failed; the photos."""
        end = time.monotonic() + timeout
        while True:
            rows = self.photos(album)
            if len(rows) >= count and all(row["ready"] or row["problem"] for row in rows):
                return rows
            if time.monotonic() > end:
                ready = sum(1 for row in rows if row["ready"])
                raise AssertionError(f"{len(rows)} photos, {ready} ready, after {timeout} s")
            # To list many photos twice a second takes a good part of the time in which workers could make them ready.
            time.sleep(min(3.0, max(0.5, count / 40)))


class Installation(Visited):
    """`with Installation(path) as glassine:` runs one; `glassine.client()` is a signed-in browser without a screen."""

    #: The code that is run.
    root = ROOT

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.port = free_port()
        super().__init__(f"http://127.0.0.1:{self.port}")
        self.log = data.parent / f"{data.name}.log"
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def move_in(self) -> Installation:
        """Begin with data as a first start leaves them, copied from a house that is built once for each set of
        migrations: initdb, all migrations and the static files take longer than many a test.

        No canary goes round in it: half a minute of a core at each quarter of an hour, beside whatever is tested.
        """
        from config import schema

        HOUSES.mkdir(parents=True, exist_ok=True)
        house, draft = HOUSES / f"{schema.fingerprint()}-without-canary", HOUSES / "draft"
        with (HOUSES / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not house.exists():
                for old in HOUSES.iterdir():
                    if old.is_dir():
                        shutil.rmtree(old)
                (HOUSES / "draft.log").unlink(missing_ok=True)
                first = Installation(draft)
                try:
                    # All migrations, on a machine that may be busy with other tests.
                    first.start(timeout=480)
                    # As if another round were under way for good.
                    with redis.Redis(unix_socket_path=str(Paths(draft).redis_socket)) as client:
                        client.set("alone:monitoring.canary", "no round in a test")
                finally:
                    first.stop()
                draft.rename(house)
            subprocess.run(["cp", "-a", str(house), str(self.data)], check=True)
        return self

    def __enter__(self) -> Installation:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *details: object) -> None:
        self.drop()

    def start(self, timeout: float = 180) -> None:
        """Start and wait for the ready line."""
        self.starts += 1
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                # A run that is cut off, even by kill -9, leaves nothing behind.
                [sys.executable, "-S", str(DIE_WITH_PARENT), str(int(signal.SIGTERM)), "plain"]
                + [sys.executable, "-m", "config.launcher.main"],
                cwd=self.root,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={
                    **bare_environment(),
                    "GLASSINE_DATA": str(self.data),
                    "GLASSINE_PORT": str(self.port),
                    "GLASSINE_ADMIN_EMAIL": EMAIL,
                    "GLASSINE_ADMIN_PASSWORD": PASSWORD,
                    **self.environment,
                },
            )
        self._wait(lambda: self.log.read_text(errors="replace").count("Glassine is ready") >= self.starts, timeout)

    def stop(self) -> None:
        """Stop as Ctrl-C does."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def drop(self) -> None:
        """End all of it at once: a stop in good order takes seconds, and nobody looks at the data any more."""
        if self.process is None or self.process.poll() is not None:
            return
        # From here on it starts nothing.
        self.process.send_signal(signal.SIGSTOP)
        postgres = self.pids("postgres")
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        self.process.wait()
        for one in family:
            with suppress(psutil.Error):
                if one.pid in postgres:
                    # An immediate shutdown: it gives its shared memory back and takes its own processes along.
                    one.send_signal(signal.SIGQUIT)
                elif one.name() != "postgres":
                    one.kill()
        end = time.monotonic() + 20
        while living := [one for one in family if _lives(one)]:
            if time.monotonic() > end:
                for one in living:
                    with suppress(psutil.Error):
                        one.kill()
                return
            time.sleep(0.05)

    def kill_all(self) -> None:
        """The supervisor dies by kill -9."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def pids(self, name: str) -> list[int]:
        """Process ids of one part, the newest last."""
        assert self.process
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                line = " ".join([child.name(), *child.cmdline()])
            except psutil.Error:
                continue
            if all(word in line for word in PROCESSES[name]):
                found.append(child.pid)
        return found

    def wait_part(self, name: str, timeout: float = 60) -> set[int]:
        """The process ids of one part, of which no page may know yet that it is there."""
        self._wait(lambda: self.pids(name), timeout)
        return set(self.pids(name))

    def kill(self, name: str) -> int:
        """kill -9 of every process of one part; how many there were."""
        pids = self.pids(name)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        return len(pids)

    def wait_well(self, timeout: float = 60) -> None:
        """Wait until the health page says ok."""
        self._wait(self._is_well, timeout)

    def _is_well(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/system/health", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def _wait(self, done: Any, timeout: float) -> None:
        end = time.monotonic() + timeout
        while not done():
            if self.process is None or self.process.poll() is not None or time.monotonic() > end:
                tail = self.log.read_text(errors="replace")[-4000:]
                raise AssertionError(f"Glassine did not come up:\n{tail}")
            time.sleep(0.1)


def _lives(process: psutil.Process) -> bool:
    """False too for one that only waits to be counted by its parent."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class Browser:
    """What a signed-in page does, without a page: cookies, CSRF token, PUT of a file."""

    def __init__(self, url: str, email: str, password: str) -> None:
        # Over https the form's origin is compared too, as browsers tell it.
        self.http = httpx.Client(base_url=url, timeout=120, follow_redirects=False, headers={"Referer": f"{url}/"})
        page = self.http.get("/login/")
        self.token = csrf_token(page.text)
        answer = self.http.post(
            "/login/", data={"email": email, "password": password, "csrfmiddlewaretoken": self.token}
        )
        assert answer.status_code in (302, 303), answer.text[:2000]
        home = self.http.get(answer.headers["location"], follow_redirects=True)
        self.slug = re.findall(r"/studio/([-\w]+)/", str(home.url) + home.text)[0]
        self.token = csrf_token(home.text)

    def put(self, album: str, data: bytes, name: str, **query: str | int) -> httpx.Response:
        """Send one file as the upload page does."""
        text = "&".join(f"{key}={quote(str(value))}" for key, value in {"name": name, **query}.items())
        return self.http.put(
            f"/studio/{self.slug}/albums/{album}/upload?{text}",
            content=data,
            headers={"X-CSRFToken": self.token, "Content-Type": "application/octet-stream"},
        )


def csrf_token(page: str) -> str:
    """What a form of this page sends along."""
    found = re.search(r'name="csrf(?:middlewaretoken|-token)"\s+(?:value|content)="([^"]+)"', page)
    assert found, "the page holds no CSRF token"
    return found.group(1)


def noise(kilobytes: int = 40) -> bytes:
    """A JPEG nobody has seen before, of about this size."""
    from tests.factories import jpeg

    side = max(16, int((kilobytes * 1000 / 2.2) ** 0.5))
    return jpeg(side, side)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
