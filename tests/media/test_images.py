"""What becomes of a photo: its renditions, its look, and what must not be in them."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageOps, ImageStat, IptcImagePlugin, PngImagePlugin

from apps.media import appearance, fingerprint, images, presets
from apps.media.formats import Damaged, NotAnImage, TooManyPixels
from apps.media.images import render
from apps.media.metadata.nclx import primary_nclx
from apps.media.presets import PRESETS
from apps.media.render_result import Rendered
from tests.media.corpus import DATA, Sample, named, that_expect


def _id(sample: Sample) -> str:
    return sample.name


def _open(folder: Path, name: str = "web") -> Image.Image:
    image = Image.open(folder / f"{name}.webp")
    image.load()
    return image


def _picture(width: int, height: int) -> Image.Image:
    """A picture with a blue top left corner, so that it is seen when it is turned."""
    picture = Image.radial_gradient("L").resize((width, height)).convert("RGB")
    ImageDraw.Draw(picture).rectangle((0, 0, width // 4, height // 4), fill=(20, 40, 200))
    return picture


def _far(one: str | int, other: str | int) -> int:
    one, other = (int(hash, 16) if isinstance(hash, str) else hash for hash in (one, other))
    return (one ^ other).bit_count()


def _is_hdr(path: Path) -> bool:
    """Whether the numbers are PQ or HLG: the manifest's decoder took them for sRGB and saw a flat, grey picture."""
    told = primary_nclx(path.read_bytes()) if path.suffix in {".avif", ".heic"} else None
    return told is not None and told[1] in {16, 18}


def _difference(one: Image.Image, other: Image.Image) -> float:
    """Mean distance of the pixels in the worst channel, 0..255."""
    return float(max(ImageStat.Stat(ImageChops.difference(one, other)).mean))


@pytest.mark.parametrize(
    ("mode", "height"), [("RGB", 2000), ("L", 2012), ("L", 1999)], ids=["many bands", "few, grey", "one"]
)
def test_a_picture_made_small_in_bands_is_the_picture_made_small_at_once(mode: str, height: int) -> None:
    """Seams would be seen: rows along which pixels are weighed without their neighbours."""
    # Soft enough that no step between the two passes is cut off at black or white.
    picture = Image.merge(mode, [Image.effect_noise((3000, height), 25) for _ in mode])
    small = images._shrunk(picture, 2400)
    whole = picture.resize(small.size, Image.Resampling.BICUBIC)
    assert small.size == images.fitted(picture.size, 2400)
    # One for each of the two passes' roundings, whichever comes first.
    far = ImageChops.difference(small.convert("RGB"), whole.convert("RGB"))
    assert max(ImageStat.Stat(far).extrema)[1] <= 2


@pytest.mark.slow
@pytest.mark.parametrize("sample", that_expect("size"), ids=_id)
def test_every_good_photo_has_its_size_its_hash_and_all_renditions(sample: Sample, tmp_path: Path) -> None:
    rendered = render(sample.path, tmp_path)
    assert (rendered.width, rendered.height) == sample.expected("size")
    if sample.expects("phash"):
        assert _far(rendered.phash, sample.expected("phash")) <= (8 if _is_hdr(sample.path) else 2)
    for made, preset in zip(rendered.renditions, PRESETS, strict=True):
        with Image.open(tmp_path / made.file) as image:
            assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (made.width, made.height))
        assert max(made.width, made.height) == min(preset.long_edge, max(rendered.width, rendered.height))


@pytest.mark.parametrize(
    "kind", [pytest.param("landscape_*.jpg", marks=pytest.mark.slow), "g4_*.tif", "hopper_*.webp", "rot*.avif"]
)
def test_all_orientations_show_the_same_picture(kind: str, tmp_path: Path) -> None:
    shown = []
    for path in sorted((DATA / "orientation").glob(kind)):
        folder = tmp_path / path.stem
        folder.mkdir()
        render(path, folder)
        shown.append(_open(folder, "tile"))
    assert len(shown) >= 5
    for other in shown[1:]:
        assert other.size == shown[0].size
        assert _difference(shown[0], other) < 12
        assert _difference(shown[0], ImageOps.mirror(other)) > 20, "the picture does not show how it lies"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_is_applied_once(orientation: int, tmp_path: Path) -> None:
    upright = _picture(320, 200)
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = tmp_path / "photo.jpg"
    # The stored picture is the upright one turned back.
    back = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}[orientation]
    turned = Image.Exif()
    turned[0x0112] = back
    stored = upright.copy()
    stored.info["exif"] = turned.tobytes()
    stored = ImageOps.exif_transpose(stored)
    stored.save(source, quality=95, exif=exif)
    rendered = render(source, tmp_path)
    assert (rendered.width, rendered.height) == (320, 200)
    assert _difference(_open(tmp_path), upright) < 4


