"""G52: what a policy drops is gone from the bytes, and what it keeps is there, with the very same pixels."""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
import struct
import subprocess
import tracemalloc
import warnings
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from apps.media import camera_tags, facts, images, jail
from apps.media.formats import FORMATS, HEAD_BYTES, RAW, BadFile, is_film, sniff
from apps.media.handover import CLEAN
from apps.media.metadata import allowed_facts, clean, isobmff, pieces, png
from apps.media.metadata.allowed_facts import Policy
from tests.amounts import amount
from tests.media import corpus, private_files
from tests.media.private_files import ALL, SECRET

images.preload()
EXIFTOOL = shutil.which("exiftool")
needs_exiftool = pytest.mark.skipif(not EXIFTOOL, reason="exiftool is not installed")
POLICIES = list(Policy)
# What exiftool would say of a file that tells too much; by parts of a tag's group or name.
_TALKING_GROUPS = ("GPS", "XMP", "IPTC", "Photoshop", "MakerNotes", "MPF")
_TALKING_NAMES = ("gps", "serial", "owner", "thumbnail", "lens", "uniqueid", "keyword")


def cleaned(source: Path, policy: Policy, folder: Path) -> Path:
    out = folder / f"{policy}-{source.stem}-{random.randrange(1 << 40)}"
    out.mkdir(parents=True)
    clean.rewrite(source, out, policy)
    return out / CLEAN


def pixels(path: Path) -> list[tuple[str, tuple[int, int], str]]:
    """Mode, size and bytes of the first frames; [] if Pillow cannot decode it. Equal files are decoded once."""
    digest = hashlib.sha256(path.read_bytes()).digest()
    if digest not in _decoded:
        _decoded[digest] = _decode(path)
    return _decoded[digest]


_decoded: dict[bytes, list[tuple[str, tuple[int, int], str]]] = {}


def _decode(path: Path) -> list[tuple[str, tuple[int, int], str]]:
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path) as image:
                for number in range(min(getattr(image, "n_frames", 1), 4)):
                    if number:
                        image.seek(number)
                    image.load()
                    found.append((image.mode, image.size, hashlib.sha256(image.tobytes()).hexdigest()))
        except Exception:  # hostile files raise anything
            return []
    return found


def opened(path: Path) -> tuple[facts.Facts, Any]:
    """What our reader knows of a file, and its profile."""
    with warnings.catch_warnings(), Image.open(path) as image:
        warnings.simplefilter("ignore")
        return camera_tags.read(image, sniff(path.read_bytes()[:HEAD_BYTES])), image.info.get("icc_profile")


def told(path: Path) -> dict[str, Any]:
    """All that exiftool finds, also unknown and doubled tags, by "group:subgroup:name"."""
    arguments = [str(EXIFTOOL), "-j", "-charset", "exif=utf8", "-G0:1", "-a", "-u", "-n", str(path)]
    output = subprocess.run(arguments, capture_output=True, text=True, check=False).stdout
    return dict(json.loads(output)[0])


def talks(path: Path) -> list[str]:
    """Names of the tags that should not be there."""
    found = []
    for key in told(path):
        *groups, name = key.split(":")
        if any(group.startswith(_TALKING_GROUPS) for group in groups) or any(
            word in name.lower() for word in _TALKING_NAMES
        ):
            found.append(key)
    return found


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", ALL)
def test_nothing_private_is_left_and_no_pixel_changes(tmp_path: Path, name: str, policy: Policy) -> None:
    source = private_files.stored(tmp_path, name)
    assert SECRET.encode() in source.read_bytes()
    made = cleaned(source, policy, tmp_path)
    data = made.read_bytes()
    for word in (SECRET.encode(), b"52,30.1N", b"Nikon"):
        assert word not in data
    assert pixels(made) == pixels(source)[: len(pixels(made))] != []
    if name != "tif":  # the thumbnail was its second picture
        assert pixels(made) == pixels(source)
    assert opened(made)[1] == opened(source)[1]
    assert opened(made)[0].latitude is None
    assert (b"Quill" in data) == (policy is Policy.COPYRIGHT and name != "gif")


@pytest.mark.parametrize("name", private_files.FORMATS)
def test_copyright_keeps_creator_moment_and_orientation(tmp_path: Path, name: str) -> None:
    source = private_files.stored(tmp_path, name)
    before, after = opened(source)[0], opened(cleaned(source, Policy.COPYRIGHT, tmp_path))[0]
    assert after.taken_at == before.taken_at is not None
    assert after.offset_minutes == before.offset_minutes == 120
    assert after.orientation == before.orientation
    assert (after.make, after.model, after.software, after.lens, after.longitude) == ("", "", "", "", None)
    assert opened(cleaned(source, Policy.NONE, tmp_path))[0] == facts.Facts(orientation=before.orientation)


