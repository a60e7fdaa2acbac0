"""docs/clients/publish.py against a running Glassine: a folder is published, edited, published again; marks come back.

It is the contract that a publish service of Lightroom needs (docs/api.md, "Publish services").
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.clients.conftest import make_key
from tests.factories import jpeg
from tests.installation import ROOT, Installation, csrf_token

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

EDITED = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:Exposure2012="+0.35"
  xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag><rdf:li>Vienna</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def shot(second: int) -> bytes:
    """A JPEG that nobody has seen, of a camera that wrote when it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = f"2026:05:30 14:00:{second:02}"
    written = io.BytesIO()
    Image.open(io.BytesIO(jpeg())).save(written, "JPEG", exif=exif)
    return written.getvalue()


class Publisher:
    """The client as a photographer starts it."""

    def __init__(self, glassine: Installation, folder: Path) -> None:
        self.folder = folder
        key = make_key(glassine, "read", "upload", "albums")
        self.environment = {**os.environ, "GLASSINE_URL": glassine.url, "GLASSINE_KEY": key}

    def __call__(self, act: str, *arguments: str) -> dict[str, Any]:
        command = [sys.executable, str(ROOT / "docs/clients/publish.py"), act, str(self.folder), *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout or "{}")
        return told


class Guest:
    """Somebody who opened the link and said their name."""

    def __init__(self, glassine: Installation, path: str, name: str) -> None:
        self.path, self.http = path, httpx.Client(base_url=glassine.url, timeout=30, follow_redirects=True)
        page = self.http.get(path)
        assert page.status_code == 200
        self.http.headers["X-CSRFToken"] = csrf_token(page.text)
        self.say("who/save/", name=name, email=f"{name.lower()}@example.com")

    def say(self, where: str, **said: str) -> None:
        answer = self.http.post(f"{self.path}{where}", data=said, headers={"HX-Request": "true"})
        assert answer.status_code < 300, answer.text[:2000]


def sidecar(folder: Path, stem: str) -> str:
    return (folder / f"{stem}.xmp").read_text()


def test_a_folder_is_published_edited_and_published_again_and_marks_come_back(
    glassine: Installation, tmp_path: Path
) -> None:
    folder = tmp_path / "Anna & Ben"
    folder.mkdir()
    for number in (1, 2, 3):
        (folder / f"IMG_{number}.jpg").write_bytes(shot(number))
    publish = Publisher(glassine, folder)

    # Published, and nothing is sent twice.
    first = publish("publish")
    assert first == {"album": first["album"], "sent": 3, "replaced": 0, "recognised": 0, "removed": 0}
    assert publish("publish") == {**first, "sent": 0}
    photos = {one["camera_name"]: one["id"] for one in glassine.wait_ready(first["album"], 3)}

    # Two clients speak; each is told, and both as one.
    with glassine.api() as api:
        api.patch(f"/api/albums/{first['album']}", json={"state": "live"}).raise_for_status()
        rights = {"favourite": True, "comment": True, "rate": True}
        link = api.post(f"/api/albums/{first['album']}/share", json={"label": "Both", "rights": rights})
    path = httpx.URL(link.json()["url"]).path
    anna, ben = Guest(glassine, path, "Anna"), Guest(glassine, path, "Ben")
    anna.say(f"photos/{photos['IMG_1.jpg']}/favourite/", on="1")
    anna.say(f"photos/{photos['IMG_1.jpg']}/mark/", stars="3", label="green")
    ben.say(f"photos/{photos['IMG_1.jpg']}/mark/", stars="5")
    ben.say(f"photos/{photos['IMG_1.jpg']}/comment/", body="Brighter, please")
    ben.say(f"photos/{photos['IMG_2.jpg']}/mark/", verdict="rejected")
    (folder / "IMG_1.xmp").write_text(EDITED)
    assert publish("marks") == {"photos": 2}
    one = sidecar(folder, "IMG_1")
    for said in ('xmp:Rating="5"', 'xmp:Label="Green"', "Ben: Brighter, please", "Clients|Anna|3 stars"):
        assert said in one
    assert "Clients|Ben|5 stars" in one
    # What the photographer's editor had written is there still.
    assert 'crs:Exposure2012="+0.35"' in one
    assert "<rdf:li>Vienna</rdf:li>" in one
    assert 'xmp:Rating="-1"' in sidecar(folder, "IMG_2")
    assert not (folder / "IMG_3.xmp").exists()

    # A mark that was taken back goes; a rating that the photographer gave meanwhile stays.
    ben.say(f"photos/{photos['IMG_2.jpg']}/mark/", verdict="")
    (folder / "IMG_1.xmp").write_text(one.replace('xmp:Rating="5"', 'xmp:Rating="2"'))
    assert publish("marks")["photos"] >= 1
    assert "xmp:Rating" not in sidecar(folder, "IMG_2")
    assert 'xmp:Rating="2"' in sidecar(folder, "IMG_1")
    assert not (folder / "IMG_3.xmp").exists()
    # Only what was said since the last time is asked for.
    memory = json.loads((folder / ".glassine.json").read_text())
    tomorrow = datetime.fromisoformat(memory["since"]) + timedelta(days=1)
    (folder / ".glassine.json").write_text(json.dumps({**memory, "since": tomorrow.isoformat()}))
    assert publish("marks") == {"photos": 0}

    # A retouched file takes its photo's place; a new title and order, one photo less.
    (folder / "IMG_1.jpg").write_bytes(shot(1))
    (folder / "IMG_3.jpg").unlink()
    (tmp_path / "order.txt").write_text("IMG_2.jpg\nIMG_1.jpg\n")
    again = publish("publish", "--title", "Anna and Ben", "--order", str(tmp_path / "order.txt"))
    assert again == {**first, "sent": 0, "replaced": 1, "removed": 1}
    shown = glassine.photos(first["album"])
    assert [one["id"] for one in shown] == [photos["IMG_2.jpg"], photos["IMG_1.jpg"]]
    with glassine.api() as api:
        assert api.get(f"/api/albums/{first['album']}").json()["title"] == "Anna and Ben"
        assert api.get(f"/api/albums/{first['album']}/marks").json()["results"][0]["merged"]["stars"] == 5

    # A machine that remembers nothing of its photos knows them by their bytes, and an edited one by name and time.
    memory = json.loads((folder / ".glassine.json").read_text())
    (folder / ".glassine.json").write_text(json.dumps({**memory, "files": {}}))
    (folder / "IMG_2.jpg").write_bytes(shot(2))
    glassine.wait_ready(first["album"], 2)
    assert publish("publish") == {**first, "sent": 0, "replaced": 1, "recognised": 2}
    assert {one["id"] for one in glassine.photos(first["album"])} == {photos["IMG_1.jpg"], photos["IMG_2.jpg"]}

    # Deleted here it is gone there; published again it is made again.
    publish("delete")
    with glassine.api() as api:
        assert api.get(f"/api/albums/{first['album']}").status_code == 404
    assert publish("publish")["album"] != first["album"]