def _telling_photo(tmp_path: Path) -> tuple[Path, list[bytes]]:
    """A photo with all kinds of metadata, and words that are found in it and nowhere else."""
    words = [
        b"GLASSINE-CAMERA",
        b"GLASSINE-LENS",
        b"GLASSINE-XMP",
        b"GLASSINE-COMMENT",
        b"GLASSINE-IPTC",
        b"Exif\x00",
    ]
    exif = Image.Exif()
    exif[0x010F] = "GLASSINE-CAMERA"
    exif.get_ifd(0x8769)[0xA434] = "GLASSINE-LENS"
    exif.get_ifd(0x8825).update({1: "N", 2: (47, 22, 33), 3: "E", 4: (8, 32, 11)})
    iptc = b"\x1c\x02\x78" + struct.pack(">H", 13) + b"GLASSINE-IPTC"
    block = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">I", len(iptc)) + iptc
    segment = b"\xff\xed" + struct.pack(">H", 2 + len(block)) + block
    path = tmp_path / "telling.jpg"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    _picture(900, 600).save(
        path, exif=exif, xmp=b"<x>GLASSINE-XMP</x>", comment=b"GLASSINE-COMMENT", icc_profile=profile
    )
    content = path.read_bytes()
    path.write_bytes(content[:2] + segment + content[2:])
    return path, words