@pytest.mark.slow
@needs_exiftool
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", ALL)
def test_exiftool_finds_no_place_serial_or_owner(tmp_path: Path, name: str, policy: Policy) -> None:
    source = private_files.stored(tmp_path, name)
    if name != "gif":
        assert talks(source)
    made = cleaned(source, policy, tmp_path)
    assert talks(made) == []
    tags = {key.split(":")[-1]: value for key, value in told(made).items()}
    assert "Warning" not in tags
    if name in private_files.FORMATS:
        before = {key.split(":")[-1]: value for key, value in told(source).items()}
        assert tags.get("Orientation") == before.get("Orientation")
        assert before["Copyright"]
        assert tags.get("Copyright") == (before["Copyright"] if policy is Policy.COPYRIGHT else None)
        assert tags.get("DateTimeOriginal") == (private_files.TAKEN if policy is Policy.COPYRIGHT else None)


@pytest.mark.slow
@needs_exiftool
@pytest.mark.parametrize("name", private_files.FORMATS)
def test_what_exiftool_wrote_is_gone_too(tmp_path: Path, name: str) -> None:
    source = private_files.stored(tmp_path, name)
    wanted = [
        "-GPSLatitude=52.5", "-GPSLatitudeRef=N", "-EXIF:SerialNumber=ZQXSECRET-9", "-EXIF:OwnerName=ZQXSECRET",
        "-XMP-aux:SerialNumber=ZQXSECRET-8", "-XMP:City=ZQXSECRET", "-EXIF:Artist=Somebody Else",
    ]  # fmt: skip
    if name in ("jpg", "tif"):
        wanted += ["-IPTC:City=ZQXSECRET", "-IPTC:Keywords=ZQXSECRET"]
    run = [str(EXIFTOOL), "-q", "-m", "-trailer:all=", "-overwrite_original", *wanted, str(source)]
    if subprocess.run(run, capture_output=True, check=False).returncode:
        pytest.skip(f"this exiftool cannot write {name}")
    for policy in POLICIES:
        made = cleaned(source, policy, tmp_path)
        assert talks(made) == []
        assert SECRET.encode() not in made.read_bytes()
        assert pixels(made)[0] == pixels(source)[0]
        assert (b"Somebody Else" in made.read_bytes()) == (policy is Policy.COPYRIGHT)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", ALL)
def test_a_second_time_changes_nothing(tmp_path: Path, name: str, policy: Policy) -> None:
    once = cleaned(private_files.stored(tmp_path, name), policy, tmp_path)
    assert cleaned(once, policy, tmp_path).read_bytes() == once.read_bytes()


def test_the_strict_policy_after_the_mild_one_is_the_strict_one(tmp_path: Path) -> None:
    for name in ("jpg", "png", "webp"):
        source = private_files.stored(tmp_path, name)
        mild = cleaned(source, Policy.COPYRIGHT, tmp_path)
        assert cleaned(mild, Policy.NONE, tmp_path).read_bytes() == cleaned(source, Policy.NONE, tmp_path).read_bytes()


# -- real files --------------------------------------------------------------------------------------

# Where equality cannot be asked for, and why.
_MORE_FRAMES = {"formats/frozenpond.mpo": "a second picture behind the first one's end is dropped on purpose"}
_HOSTILE_OVERLAP = {"bad/crash-0c7e0e8e11ce787078f00b5b0ca409a167f070e0.tif": "its parts lie over each other"}


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.skipif(not corpus.WHOLE_SET.is_dir(), reason="the whole set of test photos does not lie beside us")
def test_g52_over_the_rest_of_the_whole_set(tmp_path: Path) -> None:
    """In the suite over every third."""
    large = [sample for sample in corpus.samples() if not sample.path.is_relative_to(corpus.DATA)]
    assert _over(tmp_path, tuple(large[:: amount(suite=3, long=1)])) > amount(suite=40, long=140)


@pytest.mark.slow
def test_g52_over_the_small_set(tmp_path: Path) -> None:
    small = [sample for sample in corpus.samples() if sample.path.is_relative_to(corpus.DATA)]
    assert _over(tmp_path, tuple(small)) > 50


