"""Files of other kinds than JPEG for the bench: RAW with its camera's preview, and videos of any length."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

SIDES, RATE, SECONDS = (1920, 1080), 25, 10
#: Bits a second: what browsers play as it is (`media.video` encodes what has more).
BITS = 11_000_000


def photographed(folder: Path, texture: Path) -> Path:
    """The texture with all that a camera tells of a picture, coded as before."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Glassine", "Bench", 1
    facts = {0x9003: "2001:01:01 00:00:00", 0x829A: 0.004, 0x829D: 2.8, 0x8827: 400, 0x920A: 50.0, 0xA434: "Bench 50"}
    exif.get_ifd(0x8769).update(facts)
    path = folder / texture.name
    with Image.open(texture) as image:
        image.save(path, quality="keep", exif=exif)
    return path


def raw(folder: Path, preview: Path) -> Path:
    """A DNG of the preview's size (JPEG): its sensor's picture, not compressed, and the preview as the camera's own."""
    with Image.open(preview) as image:
        width, height = image.size
    # As cameras write it, what is told first: before what LibRaw does not know as such it puts words of its own.
    shown, sensor = _without_jfif(preview.read_bytes()), width * height * 2
    maker, model = b"Glassine\0", b"Glassine Bench\0"
    # Behind both directories: the texts, the matrix from XYZ (here that of sRGB), the preview, the sensor.
    first_at, second_at, extra = 8, 8 + 2 + 12 * 18 + 4, 8 + 2 + 12 * 18 + 4 + 2 + 12 * 9 + 4
    matrix = b"".join(struct.pack("<ii", round(one * 10_000), 10_000) for one in _XYZ_TO_SRGB)
    texts_at, model_at, matrix_at = extra, extra + len(maker), extra + len(maker) + len(model)
    preview_at = matrix_at + len(matrix)
    sensor_at = preview_at + len(shown)
    tags = [
        (0xFE, 4, 1, 0), (0x100, 4, 1, width), (0x101, 4, 1, height), (0x102, 3, 1, 16), (0x103, 3, 1, 1),
        (0x106, 3, 1, 32803), (0x10F, 2, len(maker), texts_at), (0x110, 2, len(model), model_at),
        (0x111, 4, 1, sensor_at), (0x112, 3, 1, 1), (0x115, 3, 1, 1), (0x116, 4, 1, height), (0x117, 4, 1, sensor),
        (0x828D, 3, 2, 2 | 2 << 16), (0x828E, 1, 4, 0x02010100), (0xC612, 1, 4, 0x00000401),
        (0xC614, 2, len(model), model_at), (0xC621, 10, 9, matrix_at),
    ]  # fmt: skip
    small = [
        (0xFE, 4, 1, 1), (0x100, 4, 1, width), (0x101, 4, 1, height), (0x103, 3, 1, 6), (0x106, 3, 1, 6),
        (0x111, 4, 1, preview_at), (0x115, 3, 1, 3), (0x116, 4, 1, height), (0x117, 4, 1, len(shown)),
    ]  # fmt: skip
    path = folder / f"{preview.stem}.dng"
    with path.open("wb") as file:
        file.write(struct.pack("<2sHI", b"II", 42, first_at) + _directory(tags, second_at) + _directory(small, 0))
        file.write(maker + model + matrix + shown)
        # Grey: what the sensor saw is not looked at, only carried.
        file.write(np.full(width * height, 0x2000, "<u2").tobytes())
    return path


def _without_jfif(jpeg: bytes) -> bytes:
    return jpeg[:2] + jpeg[4 + int.from_bytes(jpeg[4:6], "big") :] if jpeg[2:4] == b"\xff\xe0" else jpeg


_XYZ_TO_SRGB = (3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570)


def _directory(tags: Sequence[tuple[int, int, int, int]], following: int) -> bytes:
    """A TIFF directory; values of more than four bytes are told by their place."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)


def film(path: Path, texture: Path, *, size: int) -> Path:
    """A 1080p video of about `size` bytes that browsers play as it is: ten seconds over a texture, again and again."""
    part = path.with_suffix(".part.mp4")
    _ten_seconds(part, texture)
    times = max(1, round(size / part.stat().st_size))
    with av.open(str(part)) as source, av.open(str(path), "w") as made:
        stream = source.streams.video[0]
        copy = made.add_stream_from_template(stream)
        # The last packet ends the stream and has no time.
        packets = [
            (packet.pts, packet.dts, packet.is_keyframe, bytes(packet))
            for packet in source.demux(stream)
            if packet.pts is not None and packet.dts is not None
        ]
        tick = stream.time_base or Fraction(1, 1000)
        length = round(SECONDS / tick)
        for turn in range(times):
            for pts, dts, is_key, content in packets:
                packet = av.Packet(content)
                packet.stream, packet.time_base, packet.is_keyframe = copy, tick, is_key
                packet.pts, packet.dts = pts + turn * length, dts + turn * length
                made.mux(packet)
    part.unlink()
    return path


def _ten_seconds(path: Path, texture: Path) -> None:
    """The window moves over the picture."""
    with Image.open(texture) as image:
        picture = np.asarray(image.convert("RGB"))
    with av.open(str(path), "w") as made:
        options = {"preset": "ultrafast", "nal-hrd": "cbr", "minrate": str(BITS), "maxrate": str(BITS)}
        stream: Any = made.add_stream("libx264", rate=RATE, options=options | {"bufsize": str(BITS)})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = *SIDES, "yuv420p", BITS
        for number in range(SECONDS * RATE):
            seen = np.ascontiguousarray(picture[number * 4 : number * 4 + SIDES[1], number * 8 : number * 8 + SIDES[0]])
            made.mux(stream.encode(av.VideoFrame.from_ndarray(seen, format="rgb24")))
        made.mux(stream.encode())
