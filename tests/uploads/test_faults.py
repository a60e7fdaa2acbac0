"""G29, G42, G44: what was acknowledged survives kill -9 of web, worker and PostgreSQL, and becomes ready."""

from __future__ import annotations

import hashlib
import io
import os
import queue
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from tusclient.client import TusClient

from tests.amounts import amount
from tests.installation import HASTY, ROOT, Browser, Installation, free_port, noise, sha256
from tests.uploads import cutting

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(900)]

UPLOADS = amount(suite=120, long=500)
KILLS = amount(suite=6, long=20)


@pytest.fixture(scope="module")
def glassine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with Installation(tmp_path_factory.mktemp("faults") / "data", **HASTY).move_in() as installation:
        yield installation


class Senders:
    """Four clients that send every file until it is acknowledged."""

    def __init__(self, glassine: Installation, album: str, files: list[bytes]) -> None:
        self.glassine, self.album = glassine, album
        self.waiting: queue.Queue[tuple[int, bytes]] = queue.Queue()
        for number, data in enumerate(files):
            self.waiting.put((number, data))
        self.acknowledged: dict[str, int] = {}
        browsers = [glassine.client() for _ in range(4)]
        self.threads = [threading.Thread(target=self._send, args=[one], daemon=True) for one in browsers]

    def run(self) -> Senders:
        for thread in self.threads:
            thread.start()
        return self

    def busy(self) -> bool:
        return any(thread.is_alive() for thread in self.threads)

    def _send(self, browser: Browser) -> None:
        while True:
            try:
                number, data = self.waiting.get_nowait()
            except queue.Empty:
                return
            while not self._try(browser, number, data):
                time.sleep(0.3)

    def _try(self, browser: Browser, number: int, data: bytes) -> bool:
        try:
            answer = browser.put(self.album, data, f"IMG_{number:04}.jpg", number=number)
        except httpx.HTTPError:
            return False
        if answer.status_code == 201:
            self.acknowledged[sha256(data)] = number
        return answer.status_code == 201


def stored_hashes(glassine: Installation) -> set[str]:
    """Hashes of all stored bytes, read from the disk; a name that lies is left out."""
    hashes = set()
    for folder, _, files in os.walk(glassine.data):
        for name in files:
            claimed = name.split(".")[0]
            if len(claimed) == 64:
                real = hashlib.sha256(Path(folder, name).read_bytes()).hexdigest()
                hashes |= {real} if real == claimed else set()
    return hashes


def test_every_acknowledged_photo_survives_kill_9(glassine: Installation) -> None:
    chance = random.Random(29)
    album = glassine.make_album("Killed often")
    files = [noise(chance.choice((8, 30, 120))) for _ in range(UPLOADS)]
    senders = Senders(glassine, album, files).run()
    kills = 0
    while senders.busy() or kills < KILLS:
        time.sleep(chance.uniform(0.4, 1.2))
        victim = "postgres" if kills == KILLS // 2 else chance.choice(("web", "worker"))
        kills += bool(glassine.kill(victim))
        if kills >= KILLS:
            break
    for thread in senders.threads:
        thread.join(240)
    glassine.wait_well()
    photos = glassine.wait_ready(album, UPLOADS)

    assert kills >= KILLS
    assert len(senders.acknowledged) == UPLOADS
    assert {photo["sha256"] for photo in photos} == set(senders.acknowledged)
    assert len(photos) == UPLOADS
    assert [photo["camera_name"] for photo in photos if not photo["ready"]] == []
    assert set(senders.acknowledged) <= stored_hashes(glassine)


