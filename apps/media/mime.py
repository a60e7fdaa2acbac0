"""The media type and the file name with which a stored file leaves. Pure."""

import re
import unicodedata
from urllib.parse import quote

from apps.media.formats import FORMATS

PLAIN_BYTES = "application/octet-stream"
_EXTENSIONS = {format.mime: format.extensions for format in FORMATS.values()}


# Every type that a stored file leaves as.
SENT = (*_EXTENSIONS, PLAIN_BYTES)


def safe_mime(mime: str) -> str:
    """The type itself if it is one of our picture formats, else plain bytes: never text, HTML or SVG."""
    return mime if mime in _EXTENSIONS else PLAIN_BYTES


def download_name(name: str, mime: str) -> str:
    """The name a file gets on the visitor's disk: the camera's, ending as its true format does.

    "IMG_1.JPG" stays; as WebP it is "IMG_1.webp"; "trick.html" becomes "trick.html.jpg".
    """
    name = re.sub(r"[/\\\x00-\x1f\x7f\ud800-\udfff]", "", name).strip(". ") or "photo"
    wanted = _EXTENSIONS.get(mime)
    if wanted is None:
        return f"{name}.bin"
    stem, _dot, suffix = name.rpartition(".")
    extension = suffix.lower() if stem else ""
    if extension in wanted:
        return name
    known = any(extension in others for others in _EXTENSIONS.values())
    return f"{stem if known else name}.{wanted[0]}"


def disposition(name: str, *, attachment: bool = True) -> str:
    """Content-Disposition with the name in both forms (RFC 6266, appendix D): plain letters, and exactly as UTF-8.

    The plain form has no per cent sign: browsers would take what follows it for the code of a letter.
    """
    kind = "attachment" if attachment else "inline"
    return f"{kind}; filename=\"{_plain_letters(name)}\"; filename*=UTF-8''{quote(name, safe='')}"


def _plain_letters(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("\u2019", "'"))
    letters = (c for c in decomposed if not unicodedata.combining(c) and not 0x200B <= ord(c) <= 0x200F)
    return "".join(c if " " <= c <= "~" and c not in '%"\\' else "_" for c in letters)