def _chunks(webp: bytes) -> set[bytes]:
    found, at = set(), 12
    while at < len(webp):
        found.add(webp[at : at + 4])
        size = int.from_bytes(webp[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return found


def test_g26_a_rendition_carries_its_profile_and_nothing_else(tmp_path: Path) -> None:
    source, words = _telling_photo(tmp_path)
    original = source.read_bytes()
    assert all(word in original for word in words), "the photo does not tell what the test looks for"
    with Image.open(source) as image:
        assert IptcImagePlugin.getiptcinfo(image)
        profile = image.info["icc_profile"]
    rendered = render(source, tmp_path)
    for made in rendered.renditions:
        content = (tmp_path / made.file).read_bytes()
        assert _chunks(content) == {b"VP8X", b"ICCP", b"VP8 "}
        assert not any(word.lower() in content.lower() for word in words)
        with Image.open(tmp_path / made.file) as image:
            assert image.info["icc_profile"] == profile
            assert dict(image.getexif()) == {}
            assert "xmp" not in image.info


def test_g26_a_rendition_with_exif_would_be_seen(tmp_path: Path) -> None:
    source, words = _telling_photo(tmp_path)
    with Image.open(source) as image:
        image.save(tmp_path / "leaky.webp", exif=image.info["exif"], xmp=image.info["xmp"])
    content = (tmp_path / "leaky.webp").read_bytes()
    assert {b"EXIF", b"XMP "} <= _chunks(content)
    assert any(word in content for word in words)


@pytest.mark.parametrize(
    "name",
    [
        "gps/htc_desire.jpg",
        "gps/iphone4.jpg",
        pytest.param("formats/church_orientation6.heic", marks=pytest.mark.slow),
    ],
)
def test_g26_real_photos_with_a_place_lose_it(name: str, tmp_path: Path) -> None:
    rendered = render(named(name), tmp_path)
    assert rendered.facts.latitude is not None
    make = rendered.facts.make.encode()
    assert make in named(name).read_bytes()
    for made in rendered.renditions:
        content = (tmp_path / made.file).read_bytes()
        assert _chunks(content) <= {b"VP8X", b"ICCP", b"VP8 "}
        assert b"Exif" not in content
        assert make not in content.replace(b"ICCP", b"").partition(b"VP8 ")[2]


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_g26_exiftool_finds_nothing_either(tmp_path: Path) -> None:
    render(_telling_photo(tmp_path)[0], tmp_path)
    for preset in PRESETS:
        told = subprocess.run(
            ["exiftool", "-G1", "-a", "-u", tmp_path / preset.file],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        groups = {line[1 : line.index("]")] for line in told.splitlines() if line.startswith("[")}
        assert not {group for group in groups if group not in ("ExifTool", "System", "File", "RIFF", "Composite")} - {
            group for group in groups if group.startswith("ICC")
        }


@pytest.mark.parametrize(
    ("size", "web", "tile"),
    [
        ((1, 1), (1, 1), (1, 1)),
        ((12000, 300), (2400, 60), (400, 10)),
        ((3, 9000), (1, 2400), (1, 400)),
        ((399, 200), (399, 200), (399, 200)),
        ((4000, 3000), (2400, 1800), (400, 300)),
    ],
)
def test_sizes_are_in_proportion_and_never_larger(
    size: tuple[int, int], web: tuple[int, int], tile: tuple[int, int], tmp_path: Path
) -> None:
    Image.new("RGB", size, "teal").save(tmp_path / "photo.jpg")
    render(tmp_path / "photo.jpg", tmp_path)
    assert (_open(tmp_path, "web").size, _open(tmp_path, "tile").size) == (web, tile)


def _middle(folder: Path) -> tuple[int, ...]:
    image = _open(folder)
    pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return pixel


def test_sixteen_bit_grey_keeps_its_brightness(tmp_path: Path) -> None:
    Image.new("I;16", (40, 30), 0x8000).save(tmp_path / "photo.png")
    render(tmp_path / "photo.png", tmp_path)
    assert all(abs(value - 128) <= 2 for value in _middle(tmp_path))


def test_a_float_tiff_is_stretched_to_what_can_be_seen(tmp_path: Path) -> None:
    Image.new("F", (40, 30), 0.5).save(tmp_path / "photo.tif")
    render(tmp_path / "photo.tif", tmp_path)
    assert all(abs(value - 128) <= 2 for value in _middle(tmp_path))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_every_mode_of_png_becomes_a_picture(mode: str, tmp_path: Path) -> None:
    _picture(50, 40).convert(mode).save(tmp_path / "photo.png")
    assert render(tmp_path / "photo.png", tmp_path).width == 50


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_lies_on_white_paper(mode: str, tmp_path: Path) -> None:
    picture = Image.new("RGBA", (40, 30), (255, 0, 0, 0)).convert(mode)
    picture.save(tmp_path / "photo.png", transparency=0 if mode == "P" else None)
    render(tmp_path / "photo.png", tmp_path)
    assert min(_middle(tmp_path)) >= 253


def test_cmyk_is_not_inverted(tmp_path: Path) -> None:
    Image.new("CMYK", (40, 30), (0, 255, 255, 0)).save(tmp_path / "photo.jpg", quality=95)
    render(tmp_path / "photo.jpg", tmp_path)
    red, green, blue = _middle(tmp_path)
    assert red > 200
    assert max(green, blue) < 70


def test_a_profile_for_another_kind_of_colour_is_applied_and_dropped(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "photo.jpg", icc_profile=lab)
    render(tmp_path / "photo.jpg", tmp_path)
    assert "icc_profile" not in _open(tmp_path).info


@pytest.mark.parametrize("profile", [b"x" * 200, b"", bytes(128) + b"acsp" + bytes(100)])
def test_a_broken_profile_is_dropped(profile: bytes, tmp_path: Path) -> None:
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "photo.jpg", icc_profile=profile)
    render(tmp_path / "photo.jpg", tmp_path)
    assert "icc_profile" not in _open(tmp_path).info


def test_of_an_animation_the_first_frame_is_the_photo(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "lime", "blue")]
    frames[0].save(tmp_path / "photo.webp", save_all=True, append_images=frames[1:], lossless=True)
    render(tmp_path / "photo.webp", tmp_path)
    assert _middle(tmp_path)[0] > 240


def test_the_dominant_colour_is_the_one_that_covers_most() -> None:
    picture = Image.new("RGB", (100, 100), (200, 30, 30))
    picture.paste((20, 20, 240), (0, 0, 100, 30))
    assert appearance.dominant_color(picture) == "#c81e1e"


# What Glassine stored before ImageHash made the hash. Whoever changes these bits raises fingerprint.VERSION.
VERSION_1 = {
    "formats/hopper.png": "8c977c0983ce9e8d",
    "formats/prairie_falcon.jpg": "e9c930b2d56cc731",
    "formats/cyclamen_persicum.jpg": "c3e43cfac0c1cb6c",
    "orientation/landscape_6.jpg": "f11c5f43683cb49a",
}


@pytest.mark.parametrize("name", VERSION_1)
def test_the_bits_of_the_hash_are_those_of_its_version(name: str) -> None:
    with Image.open(named(name)) as image:
        picture = image.convert("RGB")
    assert (appearance.phash(picture), fingerprint.VERSION) == (VERSION_1[name], 1)


def test_an_even_surface_has_a_hash_of_one_bit() -> None:
    assert appearance.phash(Image.new("RGB", (801, 533), (37, 91, 201))) == "8000000000000000"


@pytest.mark.parametrize("name", [*VERSION_1, "orientation/landscape_5.jpg", "formats/star.avifs"])
def test_hashing_again_gives_the_bits_that_rendering_gave(name: str, tmp_path: Path) -> None:
    assert images.hash_again(named(name), tmp_path) == {"phash": render(named(name), tmp_path).phash}


@pytest.mark.parametrize("told", [None, 5, "", "12", "8C977C0983CE9E8D", "8c977c0983ce9e8d0", "8c977c0983ce9e8d\n"])
def test_what_is_no_hash_is_not_stored(told: object) -> None:
    with pytest.raises(ValueError, match="no perceptual hash"):
        fingerprint.as_signed(told)


def test_a_row_holds_the_hash_with_a_sign() -> None:
    assert [fingerprint.as_signed(text) for text in ("0" * 15 + "5", "f" * 16, "8" + "0" * 15)] == [5, -1, -(2**63)]


@pytest.mark.parametrize("content", ["baseline", "progressive", "png", "gif", "webp", "tiff"])
@pytest.mark.parametrize("part", [0.05, 0.3, 0.5, 0.8, 0.97, 0.9999])
def test_a_file_that_was_cut_off_is_damaged(content: str, part: float, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    options: dict[str, dict[str, Any]] = {
        "baseline": {"format": "JPEG", "quality": 95},
        "progressive": {"format": "JPEG", "progressive": True},
        "png": {"format": "PNG"},
        "gif": {"format": "GIF"},
        "webp": {"format": "WEBP"},
        "tiff": {"format": "TIFF", "compression": "tiff_lzw"},
    }
    Image.effect_noise((700, 500), 80).convert("RGB").save(whole, **options[content])
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * part)])
    with pytest.raises(Damaged):
        render(cut, tmp_path)