# Of pixels, more than any upload may have: nobody is ever given such a picture, and to decode 400 million of them seven
# times took longer than all the others.
_BOMBS = {"bad/bomb_20000x20000_rgb.png"}


def _is_rewritten(sample: corpus.Sample) -> bool:
    """False for RAW and videos, which leave as a file that is made anew (`made_anew` below)."""
    try:
        return sniff(sample.path.read_bytes()[:HEAD_BYTES]).name in clean._PLANS
    except BadFile:
        return True


def _over(folder: Path, samples: tuple[corpus.Sample, ...]) -> int:
    done: list[Path] = []
    for sample in filter(_is_rewritten, samples):
        before = [] if sample.name in _BOMBS else pixels(sample.path)
        for policy in POLICIES:
            try:
                made = cleaned(sample.path, policy, folder)
            except BadFile:
                assert sample.action != "accept", f"{sample.name} was refused"
                continue
            done.append(made)
            after = pixels(made) if before else []
            if sample.name in _MORE_FRAMES:
                before = before[: len(after)]
            # A JPEG that only lacked its end marker has one now, so that Pillow decodes it too.
            assert after == before or not before, sample.name
            if before:
                _check_facts(sample, made)
            if sample.name not in _HOSTILE_OVERLAP:
                assert cleaned(made, policy, folder).read_bytes() == made.read_bytes(), sample.name
    if EXIFTOOL and done:
        _check_tags(done)
    return len(done)


def _check_facts(sample: corpus.Sample, made: Path) -> None:
    (was, profile), (now, its_profile) = opened(sample.path), opened(made)
    assert its_profile == profile, sample.name
    assert now.orientation == was.orientation, sample.name
    assert (now.latitude, now.altitude_m, now.make, now.lens) == (None, None, "", ""), sample.name


def _check_tags(files: list[Path]) -> None:
    """As `talks`, for many files in one go. A file without EXIF may go on saying in XMP which way is up."""
    run = subprocess.run(
        [str(EXIFTOOL), "-j", "-G0:1", "-a", "-u", *map(str, files)], capture_output=True, text=True, check=False
    )
    for tags in json.loads(run.stdout):
        for key in tags:
            *groups, name = key.split(":")
            assert not any(word in name.lower() for word in _TALKING_NAMES), (tags["SourceFile"], key)
            if not key.endswith(("tiff:Orientation", "dc:Creator", "dc:Rights")):
                assert not any(group.startswith(_TALKING_GROUPS) for group in groups), (tags["SourceFile"], key)


