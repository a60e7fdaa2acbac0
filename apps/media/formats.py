"""What a file is, told by its first bytes. The name it came with decides nothing."""

import re
import struct
from dataclasses import dataclass

from apps.web.refusal import Refusal

#: How many bytes of a file `sniff` wants to see (fewer if the file is shorter).
HEAD_BYTES = 4096


class BadFile(Refusal):
    """The file can never become a photo. `reason` is a sentence for the photographer."""

    status = 422
    code = "bad_file"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAnImage(BadFile):
    """The file is of a kind that galleries do not take."""

    status = 415
    code = "not_an_image"


class Damaged(BadFile):
    """The file is a picture, but cannot be read to its end."""

    def __init__(self, reason: str = "This file is damaged or incomplete. Export it again and upload it.") -> None:
        super().__init__(reason)


class TooManyPixels(BadFile):
    """The picture would need more memory than one photo may take."""


class UnknownKind(BadFile):
    """The file is whole and of a format that is taken, but of a kind of it that no decoder here can show."""

    def __init__(self, kind: str, way_out: str = "8 or 16 bit RGB") -> None:
        super().__init__(
            f"This file is {kind}, which Glassine cannot show. Export it as {way_out} and upload it again."
        )


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is taken.

    name: Pillow's or, for videos, that of FFmpeg's reader.  extensions: without a dot, the first is the one we give.
    kind: image, raw or video, as on the photo's row.
    """

    name: str
    mime: str
    extensions: tuple[str, ...]
    kind: str = "image"

    @property
    def extension(self) -> str:
        return self.extensions[0]


JPEG = Format("JPEG", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif", "jif", "mpo", "pjpeg", "pjp"))
PNG = Format("PNG", "image/png", ("png", "apng"))
WEBP = Format("WEBP", "image/webp", ("webp",))
AVIF = Format("AVIF", "image/avif", ("avif", "avifs"))
TIFF = Format("TIFF", "image/tiff", ("tif", "tiff"))
HEIF = Format("HEIF", "image/heic", ("heic", "heif", "hif", "heics", "heifs"))
GIF = Format("GIF", "image/gif", ("gif",))
# One type for all makers, as in the freedesktop.org MIME database; LibRaw tells them apart.
RAW = Format(
    "RAW",
    "image/x-dcraw",
    (
        "dng", "cr2", "cr3", "crw", "nef", "nrw", "arw", "sr2", "srf", "raf", "orf", "rw2", "rwl", "raw", "pef", "ptx",
        "srw", "3fr", "fff", "iiq", "mos", "mef", "erf", "kdc", "dcr", "mrw", "x3f", "gpr",
    ),
    "raw",
)  # fmt: skip
MP4 = Format("MP4", "video/mp4", ("mp4", "m4v", "3gp", "3g2"), "video")
MOV = Format("MOV", "video/quicktime", ("mov", "qt"), "video")
WEBM = Format("WEBM", "video/webm", ("webm",), "video")
MKV = Format("MKV", "video/x-matroska", ("mkv",), "video")
AVI = Format("AVI", "video/x-msvideo", ("avi",), "video")
FORMATS = {format.name: format for format in (JPEG, PNG, WEBP, AVIF, TIFF, HEIF, GIF, RAW, MP4, MOV, WEBM, MKV, AVI)}

#: Every ending that a file may carry; what the bytes say counts all the same.
EXTENSIONS = tuple(extension for format in FORMATS.values() for extension in format.extensions)
VIDEO_EXTENSIONS = tuple(
    extension for format in FORMATS.values() if format.kind == "video" for extension in format.extensions
)

TAKEN = (
    "Glassine takes JPEG, PNG, WebP, AVIF, TIFF, HEIC, GIF and camera RAW, and videos as MP4, MOV, WebM, MKV and AVI."
)
EMPTY = "This file is empty (0 bytes). Please upload it again."
VIDEO = "Glassine does not know this kind of video. Export it as MP4 or MOV and upload it again."
SOUND = "This is a sound recording, not a photo or a video."
SVG = "SVG drawings are not accepted because they can contain scripts. Please export it as PNG."
PDF = "This is a document (PDF or PostScript), not a photo. Please export its pages as JPEG."
TEXT = "This is a text or web page, not a photo."
ARCHIVE = "This is an archive. Please unpack it and upload the photos."
PROGRAM = "This is a program, not a photo."
OTHER_PICTURE = "This is a {} picture. Please save it as JPEG, PNG or TIFF. " + TAKEN
UNKNOWN = "Glassine does not know this kind of file. " + TAKEN

_MAGIC = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"FUJIFILMCCD-RAW", RAW),
    (b"IIRO", RAW),
    (b"IIRS", RAW),
    (b"MMOR", RAW),
    (b"IIU\x00", RAW),
    (b"FOVb", RAW),
    (b"\x00MRM", RAW),
    (b"II\x1a\x00\x00\x00HEAPCCDR", RAW),
)
_REFUSED = (
    (b"%PDF", PDF),
    (b"%!PS", PDF),
    (b"PK\x03\x04", ARCHIVE),
    (b"PK\x05\x06", ARCHIVE),
    (b"Rar!", ARCHIVE),
    (b"7z\xbc\xaf", ARCHIVE),
    (b"\x1f\x8b", ARCHIVE),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"FLV\x01", VIDEO),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", VIDEO),
    (b"\x00\x00\x01\xba", VIDEO),
    (b"ID3", SOUND),
    (b"OggS", SOUND),
    (b"8BPS", OTHER_PICTURE.format("Photoshop")),
    (b"BM", OTHER_PICTURE.format("BMP")),
    (b"\x00\x00\x00\x0cjP  ", OTHER_PICTURE.format("JPEG 2000")),
    (b"\xff\x4f\xff\x51", OTHER_PICTURE.format("JPEG 2000")),
    (b"\x00\x00\x00\x0cJXL ", OTHER_PICTURE.format("JPEG XL")),
    (b"\xff\x0a", OTHER_PICTURE.format("JPEG XL")),
)
_TIFF_MAGIC = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_AVIF_BRANDS = {b"avif", b"avis"}
# The last line: brands of pictures that are coded otherwise, which only the decoder's own words can refuse.
_HEIF_BRANDS = {
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"mif2",
    b"avci", b"avcs", b"j2ki", b"j2is", b"jpeg", b"jpgs", b"vvic", b"vvis", b"evbi", b"unif",
}  # fmt: skip
_SOUND_BRANDS = {b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "}
# QuickTime of before `ftyp` begins with one of these boxes.
_OLD_QUICKTIME = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
# Tags that only RAW files have in their first directory, and the parts of a preview in front of raw data.
_SUBFILE_TYPE, _WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC, _SUB_IFDS = 0xFE, 0x100, 0x101, 0x103, 0x106, 0x14A
# DNG's version, TIFF/EP's standard and colour filters, the private directories of Sony, Leaf and Kodak.
_RAW_TAGS = {0xC612, 0x9216, 0x828D, 0x828E, 0x7200, 0x8606, 0xFE00}
_RAW_PHOTOMETRICS = {32803, 34892}
_RAW_MAKERS = (
    b"NIKON CORPORATION", b"SONY", b"PENTAX", b"RICOH", b"SAMSUNG", b"Hasselblad", b"EPSON", b"Phase One", b"Leaf",
    b"Mamiya", b"Canon", b"Kodak", b"KODAK", b"LEICA", b"Panasonic", b"OLYMPUS", b"SIGMA",
)  # fmt: skip
_THUMBNAIL_SIDE = 320
_RAW_COMPRESSIONS = {32767, 32769, 34713, 34892, 65000, 65535}


#: Of XMP beside a photo (RFC 3870).
SIDECAR_MIME = "application/rdf+xml"
_SIDECAR = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?<(?:\?xpacket begin=|x:xmpmeta[\s>]|rdf:RDF[\s>])"
)


def is_sidecar(head: bytes) -> bool:
    """True for a file that begins as an XMP packet does (XMP part 1, 7.3)."""
    return _SIDECAR.match(head) is not None


def is_film(mime: str) -> bool:
    """True for the type of a video."""
    return mime.startswith("video/")


def sniff(head: bytes) -> Format:
    """The format of a file that begins with `head` (its first HEAD_BYTES, or all of it if shorter).

    A file that is a picture and something else at once counts as the picture: it is never served as
    anything else. Raises NotAnImage with a sentence for the photographer.
    """
    if not head:
        raise NotAnImage(EMPTY)
    for magic, format in _MAGIC:
        if head.startswith(magic):
            return format
    if head.startswith(_TIFF_MAGIC):
        return _tiff(head)
    if head[:4] == b"RIFF":
        return _riff(head)
    if head[4:8] == b"ftyp":
        return _boxed(head)
    return _film(head)


def _film(head: bytes) -> Format:
    """Videos that say so otherwise than by brands."""
    if head[4:8] in _OLD_QUICKTIME:
        return MOV
    if head.startswith(b"\x1aE\xdf\xa3"):
        # The kind of document stands among the first elements (RFC 9559, 5.1).
        return WEBM if b"webm" in head[:64] else MKV
    raise NotAnImage(_why_not(head))


def _riff(head: bytes) -> Format:
    if head[8:12] == b"WEBP":
        return WEBP
    if head[8:12] == b"AVI ":
        return AVI
    raise NotAnImage(SOUND if head[8:12] == b"WAVE" else UNKNOWN)


def _boxed(head: bytes) -> Format:
    """ISO base media: the brands say whether it is a still picture, RAW, a video or sound."""
    size = int.from_bytes(head[:4], "big")
    main = head[8:12]
    brands = {head[at : at + 4] for at in (8, *range(16, min(size, len(head)) - 3, 4))}
    if main == b"crx ":
        return RAW
    if brands & _AVIF_BRANDS:
        return AVIF
    if brands & _HEIF_BRANDS:
        return HEIF
    if main in _SOUND_BRANDS:
        raise NotAnImage(SOUND)
    return MOV if main == b"qt  " else MP4


def _tiff(head: bytes) -> Format:
    big = b"+" in head[2:4]  # its directory is laid out otherwise; no camera writes RAW so
    return RAW if head[8:10] == b"CR" or (not big and _looks_raw(_first_directory(head), head)) else TIFF


def _first_directory(head: bytes) -> dict[int, int]:
    """Tags of the first TIFF directory with their first short or long value, as far as `head` reaches."""
    order = "<" if head[:2] == b"II" else ">"
    tags: dict[int, int] = {}
    try:
        (start,) = struct.unpack_from(order + "I", head, 4)
        (count,) = struct.unpack_from(order + "H", head, start)
        for at in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _ = struct.unpack_from(order + "HHI", head, at)
            (tags[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), head, at + 8)
    except struct.error:
        return tags
    return tags


def _looks_raw(tags: dict[int, int], head: bytes) -> bool:
    preview_first = bool(tags.get(_SUBFILE_TYPE, 0) & 1) and _SUB_IFDS in tags
    mosaic = not _RAW_TAGS.isdisjoint(tags) or tags.get(_PHOTOMETRIC) in _RAW_PHOTOMETRICS
    # A thumbnail in front of tags that the file does not hold any more, or that only its maker knows.
    side = max(tags.get(_WIDTH, 0), tags.get(_HEIGHT, 0))
    stub = 0 < side <= _THUMBNAIL_SIDE and any(maker in head for maker in _RAW_MAKERS)
    return mosaic or preview_first or stub or tags.get(_COMPRESSION) in _RAW_COMPRESSIONS


def _why_not(head: bytes) -> str:
    for magic, reason in _REFUSED:
        if head.startswith(magic):
            return reason
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\x00", b"")
    lower = text.lower()
    if b"<svg" in lower and b"<html" not in lower:
        return SVG
    return TEXT if _is_text(text) else UNKNOWN


def _is_text(head: bytes) -> bool:
    printable = sum(byte >= 32 or byte in b"\t\r\n" for byte in head)
    return len(head) >= 4 and printable >= 0.95 * len(head)