def test_an_answer_before_the_commit_is_caught(glassine: Installation) -> None:
    """The same check finds the loss when a web process answers too early: the test above can fail."""
    album = glassine.make_album("Answered too early")
    browser, port = glassine.client(), free_port()
    broken = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port),
         "tests.uploads.broken:application"],
        cwd=ROOT,
        env={**os.environ, "GLASSINE_DATA": str(glassine.data), "DJANGO_SETTINGS_MODULE": "config.settings.dev",
             "DATABASE_URL": "", "DATABASE_OWNER_URL": "", "REDIS_URL": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        _wait_for(port)
        browser.http.base_url = httpx.URL(f"http://127.0.0.1:{port}")
        acknowledged = set()
        for number in range(5):
            data = noise()
            answer = browser.put(album, data, f"{number}.jpg")
            assert answer.status_code == 201
            acknowledged.add(sha256(data))
    finally:
        os.killpg(broken.pid, 9)
        broken.wait()
    assert acknowledged - {photo["sha256"] for photo in glassine.photos(album)}


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            httpx.get(f"http://127.0.0.1:{port}/login/", timeout=2)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the broken web process did not start")


def test_the_whole_house_comes_back_after_kill_9_of_its_supervisor(glassine: Installation) -> None:
    album = glassine.make_album("Power cut")
    browser = glassine.client()
    data = [noise() for _ in range(20)]
    for number, body in enumerate(data):
        assert browser.put(album, body, f"{number}.jpg").status_code == 201
    glassine.kill_all()
    glassine.start()
    photos = glassine.wait_ready(album, len(data))
    assert {photo["sha256"] for photo in photos} == {sha256(body) for body in data}
    assert all(photo["ready"] for photo in photos)


class Repeating(io.BytesIO):
    """A file that has the web process killed whenever so many bytes were read from it."""

    def __init__(self, data: bytes, every: int, kill: Callable[[], object]) -> None:
        super().__init__(data)
        self.every, self.kill, self.kills = every, kill, 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if self.tell() // self.every > self.kills:
            self.kills += 1
            self.kill()
        return data


def test_a_client_of_the_tus_protocol_goes_on_after_kill_9_of_the_web(glassine: Installation) -> None:
    """G30, with a client that we did not write: what it sent once and was acknowledged is not sent again."""
    album, data = glassine.make_album("Resumed"), noise(4000)
    with glassine.api() as api:
        client = TusClient(f"{glassine.url}/api/uploads/tus/", headers=dict(api.headers))
    file = Repeating(data, len(data) // 3, lambda: glassine.kill("web"))
    uploader = client.uploader(
        file_stream=file, chunk_size=256_000, metadata={"filename": "long.jpg", "album": album}, retries=60,
        retry_delay=1, upload_checksum=False,
    )  # fmt: skip
    uploader.upload()
    assert file.kills >= 2
    (photo,) = glassine.wait_ready(album, 1)
    assert (photo["sha256"], photo["camera_name"]) == (sha256(data), "long.jpg")


FILES, CUTS, WEB_KILLS = amount(suite=12, long=200), amount(suite=5, long=50), amount(suite=1, long=5)
#: Growth of a web process beyond what it holds when nothing is sent.
FLAT = 96_000_000


def test_tuspy_and_curl_bring_every_file_over_a_line_that_breaks(glassine: Installation, tmp_path: Path) -> None:
    """Two clients each, the connection cut at random and the web process killed: every hash, and little sent twice."""
    album, chance = glassine.make_album("Cut at random"), random.Random(12)
    waiting: queue.Queue[Path] = queue.Queue()
    hashes, total, largest = set(), 0, 0
    for number in range(FILES):
        path, data = tmp_path / f"IMG_{number:04}.jpg", noise(chance.choice((60, 150, 300)))
        path.write_bytes(data)
        hashes.add(sha256(data))
        total, largest = total + len(data), max(largest, len(data))
        waiting.put(path)
    until = time.monotonic() + 600
    rest = max(_rss(glassine))
    peak, faults = rest, list[BaseException]()
    with cutting.CuttingLine(glassine.port, cuts=CUTS, seed=13) as line:
        senders = [
            threading.Thread(target=_send_all, args=[glassine, line, send, album, waiting, until, faults], daemon=True)
            for send in (cutting.send_by_tuspy, cutting.send_by_curl) * 2
        ]
        for sender in senders:
            sender.start()
        kills = 0
        while any(sender.is_alive() for sender in senders):
            peak = max([peak, *_rss(glassine)])
            if kills < WEB_KILLS and FILES - waiting.qsize() > (kills + 1) * FILES // (WEB_KILLS + 1):
                kills += bool(glassine.kill("web"))
            time.sleep(0.1)
        for sender in senders:
            sender.join()
    photos = glassine.wait_ready(album, FILES)
    assert faults == []
    assert {photo["sha256"] for photo in photos} == hashes
    assert (len(photos), line.cuts, kills) == (FILES, CUTS, WEB_KILLS)
    again = line.sent - total - line.connections * cutting.HEAD
    assert again <= (CUTS + WEB_KILLS * len(senders)) * largest, "at most one part twice for each cut"
    assert peak - rest < FLAT


def _rss(glassine: Installation) -> list[int]:
    """Bytes of each web process."""
    found = [0]
    for pid in glassine.pids("web"):
        try:
            found.append(psutil.Process(pid).memory_info().rss)
        except psutil.Error:
            continue
    return found


def _send_all(
    glassine: Installation,
    line: cutting.CuttingLine,
    send: Callable[..., None],
    album: str,
    waiting: queue.Queue[Path],
    until: float,
    faults: list[BaseException],
) -> None:
    while True:
        try:
            path = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            with glassine.api() as api:
                key = {"Authorization": api.headers["authorization"]}
            send(f"http://127.0.0.1:{line.port}/api/uploads/tus/", key, path, album, until=until)
        except BaseException as fault:
            faults.append(fault)
            return
