"""People at work while everything breaks. What they were told was done is in the ledger; all else is tried again."""

from __future__ import annotations

import io
import random
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.gallery_guest import GalleryGuest, share
from tests.installation import EMAIL, PASSWORD, Browser, Installation, noise, sha256

SENDERS = 4
# Seconds until what was refused is tried again.
REST = 0.3


@dataclass
class Ledger:
    """What was acknowledged.

    photos: id by hash.  order: ids in the order of acknowledgement.  ratings: the last acknowledged one by photo.
    hearts, trashed: ids.  answers: how often what was answered.  wrong: answers that must never be given.
    """

    photos: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    ratings: dict[str, int] = field(default_factory=dict)
    hearts: set[str] = field(default_factory=set)
    trashed: set[str] = field(default_factory=set)
    restored: set[str] = field(default_factory=set)
    downloads: int = 0
    archives: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, told: int | str) -> None:
        with self.lock:
            self.answers[f"{kind} {told}"] += 1


class Crowd:
    """Senders, a photographer who marks, one who tidies up, a guest who chooses, and two who download."""

    def __init__(self, glassine: Installation, upload_port: int, count: int, seed: int) -> None:
        self.glassine, self.count = glassine, count
        self.upload_url = f"http://127.0.0.1:{upload_port}"
        self.ledger = Ledger()
        self.chance = random.Random(seed)
        self.album = glassine.make_album("In the storm")
        self.keepsakes: dict[str, str] = {}
        self._numbers = iter(range(count))
        self._token, self._until = "", 0.0
        self._token_lock = threading.Lock()
        self.is_over = threading.Event()

    def prepare(self) -> None:
        """What is there before it begins: an album to be packed, and the guest."""
        self.browsers = [self.glassine.client() for _ in range(SENDERS)]
        self.packed = self.glassine.make_album("Packed again and again")
        for number in range(12):
            data = noise()
            self.browsers[0].put(self.packed, data, f"{number}.jpg").raise_for_status()
            self.keepsakes[sha256(data)] = f"{number}.jpg"
        self.glassine.wait_ready(self.packed, 12)
        self.packed_token = share(self.glassine, self.packed, download="original")
        self.token = share(self.glassine, self.album, favourite=True, download="original")
        self.guest = GalleryGuest(self.glassine.url, self.token, "Anna")
        self.packer = GalleryGuest(self.glassine.url, self.packed_token, "Ben")

    def begin(self) -> None:
        self.senders = [threading.Thread(target=self._send, args=[one], daemon=True) for one in self.browsers]
        others = (self._mark, self._choose, self._tidy, self._download, self._pack)
        self.others = [threading.Thread(target=self._repeat, args=[one], daemon=True) for one in others]
        for thread in (*self.senders, *self.others):
            thread.start()

    def is_sending(self) -> bool:
        return any(thread.is_alive() for thread in self.senders)

    def end(self, timeout: float) -> None:
        """Everybody ends what they are at. Raises AssertionError if somebody is still not answered after `timeout`."""
        end = time.monotonic() + timeout
        for thread in self.senders:
            thread.join(max(0.0, end - time.monotonic()))
        self.is_over.set()
        for thread in self.others:
            thread.join(max(0.0, end - time.monotonic()))
        stuck = [thread for thread in (*self.senders, *self.others) if thread.is_alive()]
        assert not stuck, f"{len(stuck)} people are still not answered; so far {dict(self.ledger.answers)}"

    # -- how they ask -------------------------------------------------------------------------------------------------

    def _until_done(self, kind: str, ask: Callable[[], httpx.Response], done: tuple[int, ...]) -> httpx.Response:
        while True:
            try:
                answer = ask()
            except httpx.HTTPError as error:
                self.ledger.note(kind, type(error).__name__)
                time.sleep(REST)
                continue
            self.ledger.note(kind, answer.status_code)
            if answer.status_code in done:
                return answer
            if answer.status_code in (400, 403, 404, 410, 413, 415, 422):
                self.ledger.wrong.append(f"{kind}: {answer.status_code} {answer.text[:300]}")
            time.sleep(float(answer.headers.get("Retry-After", REST)) if answer.status_code == 429 else REST)

    def _api(self, kind: str, method: str, path: str, done: tuple[int, ...] = (200,), **details: Any) -> httpx.Response:
        def ask() -> httpx.Response:
            headers = {"Authorization": f"Bearer {self._access()}"}
            answer = httpx.request(
                method, f"{self.glassine.url}{path}", headers=headers, timeout=60, follow_redirects=True, **details
            )
            if answer.status_code == 401:
                self._until = 0.0
            return answer

        return self._until_done(kind, ask, done)

    def _access(self) -> str:
        """A token, asked for again before it ends."""
        with self._token_lock:
            if time.monotonic() > self._until:
                body = {"email": EMAIL, "password": PASSWORD}
                answer = httpx.post(f"{self.glassine.url}/api/auth/token", json=body, timeout=30)
                if answer.status_code != 200:
                    raise httpx.RequestError(f"no token: {answer.status_code}")
                self._token, self._until = answer.json()["access"], time.monotonic() + 200
            return self._token

    def _repeat(self, deed: Callable[[], None]) -> None:
        while not self.is_over.is_set():
            try:
                deed()
            except Exception as error:
                self.ledger.wrong.append(f"{deed.__name__}: {error!r}")
            time.sleep(0.05)

    def _some(self, remainder: int, of: int) -> str | None:
        """A photo that was acknowledged, of the share of who asks."""
        ids = self.ledger.order
        if len(ids) < of:
            return None
        return ids[self.chance.randrange(len(ids) // of) * of + remainder]

    # -- what they do -------------------------------------------------------------------------------------------------

    def _send(self, browser: Browser) -> None:
        browser.http.base_url = httpx.URL(self.upload_url)
        while True:
            with self.ledger.lock:
                number = next(self._numbers, None)
            if number is None:
                return
            self._send_one(browser, number)

    def _send_one(self, browser: Browser, number: int) -> None:
        data = noise(self.chance.choice((6, 12, 40)))
        name = f"IMG_{number:05}.jpg"
        answer = self._until_done("upload", lambda: browser.put(self.album, data, name, number=number), (201,))
        with self.ledger.lock:
            photo = answer.json()["photo"]["id"]
            self.ledger.photos[sha256(data)] = photo
            self.ledger.order.append(photo)

    def _mark(self) -> None:
        """Every fourth photo gets stars."""
        photo = self._some(1, 4)
        if photo is not None:
            rating = self.chance.randint(1, 5)
            self._api("mark", "PATCH", f"/api/photos/{photo}", json={"rating": rating})
            self.ledger.ratings[photo] = rating

    def _choose(self) -> None:
        photo = self._some(2, 4)
        if photo is None:
            return
        on = photo not in self.ledger.hearts or self.chance.random() < 0.6
        # A photo is shown to guests once it is ready: until then it is not there for them.
        answer = self._until_done("heart", lambda: self.guest.heart(photo, on=on), (200, 404))
        if answer.status_code == 200:
            (self.ledger.hearts.add if on else self.ledger.hearts.discard)(photo)

    def _tidy(self) -> None:
        """Into the trash, and half of it out again."""
        photo = self._some(3, 4)
        if photo is None or photo in self.ledger.trashed or photo in self.ledger.restored:
            time.sleep(0.5)
            return
        body = {"photos": [photo], "do": "trash", "album": self.album}
        told = self._api("trash", "POST", "/api/photos/batch", json=body).json()
        self.ledger.trashed.add(photo)
        if told["undo"] and self.chance.random() < 0.5:
            done = self._api("restore", "POST", f"/api/journal/{told['undo']}/undo", (200, 409))
            # 409: a try whose answer was lost has done it, or the photo has changed since.
            if done.status_code == 200 or self._is_live(photo):
                self.ledger.trashed.discard(photo)
                self.ledger.restored.add(photo)

    def _is_live(self, photo: str) -> bool:
        return self._api("look", "GET", f"/api/albums/{self.album}/photos/{photo}", (200, 404)).status_code == 200

    def _download(self) -> None:
        """An original: what comes whole is what was sent."""
        with self.ledger.lock:
            known = {photo: digest for digest, photo in list(self.ledger.photos.items())[-500:]}
        photo = self.chance.choice(list(known)) if known else None
        if photo is None or photo in self.ledger.trashed:
            return
        answer = self._api("original", "GET", f"/api/photos/{photo}/original", (200, 404))
        if answer.status_code == 404:
            # Nobody may miss it but the one who put it into the trash meanwhile.
            if self.ledger.order.index(photo) % 4 != 3:
                self.ledger.wrong.append(f"the original of {photo} was not there")
        elif sha256(answer.content) != known[photo]:
            self.ledger.wrong.append(f"the original of {photo} had other bytes")
        self.ledger.downloads += 1

    def _pack(self) -> None:
        """A ZIP of twelve: one that comes whole has all of them, as they were sent."""
        path = f"/g/{self.packed_token}/download.zip?what=all&size=original"

        def ask() -> httpx.Response:
            with httpx.Client(timeout=120, follow_redirects=True) as http:
                http.get(f"{self.glassine.url}/g/{self.packed_token}/")
                return http.get(f"{self.glassine.url}{path}")

        answer = self._until_done("archive", ask, (200,))
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".jpg")]
            hashes = {sha256(archive.read(name)) for name in names}
        if hashes != set(self.keepsakes):
            self.ledger.wrong.append(f"an archive had {len(hashes & set(self.keepsakes))} of 12 photos")
        self.ledger.archives += 1
        time.sleep(1)
