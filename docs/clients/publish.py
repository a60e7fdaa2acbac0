"""A folder of photos as a gallery: what a publish service of Lightroom or another editor does, in Python.

    export GLASSINE_URL=https://photos.example.com GLASSINE_KEY=gk_...
    python publish.py publish FOLDER [--title TITLE] [--order NAMES.txt]
    python publish.py marks FOLDER
    python publish.py delete FOLDER

`publish` makes the gallery, or renames it; sends what is new, replaces what was edited, takes out what is gone, and
puts the photos into order. Begun again it sends nothing that is there already. `marks` writes what clients said into
XMP sidecars. What was sent is remembered in FOLDER/.glassine.json; without that file it is recognised by its hashes,
names and times.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from glassine_api import MOST_AT_ONCE, Api, ApiError
from photo_files import ENDINGS, captured_at, sha256_of
from sidecars import write_marks

MEMORY = ".glassine.json"
# What is said in the second in which we asked may not have been in the answer; to be told twice does no harm.
OVERLAP = timedelta(seconds=5)


@dataclass
class Sent:
    """A file that lies in the gallery. id: of its photo.  marks: what we wrote into its sidecar."""

    id: str
    sha256: str
    marks: dict[str, Any] = field(default_factory=dict)


@dataclass
class Memory:
    """What is remembered of a folder. album: id of its gallery.  since: when we asked for marks last."""

    album: str = ""
    since: str = ""
    files: dict[str, Sent] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Memory:
        try:
            plain = json.loads((folder / MEMORY).read_text())
        except FileNotFoundError:
            return cls()
        return cls(plain["album"], plain["since"], {name: Sent(**one) for name, one in plain["files"].items()})

    def write(self, folder: Path) -> None:
        draft = folder / f"{MEMORY}.part"
        draft.write_text(json.dumps(asdict(self), indent=1))
        draft.replace(folder / MEMORY)


class Publisher:
    """One folder and its gallery. counts: how many files were sent, replaced, recognised, removed."""

    def __init__(self, api: Api, folder: Path) -> None:
        self.api, self.folder, self.memory = api, folder, Memory.read(folder)
        self.counts = {"sent": 0, "replaced": 0, "recognised": 0, "removed": 0}

    def publish(self, title: str, order: list[str]) -> None:
        """Let the gallery be what the folder is. Raises ApiError; what was done until then is remembered."""
        try:
            self._make_gallery(title)
            names = sorted(file.name for file in self.folder.iterdir() if file.suffix.lower() in ENDINGS)
            placed = {photo["id"]: photo for photo in self.api.pages(f"/api/albums/{self.memory.album}/photos")}
            # A photo that was taken out on the other side is made again.
            self.memory.files = {name: sent for name, sent in self.memory.files.items() if sent.id in placed}
            self._recognise(names, set(placed))
            for name in names:
                self._send(name)
            self._take_out(set(names))
            self._arrange(names, order)
        finally:
            self.memory.write(self.folder)

    def _make_gallery(self, title: str) -> None:
        album = self._gallery()
        if album is None:
            album = self.api.json("POST", "/api/albums", {"title": title or self.folder.name})
            self.memory = Memory(album["id"])
        elif title and album["title"] != title:
            self.api.json("PATCH", f"/api/albums/{album['id']}", {"title": title})

    def _gallery(self) -> Any:
        """The gallery that is remembered, or None: a 404 means "make it again"."""
        try:
            return self.memory.album and self.api.json("GET", f"/api/albums/{self.memory.album}") or None
        except ApiError as error:
            if error.status != 404:
                raise
            return None

    def _recognise(self, names: list[str], placed: set[str]) -> None:
        """Files of which nothing is remembered may lie in the gallery, as they are or as they were before an edit."""
        unknown = [self.folder / name for name in names if name not in self.memory.files]
        for start in range(0, len(unknown), MOST_AT_ONCE):
            some = unknown[start : start + MOST_AT_ONCE]
            hashes = [sha256_of(file) for file in some]
            asked = [
                {"sha256": sha256, "camera_stem": file.stem, "captured_at": captured_at(file)}
                for file, sha256 in zip(some, hashes, strict=True)
            ]
            answers = self.api.json("POST", "/api/photos/match", asked)["results"]
            for file, sha256, answer in zip(some, hashes, answers, strict=True):
                if answer["photo"] in placed:
                    # An empty hash: it lies there with other bytes, and is replaced.
                    known = sha256 if answer["by"] == "sha256" else ""
                    self.memory.files[file.name] = Sent(answer["photo"], known)
                    self.counts["recognised"] += 1

    def _send(self, name: str) -> None:
        file = self.folder / name
        sha256, sent = sha256_of(file), self.memory.files.get(name)
        if sent and sent.sha256 == sha256:
            return
        if sent and self._replace(sent, file):
            sent.sha256 = sha256
            return
        self.memory.files[name] = Sent(self.api.upload(self.memory.album, file)["id"], sha256)
        self.counts["sent"] += 1

    def _replace(self, sent: Sent, file: Path) -> bool:
        """False if the file has to be sent as a photo of its own."""
        try:
            self.api.replace(sent.id, file)
        except ApiError as error:
            if error.status == 404:
                return False
            if error.code != "of_another_photo":
                raise
            self._remove(sent.id)
            return False
        self.counts["replaced"] += 1
        return True

    def _take_out(self, names: set[str]) -> None:
        for name in set(self.memory.files) - names:
            self._remove(self.memory.files.pop(name).id)
            self.counts["removed"] += 1

    def _remove(self, photo: str) -> None:
        try:
            self.api.json("DELETE", f"/api/albums/{self.memory.album}/photos/{photo}")
        except ApiError as error:
            if error.status != 404:
                raise

    def _arrange(self, names: list[str], order: list[str]) -> None:
        first = {name: place for place, name in enumerate(order)}
        wanted = sorted(names, key=lambda name: (first.get(name, len(first)), name))
        photos = [self.memory.files[name].id for name in wanted]
        if photos and order:
            self.api.json("PUT", f"/api/albums/{self.memory.album}/order", {"photos": photos})

    def fetch_marks(self) -> int:
        """Write what clients said since the last time into sidecars; of how many photos."""
        query = {"since": self.memory.since} if self.memory.since else {}
        by_photo = {sent.id: (name, sent) for name, sent in self.memory.files.items()}
        begun, told = "", 0
        for marks in self.api.pages(f"/api/albums/{self.memory.album}/marks", **query):
            begun = begun or self.api.now
            if marks["photo"] in by_photo:
                name, sent = by_photo[marks["photo"]]
                sent.marks = write_marks(self.folder / name, marks, sent.marks)
                told += 1
        self.memory.since = (datetime.fromisoformat(begun or self.api.now) - OVERLAP).isoformat()
        self.memory.write(self.folder)
        return told

    def delete(self) -> None:
        """Move the gallery to the trash, and forget it."""
        if self._gallery() is not None:
            self.api.json("DELETE", f"/api/albums/{self.memory.album}")
        (self.folder / MEMORY).unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("act", choices=["publish", "marks", "delete"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--title", default="", help="of the gallery; the folder's name at first")
    parser.add_argument("--order", type=Path, help="a text file with a file name in each line")
    asked = parser.parse_args()
    publisher = Publisher(Api(os.environ["GLASSINE_URL"], os.environ["GLASSINE_KEY"]), asked.folder)
    if asked.act == "publish":
        publisher.publish(asked.title, asked.order.read_text().splitlines() if asked.order else [])
        print(json.dumps({"album": publisher.memory.album, **publisher.counts}))
    elif asked.act == "marks":
        print(json.dumps({"photos": publisher.fetch_marks()}))
    else:
        publisher.delete()


if __name__ == "__main__":
    main()
