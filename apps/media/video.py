"""Videos by FFmpeg's libraries: what the file says, a poster, and a copy that browsers play. Runs in the jail only.

Its reader is told by our own look at the first bytes and may open local files alone: a playlist that names other files
or servers is no video here. What browsers play is H.264 with 8 bits and AAC or MP3 sound in MP4, the index in front.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.filter import Graph
from av.stream import Disposition
from PIL import Image

from apps.media import colour
from apps.media.facts import Facts, clean, parse_date, parse_offset
from apps.media.formats import AVI, MKV, MOV, MP4, SOUND, WEBM, Damaged, Format, NotAnImage
from apps.media.handover import VIDEO
from apps.media.wholeness import check_size

_READERS = {MP4.name: "mov", MOV.name: "mov", WEBM.name: "matroska", MKV.name: "matroska", AVI.name: "avi"}
_LOCAL_FILES = {"protocol_whitelist": "file"}
# A poster is looked for a tenth into the video, then from the start: many begin and end in black.
_POSTER_AT = (0.1, 0.0)
_LONGEST_SECONDS = 24 * 3600
# Standard deviation of grey levels below which a frame counts as blank.
_BLANK = 6.0
LONG_SIDE, SHORT_SIDE = 1920, 1080
# x264's constant quality: 20 is close to the original for people who look (x264's own guide calls 17 to 18 lossless).
_ENCODER = {"preset": "veryfast", "crf": "21", "profile": "high", "level": "4.1"}
_SOUND_RATE, _SOUND_BITS = 48_000, 160_000
_PLAYED_PIXELS = {"yuv420p", "yuvj420p"}
_PLAYED_SOUND = {"aac", "mp3"}
# Above this many bits a second a copy would stall on ordinary connections.
_PLAYED_BITS = 12_000_000
_THREADS = 2
_PLACE = re.compile(r"([+-]\d{2}(?:\.\d+)?)([+-]\d{3}(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?")
_HDR = {colour.PQ, colour.HLG}
# Numbers of ITU-T H.273: BT.709 as matrix, primaries and curve; and FFmpeg's of the limited range of levels.
_BT709, _LIMITED = 1, 1


@dataclass(frozen=True, slots=True)
class Poster:
    """image: upright, sRGB.  size: of the video in pixels as shown."""

    image: Image.Image
    size: tuple[int, int]
    facts: Facts


def poster(source: Path, format: Format) -> Poster:
    """A frame that shows something, and the facts. Raises NotAnImage for sound alone, Damaged, TooManyPixels."""
    with _opened(source, format) as container:
        stream = _film(container)
        check_size((stream.codec_context.width, stream.codec_context.height))
        frame = _telling_frame(container, stream)
        image = _upright(_shown(frame), frame.rotation)
        width, height = _square(frame, stream)
        size = (height, width) if frame.rotation % 180 else (width, height)
        return Poster(image.resize(size) if image.size != size else image, size, _facts(container))


@contextmanager
def _opened(source: Path, format: Format) -> Iterator[Any]:
    try:
        container = av.open(str(source), format=_READERS[format.name], options=_LOCAL_FILES, metadata_errors="ignore")
    except (av.FFmpegError, ValueError) as error:
        raise Damaged from error
    with container:
        yield container


def _film(container: Any) -> Any:
    """The moving pictures of a file. Raises NotAnImage if there are none."""
    films = [one for one in container.streams.video if not one.disposition & Disposition.attached_pic]
    if not films:
        raise NotAnImage(SOUND)
    films[0].codec_context.thread_count = _THREADS
    films[0].thread_type = "AUTO"
    return films[0]


def _seconds(container: Any) -> float | None:
    length = container.duration / 1_000_000 if container.duration else None
    return round(length, 3) if length and 0 < length <= _LONGEST_SECONDS else None


def _telling_frame(container: Any, stream: Any) -> Any:
    """The first frame that is not blank, of those that are tried. Raises Damaged if none can be decoded."""
    found = None
    for share in _POSTER_AT:
        try:
            container.seek(int((_seconds(container) or 0) * share * 1_000_000), backward=True)
            frame = next(container.decode(stream))
        except (av.FFmpegError, StopIteration):
            continue
        grey = frame.reformat(width=64, height=64, format="gray").to_ndarray()
        if np.std(grey) > _BLANK:
            return frame
        found = found or frame
    if found is None:
        raise Damaged
    return found


def _shown(frame: Any) -> Image.Image:
    """The colours of a frame on an ordinary display."""
    image: Image.Image = frame.to_image()
    transfer = int(frame.color_trc)
    if transfer not in _HDR:
        return image
    return colour.brought_down(image, colour.numbered(int(frame.color_primaries), transfer))


# How far a frame must be turned to the left to stand upright -> how Pillow turns it.
_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}


def _upright(image: Image.Image, rotation: int) -> Image.Image:
    turn = _TURNS.get(rotation % 360)
    return image if turn is None else image.transpose(turn)


def _square(frame: Any, stream: Any) -> tuple[int, int]:
    """Width and height of a frame in square pixels, not yet turned."""
    ratio = stream.sample_aspect_ratio
    wide = float(ratio) if ratio and 0.1 < float(ratio) < 10 else 1.0
    return max(1, round(frame.width * wide)), int(frame.height)


# -- what the file says ------------------------------------------------------------------------------


def _facts(container: Any) -> Facts:
    """By Apple's keys where they stand, which know the place's clock; else by the container, which knows UTC."""
    told = {str(name).lower(): str(value) for name, value in container.metadata.items()}
    by_clock = told.get("com.apple.quicktime.creationdate", "")
    moment = by_clock or told.get("creation_time", "") or told.get("date", "")
    taken_at = parse_date(moment)
    latitude, longitude, altitude = _place(
        told.get("com.apple.quicktime.location.iso6709") or told.get("location") or told.get("location-eng") or ""
    )
    return Facts(
        taken_at=taken_at,
        offset_minutes=parse_offset(moment[10:]) if taken_at else None,
        make=clean(told.get("com.apple.quicktime.make") or told.get("make")),
        model=clean(told.get("com.apple.quicktime.model") or told.get("model")),
        software=clean(told.get("com.apple.quicktime.software")),
        latitude=latitude,
        longitude=longitude,
        altitude_m=altitude,
        duration_seconds=_seconds(container),
    )


def _place(text: str) -> tuple[float | None, float | None, float | None]:
    """ISO 6709 as phones write it ("+52.3693+006.6761+10.53/"). 0, 0 is what they write before they know."""
    match = _PLACE.match(text)
    if match is None:
        return None, None, None
    latitude, longitude = float(match[1]), float(match[2])
    if abs(latitude) > 90 or abs(longitude) > 180 or (latitude == 0 and longitude == 0):
        return None, None, None
    return latitude, longitude, float(match[3]) if match[3] else None


# -- a copy that plays -------------------------------------------------------------------------------


def playable(source: Path, out_dir: Path, *, kind: str) -> dict[str, int]:
    """Write `video.mp4`, which browsers play, without anything that the file says of place, time and camera.

    kind: name of the format.  What can be played already is copied as it is, the rest is encoded with a long side of
    at most 1920 and a short one of at most 1080 pixels. Returns width and height. Raises as `poster`.
    """
    with _opened(source, _format(kind)) as container:
        stream = _film(container)
        check_size((stream.codec_context.width, stream.codec_context.height))
        sound = next(iter(container.streams.audio), None)
        with av.open(str(out_dir / VIDEO), "w", format="mp4", options={"movflags": "+faststart"}) as made:
            try:
                if _is_playable(container, stream, sound):
                    return _copy(container, stream, sound, made)
                return _encode(container, stream, sound, made, out_dir)
            except av.FFmpegError as error:
                raise Damaged from error


def beyond_white(source: Path, out_dir: Path, *, kind: str) -> dict[str, bool]:
    """Whether `playable` brings colours down that are brighter than white, as `is_so`. Raises as `poster`."""
    with _opened(source, _format(kind)) as container:
        stream = _film(container)
        if _is_playable(container, stream, next(iter(container.streams.audio), None)):
            return {"is_so": False}
        try:
            frame: Any = next(container.decode(stream))
        except (av.FFmpegError, StopIteration) as error:
            raise Damaged from error
        return {"is_so": int(frame.color_trc) in _HDR}


def stripped(source: Path, out_dir: Path, *, kind: str, file: str) -> dict[str, int]:
    """Write the same pictures and sound into a new file of the same kind, without what the file says beside them."""
    container_name = {MP4.name: "mp4", MOV.name: "mov", WEBM.name: "webm", MKV.name: "matroska", AVI.name: "avi"}[kind]
    with _opened(source, _format(kind)) as container:
        stream, sound = _film(container), next(iter(container.streams.audio), None)
        with av.open(str(out_dir / file), "w", format=container_name) as made:
            try:
                return _copy(container, stream, sound, made)
            except (av.FFmpegError, ValueError) as error:
                raise Damaged from error


def _format(kind: str) -> Format:
    return next(format for format in (MP4, MOV, WEBM, MKV, AVI) if format.name == kind)


def _is_playable(container: Any, stream: Any, sound: Any) -> bool:
    context = stream.codec_context
    sides = sorted((context.width, context.height))
    return (
        context.name == "h264"
        and context.pix_fmt in _PLAYED_PIXELS
        and sides[0] <= SHORT_SIDE
        and sides[1] <= LONG_SIDE
        and (container.bit_rate or 0) <= _PLAYED_BITS
        and (sound is None or sound.codec_context.name in _PLAYED_SOUND)
    )


def _copy(container: Any, stream: Any, sound: Any, made: Any) -> dict[str, int]:
    """The coded pictures and sound as they are, into another file."""
    ours = [one for one in (stream, sound) if one is not None]
    theirs = {one.index: made.add_stream_from_template(one, opaque=True) for one in ours}
    for new in theirs.values():
        new.metadata.clear()
    for packet in container.demux(*ours):
        # What ends a stream has no time of its own.
        if packet.dts is None:
            continue
        packet.stream = theirs[packet.stream.index]
        made.mux(packet)
    return {"width": stream.codec_context.width, "height": stream.codec_context.height}


def _fitted(width: int, height: int) -> tuple[int, int]:
    """In proportion, even on both sides, as the coding of colours at half size asks for."""
    scale = min(1.0, LONG_SIDE / max(width, height), SHORT_SIDE / min(width, height))
    even = [max(2, round(side * scale / 2) * 2) for side in (width, height)]
    return even[0], even[1]


def _encode(container: Any, stream: Any, sound: Any, made: Any, folder: Path) -> dict[str, int]:
    film = _FilmWriter(made, stream, folder)
    voice = _SoundWriter(made, sound) if sound is not None else None
    for packet in container.demux(*[one for one in (stream, sound) if one is not None]):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            # A damaged packet is a hiccup in the video, not its end.
            continue
        for frame in frames:
            if packet.stream is stream:
                film.take(frame)
            elif voice is not None:
                voice.take(frame)
    film.finish()
    if voice is not None:
        voice.finish()
    return {"width": film.size[0], "height": film.size[1]}


# The table of colours of a video that is brighter than white, beside the copy that is made of it.
_CURVE = "curve.cube"


class _FilmWriter:
    """Frames turned upright, made small, in 8 bits and the colours of ordinary displays, coded by x264."""

    def __init__(self, made: Any, stream: Any, folder: Path) -> None:
        rate = stream.average_rate or stream.guessed_rate or 30
        self._made, self._stream, self._folder = made, stream, folder
        self._out = made.add_stream("libx264", rate=rate, options=_ENCODER)
        self._out.pix_fmt = "yuv420p"
        self._out.codec_context.thread_count = _THREADS
        self._out.time_base = stream.time_base
        self._out.codec_context.time_base = stream.time_base
        # What is not told is guessed by the size of the picture.
        told = self._out.codec_context
        told.colorspace = told.color_primaries = told.color_trc = _BT709
        told.color_range = _LIMITED
        self._graph: Graph | None = None
        self._last: int | None = None
        self.size = (0, 0)

    def take(self, frame: Any) -> None:
        if self._graph is None:
            self._begin(frame)
        assert self._graph is not None  # noqa: S101
        self._graph.push(frame)
        self._pull()

    def finish(self) -> None:
        """Raises Damaged if no frame came."""
        if self._graph is None:
            raise Damaged
        self._graph.push(None)
        self._pull()
        self._made.mux(self._out.encode(None))

    def _begin(self, frame: Any) -> None:
        wide, high = _square(frame, self._stream)
        turned = frame.rotation % 360
        self.size = _fitted(*((high, wide) if turned % 180 else (wide, high)))
        self._out.width, self._out.height = self.size
        graph = Graph()
        chain = [graph.add_buffer(template=self._stream, time_base=self._stream.time_base)]
        chain += [graph.add(name, text) for name, text in _TURN_FILTERS.get(turned, ())]
        size = f"{self.size[0]}:{self.size[1]}"
        if int(frame.color_trc) in _HDR:
            # What is brighter than white comes down by the curve of photos and posters, which works on RGB.
            chain += [graph.add("scale", size), graph.add("format", "gbrp12le"), self._curve(graph, frame)]
            chain.append(graph.add("setparams", "color_primaries=bt709:color_trc=bt709"))
        chain.append(graph.add("scale", f"{size}:out_color_matrix=bt709:out_range=tv"))
        chain += [graph.add("setsar", "1"), graph.add("format", "yuv420p"), graph.add("buffersink")]
        graph.link_nodes(*chain)
        graph.configure()
        self._graph = graph

    def _curve(self, graph: Graph, frame: Any) -> Any:
        table = self._folder / _CURVE
        table.write_text(colour.cube(colour.numbered(int(frame.color_primaries), int(frame.color_trc))))
        return graph.add("lut3d", file=str(table), interp="tetrahedral")

    def _pull(self) -> None:
        assert self._graph is not None  # noqa: S101
        while True:
            try:
                frame = self._graph.vpull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            # Phones and editors write frames of the same moment; the file may hold each moment once.
            if frame.pts is None or (self._last is not None and frame.pts <= self._last):
                continue
            self._last = frame.pts
            frame.pict_type = 0
            self._made.mux(self._out.encode(frame))


# FFmpeg's transpose: 1 turns to the right, 2 to the left.
_TURN_FILTERS = {
    90: (("transpose", "2"),),
    180: (("hflip", ""), ("vflip", "")),
    270: (("transpose", "1"),),
}


class _SoundWriter:
    """Sound as stereo AAC."""

    def __init__(self, made: Any, sound: Any) -> None:
        self._made = made
        self._out = made.add_stream("aac", rate=_SOUND_RATE)
        self._out.bit_rate = _SOUND_BITS
        self._out.layout = "stereo"
        self._resampler = av.AudioResampler(format="fltp", layout="stereo", rate=_SOUND_RATE, frame_size=1024)

    def take(self, frame: Any) -> None:
        for one in self._resampler.resample(frame):
            self._made.mux(self._out.encode(one))

    def finish(self) -> None:
        for one in self._resampler.resample(None):
            self._made.mux(self._out.encode(one))
        self._made.mux(self._out.encode(None))