def test_a_file_whose_end_never_arrived_is_damaged(tmp_path: Path) -> None:
    whole = named("formats/prairie_falcon.jpg").read_bytes()
    (tmp_path / "zeros.jpg").write_bytes(whole[: len(whole) // 2] + bytes(len(whole) // 2))
    with pytest.raises(Damaged):
        render(tmp_path / "zeros.jpg", tmp_path)


@pytest.mark.parametrize("size", [(20_000, 20_000), (300_001, 1_000), (2**31 - 1, 2**31 - 1)])
def test_too_many_pixels_are_refused_by_the_header(size: tuple[int, int], tmp_path: Path) -> None:
    with (tmp_path / "bomb.png").open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        PngImagePlugin.putchunk(file, b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))
        PngImagePlugin.putchunk(file, b"IDAT", bytes(20))
    with pytest.raises(TooManyPixels):
        render(tmp_path / "bomb.png", tmp_path)


def test_a_file_that_is_no_picture_is_refused_before_any_decoder(tmp_path: Path) -> None:
    with pytest.raises(NotAnImage):
        render(named("bad/postscript.jpg"), tmp_path)


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("keep me")
    (tmp_path / "web.webp").symlink_to(tmp_path / "victim")
    with pytest.raises(FileExistsError):
        render(named("formats/hopper.png"), tmp_path)
    assert (tmp_path / "victim").read_text() == "keep me"


@pytest.mark.parametrize(
    "lie",
    [
        {"color": "red"},
        {"phash": "12"},
        {"width": 0},
        {"width": "9"},
        {"format": "SVG"},
        {"renditions": []},
        {"renditions": None},
        {"facts": None},
        {"recipe": 999},
    ],
)
def test_what_comes_from_the_jail_is_checked(lie: dict[str, Any], tmp_path: Path) -> None:
    plain = render(named("formats/hopper.png"), tmp_path).as_plain()
    assert Rendered.from_plain(plain).as_plain() == plain
    with pytest.raises(ValueError, match=r".+"):
        Rendered.from_plain(plain | lie)


def test_the_limit_of_pixels_is_pillows_too() -> None:
    assert presets.MAX_PIXELS == Image.MAX_IMAGE_PIXELS
