"""Videos: poster, facts, the copy that plays, and what an original leaves as; in the jail like all decoding."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from apps.media import colour, handover, jail, video
from apps.media.formats import HEAD_BYTES, MKV, MP4, SOUND, Damaged, NotAnImage, sniff
from apps.media.images import render
from tests.media.corpus import VIDEOS, Sample, named, samples, that_expect

_LIMITS = jail.Limits(memory_bytes=1_100_000_000, cpu_seconds=60, wall_seconds=60.0)


def _id(sample: Sample) -> str:
    return sample.name


def _films(what: str) -> list[Sample]:
    return [one for one in that_expect(what, VIDEOS) if one.path.suffix.lower() != ".jpg"]


@pytest.mark.slow
@pytest.mark.parametrize("sample", _films("size"), ids=_id)
def test_a_video_gives_the_size_and_the_facts_of_the_manifest(sample: Sample, tmp_path: Path) -> None:
    rendered = render(sample.path, tmp_path)
    facts = rendered.facts
    assert (rendered.width, rendered.height) == sample.expected("size")
    assert facts.duration_seconds == pytest.approx(sample.entry["expected"]["duration_s"], abs=0.01)
    for what in ("taken_at", "offset_minutes"):
        if sample.expects(what):
            assert getattr(facts, what) == sample.expected(what), what
    if sample.expects("position"):
        place = sample.expected("position")
        assert (facts.latitude, facts.longitude) == (pytest.approx(place, abs=1e-4) if place else (None, None))


@pytest.mark.parametrize("sample", [one for one in samples(VIDEOS) if one.action == "reject"], ids=_id)
def test_a_recording_that_was_cut_off_is_damaged(sample: Sample, tmp_path: Path) -> None:
    with pytest.raises(jail.Rejected, match="damaged"):
        jail.render(sample.path, tmp_path)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(NotAnImage) as refused:
        render(named("video/audio_only.mp4"), tmp_path)
    assert refused.value.reason == SOUND


def test_a_playlist_is_no_video_whatever_its_name() -> None:
    with pytest.raises(NotAnImage):
        sniff(named("bad/m3u8_named.mp4").read_bytes()[:HEAD_BYTES])


def test_the_reader_opens_no_address(tmp_path: Path) -> None:
    """A playlist that is passed off as MP4 reaches no reader that follows it."""
    source = tmp_path / "film.mp4"
    source.write_bytes(b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n")
    with pytest.raises(Damaged):
        video.poster(source, MP4)


def test_a_film_larger_than_a_decoders_memory_is_read_from_the_disk(tmp_path: Path) -> None:
    source, out = tmp_path / "film.mp4", tmp_path / "out"
    out.mkdir()
    size = jail.LIMITS.memory_bytes + (1 << 30)
    # A hole at its end, in a box that nobody reads (ISO/IEC 14496-12, 8.1.2), with its length in 64 bits.
    source.write_bytes(named("video/rotate_90.mp4").read_bytes() + struct.pack(">I4sQ", 1, b"free", size))
    os.truncate(source, source.stat().st_size + size - 16)
    assert jail.render(source, out).format == "MP4"


# -- the copy that plays -------------------------------------------------------------------------------


def _first(path: Path) -> tuple[Any, Any]:
    container = av.open(str(path))
    return container, next(container.decode(container.streams.video[0]))


def _made(name: str, folder: Path) -> dict[str, Any]:
    source = named(name)
    kind = sniff(source.read_bytes()[:HEAD_BYTES]).name
    return jail.run("apps.media.video:playable", source, folder, limits=_LIMITS, kind=kind)


@pytest.mark.parametrize("name", ["video/hevc.mp4", "video/vp9.webm"])
def test_what_browsers_do_not_all_play_is_encoded(name: str, tmp_path: Path) -> None:
    assert _made(name, tmp_path) == {"width": 640, "height": 360}
    container, frame = _first(tmp_path / handover.VIDEO)
    with container, av.open(str(named(name))) as before:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        shown, original = (one.to_ndarray(format="gray").astype(int) for one in (frame, next(before.decode(video=0))))
    assert np.abs(shown - original).mean() < 6


def test_what_plays_already_is_copied_without_encoding(tmp_path: Path) -> None:
    _made("video/gps_keys.mov", tmp_path)
    packets = []
    for path in (named("video/gps_keys.mov"), tmp_path / handover.VIDEO):
        with av.open(str(path)) as container:
            packets.append([bytes(one) for one in container.demux(video=0) if one.dts is not None])
    assert packets[0] == packets[1]


def test_the_copy_tells_nothing_of_place_time_and_camera(tmp_path: Path) -> None:
    _made("video/gps_keys.mov", tmp_path)
    content = (tmp_path / handover.VIDEO).read_bytes()
    assert b"151.2153" in named("video/gps_keys.mov").read_bytes()
    for word in (b"151.2153", b"2022-11-12", b"com.apple", b"ISO6709"):
        assert word not in content
    # A player can begin before the whole file is there.
    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize(("name", "turn"), [("video/rotate_90.mp4", 3), ("video/rotate_270.mp4", 1)])
def test_poster_and_encoded_copy_stand_upright(
    name: str, turn: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video, "_is_playable", lambda *_: False)
    assert video.playable(named(name), tmp_path, kind="MP4") == {"width": 360, "height": 640}
    container, frame = _first(tmp_path / handover.VIDEO)
    poster = video.poster(named(name), MP4).image
    before, stored = _first(named(name))
    with container, before:
        upright = np.rot90(stored.to_ndarray(format="gray").astype(int), turn)
        assert frame.rotation == 0
        assert np.abs(frame.to_ndarray(format="gray").astype(int) - upright).mean() < 6
    assert poster.size == (360, 640)
    assert np.abs(np.asarray(poster.convert("L")).astype(int) - upright).mean() < 20


@pytest.mark.parametrize(
    ("size", "expected"),
    [((3840, 2160), (1920, 1080)), ((2160, 3840), (1080, 1920)), ((641, 361), (640, 360)), ((4000, 1000), (1920, 480))],
)
def test_a_copy_fits_into_full_hd_and_is_never_enlarged(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert video._fitted(*size) == expected


# -- originals without their metadata ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["video/gps_keys.mov", "video/vp9.webm", "video/hevc.mp4"])
def test_an_original_leaves_without_metadata_and_with_its_pictures(name: str, tmp_path: Path) -> None:
    format = sniff(named(name).read_bytes()[:HEAD_BYTES])
    video.stripped(named(name), tmp_path, kind=format.name, file="clean")
    made = tmp_path / "clean"
    assert sniff(made.read_bytes()[:HEAD_BYTES]) == format
    assert b"151.2153" not in made.read_bytes()
    with av.open(str(made)) as after, av.open(str(named(name))) as before:
        kept, known = ([bytes(p) for p in one.demux(video=0) if p.dts is not None] for one in (after, before))
    assert kept == known


def beyond_white(path: Path, transfer: int, levels: list[float]) -> None:
    """A video of grey stripes of these levels, coded by a curve that goes beyond white, in the colours of BT.2020."""
    with av.open(str(path), "w") as made:
        stream = made.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32 * len(levels), 64, "yuv420p10le"
        stripes = np.repeat(np.array(levels), 32) * 65535
        picture = np.broadcast_to(stripes[None, :, None], (64, len(stripes), 3)).astype(np.uint16)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb48le")
        frame = frame.reformat(format="yuv420p10le", dst_colorspace=9, dst_color_range=1)
        for told in (stream.codec_context, frame):
            told.color_trc, told.color_primaries, told.colorspace, told.color_range = transfer, 9, 9, 1
        frame.pts = 0
        made.mux(stream.encode(frame))
        made.mux(stream.encode(None))


@pytest.mark.parametrize("transfer", [colour.PQ, colour.HLG], ids=["PQ", "HLG"])
def test_a_video_that_is_brighter_than_white_plays_as_its_poster_looks(transfer: int, tmp_path: Path) -> None:
    """By one curve, that of photos: what is grey on the poster is as grey when it plays."""
    levels = [0.1, 0.3, 0.5, 0.58, 0.65, 0.75]
    source, out = tmp_path / "hdr.mkv", tmp_path / "out"
    beyond_white(source, transfer, levels)
    out.mkdir()
    jail.run("apps.media.video:playable", source, out, limits=_LIMITS, kind=MKV.name)
    poster = video.poster(source, MKV).image
    container, frame = _first(out / handover.VIDEO)
    with container:
        shown = frame.to_image()
        assert {frame.color_trc, frame.color_primaries, frame.colorspace, frame.color_range} == {1}, "nothing to guess"
    for number in range(len(levels)):
        spot = (32 * number + 16, 32)
        still, moving = (np.asarray(picture.getpixel(spot), float) for picture in (poster, shown))
        assert np.abs(still - moving).max() <= 4, (levels[number], still, moving)
