"""G55: archives as the server sends them, opened by the programs that people have."""

from __future__ import annotations

import hashlib
import re
import shutil
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import zip_readers
from tests.amounts import amount
from tests.bench.row4_upload import asleep
from tests.installation import Installation, noise, sha256
from tests.sharing.inside import NAMES, SETS, body
from tests.sharing.visiting import Guest, inside, invited

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(300)]

ORIGINALS, MANY = amount(suite=60, long=200), amount(suite=2_000, long=5_000)
STRANGE = ("IMG_1.JPG", "img_1.jpg", "IMG_1 (2).JPG", "Grüße 写真 🎉.jpg", "a'b & c.jpeg", "=1+1.jpg", "manifest.csv")


@dataclass(frozen=True)
class Arrived:
    """An archive on a guest's disk. sent: name and SHA-256 of each photo that went into the album, sorted."""

    guest: Guest
    file: Path
    sent: list[tuple[str, str]]


@pytest.fixture(scope="module")
def glassine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with Installation(tmp_path_factory.mktemp("arrive") / "data").move_in() as installation:
        yield installation


@pytest.fixture(scope="module")
def arrived(glassine: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Arrived]]:
    """Two archives as they came over the wire: originals that were uploaded, and very many small photos."""
    folder = tmp_path_factory.mktemp("arrived")
    yield {"originals": _originals(glassine, folder), "many": _many(glassine, folder)}
    shutil.rmtree(folder)


def _originals(glassine: Installation, folder: Path) -> Arrived:
    album, browser = glassine.make_album("Wedding"), glassine.client()
    names = [*STRANGE, *(f"DSC_{number:05}.JPG" for number in range(ORIGINALS - len(STRANGE)))]
    sent = []
    with asleep(glassine):
        for name in names:
            data = noise(300)
            answer = browser.put(album, data, name)
            assert answer.status_code == 201, answer.text
            sent.append((name, sha256(data)))
        # Nothing of a rendition is in this archive, so nothing waits for one.
        inside(glassine, "ready", album)
    return _taken(invited(glassine, album, download="original"), folder / "originals.zip", sent)


def _many(glassine: Installation, folder: Path) -> Arrived:
    album = glassine.make_album("Very many")
    inside(glassine, "many", album, str(MANY))
    sent = [(NAMES[n % len(NAMES)].format(n=n), hashlib.sha256(body(n)).hexdigest()) for n in range(MANY)]
    return _taken(invited(glassine, album, download="original"), folder / "many.zip", sent)


def _taken(guest: Guest, file: Path, sent: list[tuple[str, str]]) -> Arrived:
    assert guest.take(guest.archive(), file) == 200
    return Arrived(guest, file, sorted(sent))


def manifest_of(file: Path) -> dict[str, str]:
    with zipfile.ZipFile(file) as read:
        return zip_readers.listed(read.read("manifest.csv").decode())


@pytest.mark.parametrize("reader", zip_readers.READERS)
@pytest.mark.parametrize("kind", ["originals", "many"])
def test_g55_every_program_unpacks_what_was_put_in(arrived: dict[str, Arrived], kind: str, reader: str) -> None:
    if not zip_readers.is_installed(reader):
        pytest.skip(f"{reader} is not installed")
    one = arrived[kind]
    found = zip_readers.unpacked(reader, one.file)
    assert len(found) == len(one.sent) + 1
    manifest = found.pop("manifest.csv")
    with zipfile.ZipFile(one.file) as read:
        assert manifest == sha256(read.read("manifest.csv"))
    assert sorted(found.values()) == sorted(digest for _name, digest in one.sent)
    # What a spreadsheet would take for a formula stands behind an apostrophe there.
    assert {name.removeprefix("'"): digest for name, digest in manifest_of(one.file).items()} == found


@pytest.mark.parametrize("kind", ["originals", "many"])
def test_every_photo_keeps_its_name_and_no_two_are_alike(arrived: dict[str, Arrived], kind: str) -> None:
    one = arrived[kind]
    paths = {digest: name.removeprefix("'") for name, digest in manifest_of(one.file).items()}
    folded = {unicodedata.normalize("NFC", path).casefold() for path in paths.values()}
    assert len(folded) == len(one.sent)
    for name, digest in one.sent:
        assert _told_apart(paths[digest]) == _told_apart(name.replace("manifest.csv", "manifest.csv.jpg"))


def _told_apart(path: str) -> str:
    """A photo's own name, without its folder and the number that tells it from others."""
    return unicodedata.normalize("NFC", re.sub(r"( \(\d+\))+(?=\.\w+$)", "", path.rpartition("/")[2]))


def test_sets_are_folders_of_their_own(arrived: dict[str, Arrived]) -> None:
    folders = {path.partition("/")[0] for path in manifest_of(arrived["many"].file)}
    assert len({folder.casefold() for folder in folders}) == len(SETS)
    assert {"写真 🎉", "Café"} < folders


@pytest.mark.parametrize("kind", ["originals", "many"])
def test_a_broken_download_goes_on_with_the_same_bytes(arrived: dict[str, Arrived], kind: str, tmp_path: Path) -> None:
    one = arrived[kind]
    told = one.guest.head(one.guest.archive())
    whole = one.file.read_bytes()
    assert int(told["content-length"]) == len(whole)
    cut = len(whole) // 3
    rest = tmp_path / "rest"
    headers = {"Range": f"bytes={cut}-", "If-Range": told["etag"]}
    assert one.guest.take(one.guest.archive(), rest, headers=headers) == 206
    assert rest.read_bytes() == whole[cut:]
