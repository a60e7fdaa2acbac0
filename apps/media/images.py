"""One decode per photo: its renditions, its look and its facts. Runs in the jail only.

Renditions are upright, 8-bit RGB WebP in the picture's own colour space, and carry the ICC profile and
nothing else. Transparent pictures are laid on white paper, as a print would be.
"""

from __future__ import annotations

import io
import json
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from PIL import Image, ImageCms

from apps.media import appearance, camera_raw, camera_tags, decoders, heif_kinds, jpeg_scans, memory, webp
from apps.media.facts import Facts
from apps.media.formats import HEIF, JPEG, TIFF, WEBP, BadFile, Damaged, Format, TooManyPixels
from apps.media.handover import FIT, WISH
from apps.media.presets import MAX_PIXELS, PRESETS, RECIPE, THUMB, TILE, WEB, RenditionSpec
from apps.media.render_result import Rendered, RenditionFile
from apps.media.wholeness import TOO_MANY, check_size, opened

if TYPE_CHECKING:
    from apps.media.planes import Decoded, Planes

__all__ = [
    "fit",
    "fitted",
    "open_upright",
    "preload",
    "render",
    "write_presets",
]

FIT_QUALITY = 92
# A larger profile would outweigh the small renditions; those pictures become sRGB instead.
MAX_ICC_BYTES = 64 * 1024
# Pillow has a limit of its own, lower than ours; it warns above this number and raises above twice as many.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112
# Rows of a picture that is made smaller, at a time.
_BAND = 256
# A picture twice as large as this many of its new pixels is first taken in fours (`Image.resize`, "reducing_gap").
_GAP = 2.0
_SRGB = ImageCms.createProfile("sRGB")


def preload() -> None:
    """Load once what pictures are decoded with, before the first. Not at import: it takes a while."""
    from apps.media import colour, tiff_kinds  # noqa: F401

    decoders.preload()


def render(source: Path, out_dir: Path, *, presets: Sequence[RenditionSpec] = PRESETS) -> Rendered:
    """Write the renditions of the picture `source` into the folder `out_dir`, and tell what it is.

    presets: largest first; each rendition is made from the one before. Raises NotAnImage,
    TooManyPixels or Damaged with a sentence for the photographer.
    """
    preload()
    format, picture, profile, size, facts = _decode_to_code(source)
    files, made = write_presets(picture, profile, out_dir, presets)
    return Rendered(
        format=format.name,
        mime=format.mime,
        width=size[0],
        height=size[1],
        color=appearance.dominant_color(_in_rgb(made[TILE.name])),
        phash=appearance.phash(_in_rgb(made[THUMB.name])),
        facts=facts,
        renditions=tuple(files),
        recipe=RECIPE,
    )


def fitted(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """`size` with its long side at most `edge`, in proportion, never enlarged, never below 1 px."""
    longest = max(size)
    if longest <= edge:
        return size
    width, height = (max(1, round(side * edge / longest)) for side in size)
    return width, height


def fit(source: Path, out_dir: Path) -> dict[str, int]:
    """Write `fit.jpg`: the picture upright with its long side at most as `wish.json` in `out_dir` says.

    Never enlarged; of the file's metadata only the profile is kept. Returns width and height. Raises as `render`.
    """
    wish = json.loads((out_dir / WISH).read_text())
    return _fit_to(source, out_dir / FIT, int(wish["edge"]))


def whole(source: Path, out_dir: Path, *, file: str) -> dict[str, int]:
    """Write all pixels as a JPEG of this name: for files that cannot be rewritten in place. Returns as `fit`."""
    return _fit_to(source, out_dir / file, MAX_PIXELS)


def _fit_to(source: Path, path: Path, edge: int) -> dict[str, int]:
    preload()
    _, picture, profile, _, _ = _decode(source, edge)
    # Pillow writes a comment of the old file into the new one by itself.
    picture.info.clear()
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=FIT_QUALITY, icc_profile=profile or None, exif=b"")
    write_new(path, encoded.getbuffer())
    return {"width": picture.width, "height": picture.height}


def open_upright(source: Path, edge: int) -> tuple[Image.Image, tuple[int, int]]:
    """The picture upright in 8-bit RGB with a long side of at most `edge`, and its whole size in pixels, upright too.

    Never enlarged. Raises as `render`.
    """
    preload()
    _, picture, _, size, _ = _decode(source, edge)
    return picture, size


