"""Pictures in all formats that carry what nobody else should read: a place, serial numbers, an owner, a thumbnail.

Every private text holds `SECRET`, so that any reader, or a search in the bytes, finds what was left.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from apps.media import images

SECRET = "ZQXSECRET"
CREATOR, RIGHTS = "Zoë Quill", "© 2024 Zoë Quill"
TAKEN, OFFSET = "2024:05:06 07:08:09", "+02:00"
ORIENTATION = 6
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

XMP = f"""<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>
<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about=''
 xmlns:exif='http://ns.adobe.com/exif/1.0/' xmlns:aux='http://ns.adobe.com/exif/1.0/aux/'
 xmlns:dc='http://purl.org/dc/elements/1.1/' exif:GPSLatitude='52,30.1N' exif:GPSLongitude='13,22.5E'
 aux:SerialNumber='{SECRET}-xmp' aux:OwnerName='{SECRET}'>
<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>{RIGHTS}</rdf:li></rdf:Alt></dc:rights>
<dc:subject><rdf:Bag><rdf:li>{SECRET} keyword</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>""".encode()


def picture(width: int = 96, height: int = 64) -> Image.Image:
    """Something with edges, so that a turned or shifted copy differs."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.rectangle((8, 8, 40, 24), fill=(220, 30, 40))
    draw.ellipse((50, 20, 90, 60), fill=(20, 60, 200))
    return image


def exif() -> bytes:
    """EXIF with all of it, and what may stay."""
    made = Image.Exif()
    made[0x0112], made[0x013B], made[0x8298] = (
        ORIENTATION,
        CREATOR.encode(),
        RIGHTS.encode(),
    )
    made[0x010E] = f"{SECRET} description"
    made[0x010F], made[0x0110], made[0x0131] = "Nikon", "Z 9", f"{SECRET} software"
    camera = made.get_ifd(0x8769)
    camera |= {0x9003: TAKEN, 0x9011: OFFSET, 0x9291: "42", 0xA431: f"{SECRET}-serial", 0xA430: f"{SECRET} owner"}
    camera |= {0xA435: f"{SECRET}-lens", 0x927C: f"{SECRET} maker note".encode(), 0xA420: f"{SECRET}-unique"}
    place = made.get_ifd(0x8825)
    place |= {1: "N", 2: (52.0, 30.0, 6.0), 3: "E", 4: (13.0, 22.0, 30.0), 27: SECRET.encode()}
    return made.tobytes()


def iptc() -> bytes:
    """IPTC datasets."""
    sets = {80: CREATOR, 116: RIGHTS, 25: f"{SECRET} keyword", 90: f"{SECRET} city", 120: f"{SECRET} caption"}
    return b"".join(
        b"\x1c\x02" + bytes([key]) + struct.pack(">H", len(raw := text.encode())) + raw for key, text in sets.items()
    )


def photoshop() -> bytes:
    """Photoshop's image resources with IPTC inside."""
    data = iptc()
    return b"8BIM\x04\x04\0\0" + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)


def _saved(format: str, image: Image.Image | None = None, **options: object) -> bytes:
    images.preload()
    file = io.BytesIO()
    (image or picture()).save(file, format, **options)
    return file.getvalue()


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg() -> bytes:
    """JPEG with every segment that talks, one between scans, and a film behind its end."""
    plain = _saved("JPEG", quality=90, icc_profile=PROFILE, exif=exif(), xmp=XMP, progressive=True)
    extra = _segment(0xED, b"Photoshop 3.0\0" + photoshop()) + _segment(0xFE, f"{SECRET} comment".encode())
    extra += _segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + SECRET.encode())
    extra += _segment(0xE2, b"MPF\0" + SECRET.encode()) + _segment(0xE7, SECRET.encode())
    scan = plain.rindex(b"\xff\xda")
    between = _segment(0xFE, f"{SECRET} between scans".encode())
    return plain[:2] + extra + plain[2:scan] + between + plain[scan:] + b"\0\0\0\x18ftypmp42" + SECRET.encode() + exif()


def png() -> bytes:
    info = PngInfo()
    info.add_text("Comment", SECRET)
    info.add_text("Raw profile type iptc", SECRET, zip=True)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=False)
    info.add(b"tIME", b"\x07\xe8\1\1\1\1\1")
    return _saved("PNG", icc_profile=PROFILE, exif=exif(), pnginfo=info) + SECRET.encode()


def webp() -> bytes:
    return _saved("WEBP", quality=90, icc_profile=PROFILE, exif=exif(), xmp=XMP) + SECRET.encode()


def animated_webp() -> bytes:
    frames = [picture().rotate(90 * turn) for turn in range(3)]
    return _saved("WEBP", frames[0], save_all=True, append_images=frames[1:], exif=exif(), xmp=XMP)


def tiff() -> bytes:
    """TIFF with tags in two directories and a thumbnail as second picture."""
    tags = ImageFileDirectory_v2()
    tags[270], tags[305], tags[316] = f"{SECRET} description", SECRET, f"{SECRET} host"
    tags[700], tags[33723], tags[34377] = XMP, iptc(), photoshop()
    thumbnail = picture(24, 16)
    thumbnail.encoderinfo = {"tiffinfo": {254: 1, 270: SECRET}}
    data = Image.Exif()
    data.load(exif())
    for key, value in data.items():
        if key not in (0x8769, 0x8825):
            tags[key] = value
    tags[0x8769], tags[0x8825] = data.get_ifd(0x8769), data.get_ifd(0x8825)
    return _saved("TIFF", tiffinfo=tags, icc_profile=PROFILE, save_all=True, append_images=[thumbnail])


def heic() -> bytes:
    return _saved("HEIF", quality=90, icc_profile=PROFILE, exif=exif(), xmp=XMP) + _trailer()


def avif() -> bytes:
    return _saved("AVIF", quality=90, icc_profile=PROFILE, exif=exif(), xmp=XMP) + _trailer()


def _trailer() -> bytes:
    """A film as some telephones append it."""
    body = SECRET.encode() + exif()
    return struct.pack(">I", len(body) + 8) + b"mpvd" + body


def gif() -> bytes:
    frames = [picture().rotate(90 * turn) for turn in range(3)]
    return _saved("GIF", frames[0], save_all=True, append_images=frames[1:], comment=SECRET, loop=0)


FORMATS: dict[str, Callable[[], bytes]] = {
    "jpg": jpeg, "png": png, "webp": webp, "tif": tiff, "heic": heic, "avif": avif,
}  # fmt: skip
ALL: dict[str, Callable[[], bytes]] = {**FORMATS, "gif": gif, "animated.webp": animated_webp}


def stored(folder: Path, name: str) -> Path:
    """One of them as a file."""
    path = folder / f"private.{name}"
    path.write_bytes(ALL[name]())
    return path
