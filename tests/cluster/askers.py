"""Clients that never rest: guests who look and choose, a photographer who looks and sends. Each failure is kept."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from tusclient.client import TusClient

from tests.bench.gallery import pictures
from tests.cluster.machines import Cluster
from tests.gallery_guest import GalleryGuest, share
from tests.installation import noise, sha256

# Seconds between two requests of one client, and for which all of them ask before something is done to a machine.
REST, SETTLED = 0.2, 5.0
# Seconds until all are ready: of a machine that has much else to do.
PATIENCE = 1200.0


class Askers:
    """`with Askers(cluster) as askers:` asks until the end of the block. `check` looks whether all is there afterwards.

    again: what was refused, or got no answer, is done again until it is accepted. failures: one line for each request
    that was not answered as it should be.
    """

    def __init__(self, cluster: Cluster, *, again: bool = False) -> None:
        self.cluster, self.again = cluster, again
        self.failures: list[str] = []
        self.asked: Counter[str] = Counter()
        self.sent: dict[str, str] = {}
        self.hearts: set[str] = set()
        self._over, self._numbers = threading.Event(), count()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        browser = self.cluster.client()
        self.album = self.cluster.make_album("Asked for without rest")
        for number in range(6):
            data = noise()
            browser.put(self.album, data, f"first-{number}.jpg").raise_for_status()
            self.sent[sha256(data)] = f"first-{number}.jpg"
        self.photos = [str(one["id"]) for one in self.cluster.wait_ready(self.album, 6, PATIENCE)]
        self.token = share(self.cluster, self.album, favourite=True, download="original")
        with self.cluster.api() as api:
            self.key = api.headers["authorization"]
        self.guest = GalleryGuest(self.cluster.url, self.token, "Anna", http=self._http())
        self.browser = browser
        deeds = (self._look, self._look, self._choose, self._work, self._send, self._send, self._send_parts)
        self._threads = [threading.Thread(target=self._repeat, args=[deed], daemon=True) for deed in deeds]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(120)

    def settle(self) -> None:
        """Let them ask for a while."""
        time.sleep(SETTLED)

    def told(self) -> str:
        return f"{sum(self.asked.values())} requests ({dict(self.asked)}), {len(self.failures)} failed"

    def check(self) -> None:
        """Everything that was acknowledged is there, once, with its bytes."""
        photos = self.cluster.wait_ready(self.album, len(self.sent), PATIENCE)
        assert sorted(photo["sha256"] for photo in photos) == sorted(self.sent)
        assert [photo["camera_name"] for photo in photos if not photo["ready"]] == []
        assert self.guest.hearts() == self.hearts

    def _repeat(self, deed: Callable[[], None]) -> None:
        while not self._over.is_set():
            try:
                deed()
            except Exception as error:
                self._fail(f"{deed.__name__}: {error!r}")
            time.sleep(REST)

    def _http(self) -> httpx.Client:
        """Each request on a connection of its own: how a browser goes on with one that was closed is not asked here."""
        return httpx.Client(timeout=60, limits=httpx.Limits(max_keepalive_connections=0), follow_redirects=True)

    def _fail(self, line: str) -> None:
        with self._lock:
            self.failures.append(line)

    @contextmanager
    def _counted(self, what: str) -> Iterator[None]:
        with self._lock:
            self.asked[what] += 1
        yield

    def _get(self, http: httpx.Client, path: str, **headers: str) -> httpx.Response | None:
        with self._counted("GET"):
            try:
                answer = http.get(f"{self.cluster.url}{path}", headers=headers)
            except httpx.HTTPError as error:
                self._fail(f"GET {path}: {error!r}")
                return None
        if answer.status_code != 200:
            self._fail(f"GET {path}: {answer.status_code} {answer.text[:200]}")
            return None
        return answer

    def _done(self, what: str, ask: Callable[[], httpx.Response], wanted: int) -> bool:
        """Whether it was accepted; with `again` it is asked until it is."""
        while True:
            with self._counted(what):
                try:
                    answer = ask()
                    if answer.status_code == wanted:
                        return True
                    line = f"{what}: {answer.status_code} {answer.text[:200]}"
                except httpx.HTTPError as error:
                    line = f"{what}: {error!r}"
            self._fail(line)
            if not self.again:
                return False
            time.sleep(0.3)

    # -- what they do -------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """The gallery as a browser opens it, with the pictures of its first page."""
        with self._http() as http:
            page = self._get(http, f"/g/{self.token}/")
            for picture in pictures(page.text, "thumb")[:3] if page else []:
                self._get(http, picture)

    def _choose(self) -> None:
        number = next(self._numbers)
        photo, on = self.photos[number % len(self.photos)], number % 4 != 3
        if self._done("PUT heart", lambda: self.guest.heart(photo, on=on), 200):
            (self.hearts.add if on else self.hearts.discard)(photo)

    def _work(self) -> None:
        """The studio's pages."""
        cookies = dict(self.browser.http.cookies)
        with httpx.Client(timeout=60, cookies=cookies) as http:
            for path in ("", f"{self.album}/"):
                self._get(http, f"/studio/{self.browser.slug}/albums/{path}")

    def _send(self) -> None:
        name, data = f"sent-{next(self._numbers)}.jpg", noise(120)
        url = f"{self.cluster.url}/studio/{self.browser.slug}/albums/{self.album}/upload?name={name}"
        headers = {"X-CSRFToken": self.browser.token, "Referer": f"{self.cluster.url}/"}
        cookies = dict(self.browser.http.cookies)
        with httpx.Client(timeout=60, cookies=cookies, headers=headers) as http:
            if self._done("PUT photo", lambda: http.put(url, content=data), 201):
                with self._lock:
                    self.sent[sha256(data)] = name

    def _send_parts(self) -> None:
        """A file in parts by tuspy, which asks for the offset and goes on by itself."""
        name, data = f"parts-{next(self._numbers)}.jpg", noise(300)
        path = Path(self.cluster.folder, name)
        path.write_bytes(data)
        client = TusClient(f"{self.cluster.url}/api/uploads/tus/", headers={"Authorization": self.key})
        told = {"filename": name, "album": self.album}
        tries = 20 if self.again else 0
        try:
            with self._counted("tus file"):
                client.uploader(str(path), chunk_size=64_000, metadata=told, retries=tries, retry_delay=1).upload()
        finally:
            path.unlink()
        with self._lock:
            self.sent[sha256(data)] = name
        # A key works for five minutes.
        with self.cluster.api() as api:
            self.key = api.headers["authorization"]