def hash_again(source: Path, out_dir: Path) -> dict[str, str]:
    """The perceptual hash alone, of the same picture that `render` takes it of. Raises as `render`."""
    preload()
    _, picture, *_ = _decode_to_code(source)
    return {"phash": appearance.phash(_in_rgb(_smaller(picture, THUMB.long_edge)))}


def write_presets(
    picture: Image.Image | Planes, profile: bytes, out_dir: Path, presets: Sequence[RenditionSpec] = PRESETS
) -> tuple[list[RenditionFile], dict[str, Image.Image | Planes]]:
    """Write an upright picture in these sizes; also gives the pictures by name of the size."""
    files, made = [], {}
    for preset in presets:
        picture = made[preset.name] = _smaller(picture, preset.long_edge)
        files.append(_write(picture, preset, profile, out_dir))
    return files, made


_Small = TypeVar("_Small")


def _decode(source: Path, edge: int = WEB.long_edge) -> tuple[Format, Image.Image, bytes, tuple[int, int], Facts]:
    """Format, picture with a long side of at most `edge` (RGB, upright), profile to keep, size and facts."""
    return _decode_as(source, edge, lambda decoded: decoded.as_rgb())


def _decode_to_code(source: Path) -> tuple[Format, Image.Image | Planes, bytes, tuple[int, int], Facts]:
    """The same for the web size; in planes where it comes so."""
    return _decode_as(source, WEB.long_edge, lambda decoded: decoded.as_planes())


def _decode_as(
    source: Path, edge: int, made: Callable[[Decoded], _Small]
) -> tuple[Format, Image.Image | _Small, bytes, tuple[int, int], Facts]:
    """The same, with what `made` makes of a picture that comes in planes."""
    with warnings.catch_warnings():
        # Pillow warns of odd metadata; the picture counts, and nobody reads a jail's stderr.
        warnings.simplefilter("ignore")
        format, file = opened(source)
        try:
            picture, profile, size, facts = _decode_and_make(source, file, format, edge, made)
        except (BadFile, memory.NeedsMore):
            raise
        except Image.DecompressionBombError as error:
            raise TooManyPixels(TOO_MANY) from error
        except MemoryError as error:
            raise memory.NeedsMore.than_there_was() from error
        except Exception as error:  # decoders of hostile bytes raise anything: SyntaxError, struct.error ...
            if format is HEIF:
                heif_kinds.refuse_unknown_kind(source)
            raise Damaged from error
    return format, picture, profile, size, facts


def _decode_and_make(
    source: Path, file: Path | io.BytesIO, format: Format, edge: int, made: Callable[[Decoded], _Small]
) -> tuple[Image.Image | _Small, bytes, tuple[int, int], Facts]:
    try:
        return _made_of(_DECODERS.get(format.kind, _decode_image)(source, file, format, edge), made)
    except heif_kinds.NotAsPhonesWrite:
        return _made_of(_decode_image(source, file, format, edge, small=_not_small), made)


def _made_of(
    read: _Read, made: Callable[[Decoded], _Small]
) -> tuple[Image.Image | _Small, bytes, tuple[int, int], Facts]:
    decoded, profile, size, facts = read
    return decoded if isinstance(decoded, Image.Image) else made(decoded), profile, size, facts


_Read: TypeAlias = "tuple[Image.Image | Decoded, bytes, tuple[int, int], Facts]"
_Reduction: TypeAlias = "Callable[[Image.Image, Path, int], Decoded | None]"


def _decode_image(
    source: Path, file: Path | io.BytesIO, format: Format, edge: int, small: _Reduction | None = None
) -> _Read:
    """small: what makes it small while it is decoded, or not; as the format has it."""
    with _image(source, file, format) as image:
        check_size(image.size)
        memory.claim(image, format, edge)
        facts, size = camera_tags.read(image, format), image.size
        decoded = (small or _SMALL.get(format, _not_small))(image, source, edge)
        pixels = image if decoded is not None else _loaded(image, source, format)
        turn = _UPRIGHT.get(_orientation(image))
        picture, profile = _coloured(pixels, decoded, source, format, edge)
    # The web size is turned, not the original: it is the same picture for a tenth of the work.
    if turn is not None:
        picture = picture.transpose(turn)
        size = size[::-1] if turn in _SIDEWAYS else size
    return picture, profile, size, facts


