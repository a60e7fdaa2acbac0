"""G52 through the server: what a link's policy drops is in no file that a guest takes home, alone or in an archive."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import run

import pytest

from tests.installation import Installation
from tests.media import corpus, private_files
from tests.media.private_files import RIGHTS, SECRET
from tests.media.test_metadata import EXIFTOOL, needs_exiftool, opened, pixels, talks, told
from tests.sharing.visiting import Guest, invited

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), needs_exiftool]

POLICIES = ("copyright", "none", "all")
PHOTOS = {
    "jpg": "gps/iphone4.jpg",
    "heic": "formats/L_exif_xmp_iptc.heic",
    "png": "formats/exif.png",
    "webp": "formats/flower.webp",
    "avif": "formats/exif.avif",
    "tif": "formats/hopper.tif",
}
# In EXIF and in XMP, as cameras and as programs write it.
_TAGS = [
    "-GPSLatitude=52.5", "-GPSLatitudeRef=N", "-GPSLongitude=13.4", "-GPSLongitudeRef=E", "-XMP-exif:GPSLatitude=52.5",
    f"-EXIF:SerialNumber={SECRET}-1", f"-EXIF:LensSerialNumber={SECRET}-2", f"-XMP-aux:SerialNumber={SECRET}-3",
    f"-EXIF:OwnerName={SECRET}", f"-XMP-aux:OwnerName={SECRET}", f"-EXIF:Copyright={RIGHTS}",
]  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """The same photo as it was sent, as it came alone, and as it lay in the archive."""

    source: Path
    alone: Path
    packed: Path

    @property
    def copies(self) -> tuple[Path, Path]:
        return self.alone, self.packed


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Real photos with a colour profile; a place, serial numbers, an owner and the copyright were written into them."""
    folder = tmp_path_factory.mktemp("sources")
    profile = folder / "profile.icc"
    profile.write_bytes(private_files.PROFILE)
    made = {}
    for kind, name in PHOTOS.items():
        made[kind] = folder / f"photo.{kind}"
        shutil.copy(corpus.DATA / name, made[kind])
        command = [str(EXIFTOOL), "-q", "-m", "-overwrite_original", "-charset", "exif=utf8", *_TAGS]
        if kind in ("jpg", "png", "webp", "tif"):
            command.append(f"-ICC_Profile<={profile}")
        run([*command, str(made[kind])], check=True, capture_output=True)
    return made


@pytest.fixture(scope="module")
def taken(sources: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Taken]]]:
    """By policy and kind what a guest of a running Glassine took home."""
    folder = tmp_path_factory.mktemp("taken")
    with Installation(folder / "data").move_in() as glassine:
        album, browser = glassine.make_album("Private"), glassine.client()
        for source in sources.values():
            answer = browser.put(album, source.read_bytes(), source.name)
            assert answer.status_code == 201, answer.text
        ids = {row["camera_name"]: row["id"] for row in glassine.wait_ready(album, len(sources))}
        yield {
            policy: _take(invited(glassine, album, download="original", metadata=policy), folder / policy, sources, ids)
            for policy in POLICIES
        }
    shutil.rmtree(folder)


def _take(guest: Guest, folder: Path, sources: dict[str, Path], ids: dict[str, str]) -> dict[str, Taken]:
    packed, alone = folder / "packed", folder / "alone"
    packed.mkdir(parents=True)
    alone.mkdir()
    guest.take(guest.archive(), folder / "all.zip")
    with zipfile.ZipFile(folder / "all.zip") as archive:
        assert sorted(archive.namelist()) == sorted(["manifest.csv", *(path.name for path in sources.values())])
        archive.extractall(packed)
    for source in sources.values():
        guest.take(guest.photo(ids[source.name]), alone / source.name)
    return {kind: Taken(source, alone / source.name, packed / source.name) for kind, source in sources.items()}


Everything = dict[str, dict[str, Taken]]


@pytest.mark.parametrize("kind", PHOTOS)
@pytest.mark.parametrize("policy", ["copyright", "none"])
def test_g52_no_place_no_serial_number_and_no_owner_leave(taken: Everything, policy: str, kind: str) -> None:
    one = taken[policy][kind]
    private = [key for key in talks(one.source) if any(word in key.lower() for word in ("gps", "serial", "owner"))]
    assert {key.split(":")[-1] for key in private} >= {"GPSLatitude", "SerialNumber", "LensSerialNumber", "OwnerName"}
    for copy in one.copies:
        assert talks(copy) == []
        assert SECRET.encode() not in copy.read_bytes()


@pytest.mark.parametrize("kind", PHOTOS)
def test_the_copyright_stays_where_the_policy_keeps_it(taken: Everything, kind: str) -> None:
    for policy, kept in (("copyright", RIGHTS), ("none", None)):
        for copy in taken[policy][kind].copies:
            assert _copyright(copy) == kept


def _copyright(path: Path) -> object:
    found = {key.split(":")[-1]: value for key, value in told(path).items()}
    return found.get("Copyright")


@pytest.mark.parametrize("kind", PHOTOS)
@pytest.mark.parametrize("policy", ["copyright", "none"])
def test_pixels_and_profile_are_the_originals(taken: Everything, policy: str, kind: str) -> None:
    one = taken[policy][kind]
    if kind in ("jpg", "png", "webp", "tif"):
        assert opened(one.source)[1] == private_files.PROFILE
    for copy in one.copies:
        assert pixels(copy) == pixels(one.source) != []
        assert opened(copy)[1] == opened(one.source)[1]
        assert opened(copy)[0].orientation == opened(one.source)[0].orientation


@pytest.mark.parametrize("kind", PHOTOS)
def test_without_a_policy_the_untouched_original_leaves(taken: Everything, kind: str) -> None:
    one = taken["all"][kind]
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (one.source, *one.copies)}
    assert len(digests) == 1