# -- hostile files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_cut_off_files_are_refused_or_no_less_clean(tmp_path: Path, name: str) -> None:
    whole = ALL[name]()
    for length in sorted({*range(0, min(len(whole), 400), 37), *range(400, len(whole), max(1, len(whole) // 60))}):
        _try(tmp_path, whole[:length])


@pytest.mark.parametrize("name", ALL)
def test_files_with_wrong_bytes_are_refused_or_no_less_clean(tmp_path: Path, name: str) -> None:
    whole, dice = ALL[name](), random.Random(7)
    for _ in range(120):
        data = bytearray(whole)
        for _ in range(dice.choice((1, 3, 20))):
            # Heads and directories are where a rewrite can be led astray.
            at = dice.randrange(min(len(data), 3000)) if dice.random() < 0.7 else dice.randrange(len(data))
            data[at] = dice.choice((0, 1, 0x7F, 0xFF, dice.randrange(256)))
        _try(tmp_path, bytes(data))


def _try(folder: Path, data: bytes) -> None:
    source = folder / "hostile"
    source.write_bytes(data)
    try:
        made = cleaned(source, Policy.NONE, folder)
    except BadFile:
        return
    assert made.stat().st_size <= len(data) + 1000


def test_a_directory_that_leads_to_itself_ends(tmp_path: Path) -> None:
    data = bytearray(private_files.tiff())
    (at,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, at)
    struct.pack_into("<I", data, at + 2 + 12 * count, at)
    (tmp_path / "loop.tif").write_bytes(data)
    made = cleaned(tmp_path / "loop.tif", Policy.COPYRIGHT, tmp_path)
    assert len(pixels(made)) == 1


def test_a_packed_text_bomb_costs_little() -> None:
    bomb = zlib.compress(b"x" * 50_000_000, 9)
    body = b"XML:com.adobe.xmp\0\0" + bomb
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    plain = private_files.png()
    content = plain[:33] + chunk + plain[33:]
    tracemalloc.start()
    plan = png.plan(content, Policy.COPYRIGHT)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()
    file = io.BytesIO()
    pieces.write(plan, content, file)
    assert b"zTXt" not in file.getvalue()


def test_it_runs_behind_the_walls_of_the_jail(tmp_path: Path) -> None:
    for name, source in ((name, private_files.stored(tmp_path, name)) for name in ALL):
        out = tmp_path / f"jail-{name}"
        out.mkdir()
        told = jail.run("apps.media.metadata.clean:keep_copyright", source, out)
        with Image.open(source) as image:
            assert (told["width"], told["height"]) == image.size
        assert SECRET.encode() not in (out / CLEAN).read_bytes()
    (tmp_path / "bad").write_bytes(b"\xff\xd8\xff\xe0\xff")
    (tmp_path / "out").mkdir()
    with pytest.raises(jail.Rejected):
        jail.run("apps.media.metadata.clean:keep_nothing", tmp_path / "bad", tmp_path / "out")


@pytest.mark.slow
def test_a_file_of_300_megabytes_needs_little_memory(tmp_path: Path) -> None:
    plain = private_files.jpeg()
    large = tmp_path / "large.jpg"
    with large.open("wb") as file:
        file.write(plain)
        file.truncate(300_000_000)
    out = tmp_path / "out"
    out.mkdir()
    # A TIFF of 300 MB in the same way: its pixels are copied, never held.
    jail.run("apps.media.metadata.clean:keep_nothing", large, out, limits=jail.Limits(file_bytes=310_000_000))
    assert (out / CLEAN).stat().st_size < len(plain)
    wide = tmp_path / "wide.tif"
    Image.new("RGB", (10_000, 10_000)).save(wide, "TIFF", tiffinfo={270: SECRET})
    (tmp_path / "second").mkdir()
    limits = jail.Limits(memory_bytes=900_000_000, file_bytes=310_000_000)
    jail.run("apps.media.metadata.clean:keep_nothing", wide, tmp_path / "second", limits=limits)
    assert (tmp_path / "second" / CLEAN).stat().st_size >= 300_000_000


# -- the parts ---------------------------------------------------------------------------------------


def test_every_format_that_is_taken_can_be_cleaned() -> None:
    made_anew = {RAW.name} | {format.name for format in FORMATS.values() if is_film(format.mime)}
    assert clean._PLANS.keys() == FORMATS.keys() - made_anew, "apps.media.on_demand makes the others anew"


def test_copyright_is_found_in_xmp_and_iptc_when_exif_is_silent() -> None:
    assert allowed_facts.from_xmp(private_files.XMP).copyright == private_files.RIGHTS
    assert allowed_facts.from_photoshop(private_files.photoshop()).creator == private_files.CREATOR
    assert allowed_facts.from_xmp(b"<a dc:rights='B &amp; C' tiff:Orientation=\"8\"/>") == allowed_facts.AllowedFacts(
        copyright="B & C"
    )


def test_a_place_in_xmp_is_never_read_as_words() -> None:
    said = allowed_facts.from_xmp(private_files.XMP)
    assert said == allowed_facts.AllowedFacts(copyright=private_files.RIGHTS)


def test_exif_of_our_own_is_read_by_others() -> None:
    said = allowed_facts.AllowedFacts(6, "Zoë", "© Zoë", "2024:05:06 07:08:09", "42", "+02:00")
    file = io.BytesIO()
    private_files.picture().save(file, "JPEG", exif=b"Exif\0\0" + said.exif())
    found = Image.open(file).getexif()
    assert found[0x0112] == 6
    assert found.get_ifd(0x8769)[0x9003] == "2024:05:06 07:08:09"
    assert allowed_facts.from_exif(said.exif()) == said
    assert allowed_facts.AllowedFacts().exif() == b""


def test_a_short_place_holds_what_fits() -> None:
    said = allowed_facts.AllowedFacts(6, "A" * 300, "B" * 300, "2024:05:06 07:08:09")
    for room in range(0, 900, 7):
        block = isobmff._short_exif(said, room)
        assert len(block) <= room
        assert len(isobmff._short_packet(said, room)) == room
    assert allowed_facts.from_exif(isobmff._short_exif(said, 60), 10).orientation == 6


def test_pieces_outside_of_what_is_kept_are_zero() -> None:
    content = bytes(range(1, 101))
    file = io.BytesIO()
    pieces.write(pieces.only([pieces.Span(10, 20), pieces.Span(15, 30), pieces.Span(90, 200)], 95), content, file)
    assert file.getvalue() == bytes(10) + content[10:30] + bytes(60) + content[90:95]