def _loaded(image: Image.Image, source: Path, format: Format) -> Image.Image:
    """The opened picture with its pixels; a WebP's may be RGBX, which Pillow makes small as it does RGB."""
    if format is WEBP:
        # With numpy.
        from apps.media import webp_stills

        picture = webp_stills.loaded(image, source)
        if picture is not None:
            return picture
    image.load()
    return image


def _not_small(image: Image.Image, source: Path, edge: int) -> None:
    """The decoders of the other formats know one size."""


def _small_jpeg(image: Image.Image, source: Path, edge: int) -> Decoded | None:
    """A JPEG to be made small in planes, if it is of the usual kind and larger than `edge`; else it is asked to be."""
    size = fitted(image.size, edge)
    small = None
    if size != image.size:
        # With FFmpeg.
        from apps.media import jpeg_stills

        small = jpeg_stills.reduced(image, size)
    if small is None:
        image.draft(None, size)
    return small


def _small_heif(image: Image.Image, source: Path, edge: int) -> Decoded | None:
    """A HEIC picture to be made small in its planes, if it is of a phone's kind and larger than `edge`."""
    told = image.info
    if max(image.size) <= edge or image.mode != "RGB" or (told.get("bit_depth"), told.get("chroma")) != (8, 420):
        return None
    # With FFmpeg.
    from apps.media import hevc_stills

    return hevc_stills.reduced(source, image.size, fitted(image.size, edge))


_SMALL: dict[Format, _Reduction] = {HEIF: _small_heif, JPEG: _small_jpeg}


def _decode_raw(source: Path, file: Path | io.BytesIO, format: Format, edge: int) -> _Read:
    with camera_raw.opened(source, edge) as raw:
        memory.claim(raw.image, JPEG, edge)
        small = _small_jpeg(raw.image, source, edge)
        if small is None:
            # A preview that is small enough as it is would be decoded later, when its file is closed.
            raw.image.load()
        picture, profile = _coloured(raw.image, small, source, JPEG, edge)
    return picture if raw.turn is None else picture.transpose(raw.turn), profile, raw.size, raw.facts


def _decode_video(source: Path, file: Path | io.BytesIO, format: Format, edge: int) -> _Read:
    from apps.media import video

    poster = video.poster(source, format)
    picture, profile = _to_rgb(_shrunk(poster.image, edge), b"")
    return picture, profile, poster.size, poster.facts


_DECODERS = {"raw": _decode_raw, "video": _decode_video}
_SIDEWAYS = {_UPRIGHT[value] for value in (5, 6, 7, 8)}


@contextmanager
def _image(source: Path, file: Path | io.BytesIO, format: Format) -> Iterator[Image.Image]:
    """The picture of a whole file, not yet decoded. Raises UnknownKind where the decoder does not know its kind."""
    if format is TIFF:
        # With numpy, which web processes do without.
        from apps.media import tiff_kinds

        with tiff_kinds.opened(source) as image:
            yield image
        return
    if format is JPEG:
        jpeg_scans.check_kind(source)
    with Image.open(file, formats=[format.name]) as image:
        yield image


def _coloured(
    image: Image.Image, small: Decoded | None, source: Path, format: Format, edge: int
) -> tuple[Image.Image | Decoded, bytes]:
    """The decoded picture made small, as RGB, and the profile that belongs to it.

    small: its planes, if it has some; they stay so where no colour is to be changed.
    """
    profile = _profile(image)
    from apps.media import colour

    told = colour.ToldColours() if profile else colour.told(image, source, format)
    if not profile and image.mode in _RGB_MODES:
        profile = told.profile()
    if small is not None and small.has_planes and not told.transfer and (not profile or _can_stay(profile)):
        return small, profile
    plain = _shrunk(_plain_mode(image), edge) if small is None else small.as_rgb()
    if plain.mode == "RGBX":
        plain = plain.convert("RGB")
    picture, profile = _to_rgb(plain, profile)
    return (colour.brought_down(picture, told), b"") if told.transfer else (picture, profile)


_RGB_MODES = {"RGB", "RGBA", "RGBX", "RGBa", "P", "PA", "YCbCr"}


def _orientation(image: Image.Image) -> int:
    """What is left to do after decoding: the TIFF and HEIF decoders turn the picture themselves.

    Only EXIF's word counts, as in browsers: the original, the previews and cleaned copies must stand the same way.
    """
    try:
        value = camera_tags.exif_of(image).get(_ORIENTATION, 1)
    except Exception:  # hostile tags raise anything; a picture without an orientation stands upright
        return 1
    return value if isinstance(value, int) else 1


def _plain_mode(image: Image.Image) -> Image.Image:
    """The image in a mode that can be resized smoothly: L, RGB, RGBX, RGBA, CMYK or LAB."""
    from apps.media import tiff_kinds

    if tiff_kinds.is_deep(image):
        return tiff_kinds.eight_bit(image)
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in ("L", "RGB", "RGBX", "CMYK", "LAB") else image.convert("RGB")


def _profile(image: Image.Image) -> bytes:
    """The embedded ICC profile if it can be read, else nothing."""
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes) or len(profile) < 128:
        return b""
    try:
        ImageCms.ImageCmsProfile(io.BytesIO(profile))
    except (OSError, ImageCms.PyCMSError):
        return b""
    return profile


def _to_rgb(picture: Image.Image, profile: bytes) -> tuple[Image.Image, bytes]:
    """RGB and the profile that now belongs to it: its own, or none where it became sRGB."""
    if picture.mode == "RGBA":
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture, mask=picture.getchannel("A"))
        picture = paper
    if not profile or picture.mode == "RGB" and _can_stay(profile):
        return (picture if picture.mode == "RGB" else _unmanaged(picture)), profile
    try:
        converted = ImageCms.profileToProfile(picture, io.BytesIO(profile), _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, ValueError):
        return _unmanaged(picture), b""
    return converted or _unmanaged(picture), b""


def _can_stay(profile: bytes) -> bool:
    """Whether a rendition in RGB may carry the profile of its original."""
    return profile[16:20] == b"RGB " and len(profile) <= MAX_ICC_BYTES


def _unmanaged(picture: Image.Image) -> Image.Image:
    if picture.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return ImageCms.profileToProfile(picture, lab, _SRGB, outputMode="RGB") or picture.convert("RGB")
    return picture.convert("RGB")


def _in_rgb(picture: Image.Image | Planes) -> Image.Image:
    return picture if isinstance(picture, Image.Image) else picture.as_rgb()


def _smaller(picture: Image.Image | Planes, edge: int) -> Image.Image | Planes:
    if isinstance(picture, Image.Image):
        return _shrunk(picture, edge)
    size = fitted(picture.size, edge)
    return picture if size == picture.size else picture.resize(size)


def _shrunk(picture: Image.Image, edge: int) -> Image.Image:
    size = fitted(picture.size, edge)
    if size == picture.size:
        return picture
    # Measured against LANCZOS from a full decode: at web size BICUBIC is a little softer (40 dB and more) and
    # saves a third of that step; on thumbnails LANCZOS keeps a tenth more detail for 10 ms. From the web size, which is
    # three times a thumbnail's, pixels are first taken in fours: half the time for 0.0015 of SSIM.
    if edge < WEB.long_edge:
        return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=1.5)
    if 2 * _GAP * edge > max(picture.size):
        return _resized_in_bands(picture, size)
    return picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=_GAP)


def _resized_in_bands(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """What `resize` makes, without its copy of the whole picture in one new measure and one old: 19 MB of 24 MP.

    A band begins where a row of the old picture begins, so its pixels are weighed as in the whole; what lies beyond a
    band's edge counts as ever. Where no such rows are, it is one band.
    """
    width, height = size
    step = height // gcd(height, picture.height)
    step *= max(1, _BAND // step)
    made = Image.new(picture.mode, size)
    made.info = dict(picture.info)
    for top in range(0, height, step):
        bottom = min(height, top + step)
        box = (0, top * picture.height // height, picture.width, bottom * picture.height // height)
        made.paste(picture.resize((width, bottom - top), Image.Resampling.BICUBIC, box=box), (0, top))
    return made


def _write(picture: Image.Image | Planes, preset: RenditionSpec, profile: bytes, out_dir: Path) -> RenditionFile:
    file = webp.encoded(picture, quality=preset.quality, method=preset.method, profile=profile)
    write_new(out_dir / preset.file, file)
    return RenditionFile(preset.name, preset.file, *picture.size, len(file))


def write_new(path: Path, data: bytes | memoryview) -> None:
    """Write a file that is not there yet."""
    # Exclusive: a file that is there already is not ours, and a link would lead out of the folder.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
