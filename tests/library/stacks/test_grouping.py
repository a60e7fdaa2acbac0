"""Which frames are a burst and which of them is proposed, against a plain reference; no database."""

from __future__ import annotations

from itertools import combinations
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from apps.library.stacks.best_frame import FrameLook, best
from apps.library.stacks.bursts import MOST_FRAMES, BurstFrame, bursts, linked
from apps.media import frame_quality
from tests.media.corpus import named


def frame(number: int, at: float, name: str = "", **known: object) -> BurstFrame:
    values: dict[str, object] = {"width": 6000, "height": 4000, "phash": 0} | known
    return BurstFrame(UUID(int=number), at, name or f"IMG_{number:04}.JPG", **values)  # type: ignore[arg-type]


FRAMES = st.lists(
    st.builds(
        frame,
        st.integers(1, 60),
        # Close together, apart, and at the edges of the window.
        st.sampled_from([0, 0.1, 0.5, 1.0, 1.1, 2.0, 3.0, 4.0, 4.1, 9.0]),
        st.sampled_from(["", "", "DSC_0001.JPG", "20240101_120000_001.jpg", "20240101_120000_002.jpg"]),
        phash=st.sampled_from([0, 0b1111, 0xFF, 0xFFF, 0xFFFF, -1, None]),
        kind=st.sampled_from(["image", "image", "raw"]),
        focal=st.sampled_from([None, 50.0]),
    ),
    max_size=14,
    unique_by=lambda one: one.id,
)


def plainly(frames: list[BurstFrame]) -> set[frozenset[UUID]]:
    """The same as `bursts`, slowly: every pair is asked, and sets that share a frame are joined until none do."""
    groups = [{one.id, other.id} for one, other in combinations(frames, 2) if linked(one, other)]
    for _ in groups:
        for one, other in combinations(groups, 2):
            if one & other:
                one |= other
                other.clear()
    return {frozenset(group) for group in groups if group}


@settings(max_examples=150, deadline=None)
@given(FRAMES, st.randoms())
def test_bursts_are_what_links_hold_together_in_whatever_order(frames: list[BurstFrame], by: Random) -> None:
    shuffled = list(frames)
    by.shuffle(shuffled)
    found = bursts(shuffled)
    assert found == bursts(frames)
    assert {frozenset(group) for group in found} == plainly(frames)
    at = {one.id: one.at for one in frames}
    assert all([at[pk] for pk in group] == sorted(at[pk] for pk in group) for group in found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (frame(1, 0.0), frame(2, 0.1)),
        (frame(1, 0.0), frame(2, 2.0)),
        (frame(9999, 0.0), frame(1, 0.3, "IMG_0001.JPG")),
        (frame(1, 0.0), frame(5, 0.3)),
        (frame(1, 0.0, "20240101_120000_001.jpg"), frame(2, 0.1, "20240101_120000_002.jpg", phash=0xFFFFF)),
        (
            frame(1, 0.0, "00000IMG_00000_BURST20240101120000123_COVER.jpg"),
            frame(2, 0.1, "00001IMG_00001_BURST20240101120000123.jpg", phash=0xFFFFF),
        ),
        (frame(1, 0.0, "IMG_20240101_120000_BURST001_COVER.jpg"), frame(2, 1.0, "IMG_20240101_120000_BURST002.jpg")),
        (frame(1, 0.0, "PXL_20240101_120000123.jpg"), frame(2, 0.2, "PXL_20240101_120000323.jpg")),
    ],
)
def test_frames_of_a_burst(one: BurstFrame, other: BurstFrame) -> None:
    assert linked(one, other)
    assert linked(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(frame(1, 0.0), frame(2, 2.1), id="too late"),
        pytest.param(frame(1, 0.0), frame(2, 0.1, phash=0xFFFFF), id="another picture"),
        pytest.param(frame(1, 0.0), frame(2, 1.5, phash=0x3FF), id="seconds apart, less alike"),
        pytest.param(frame(1, 0.0), frame(2, 0.0, "IMG_0001.DNG", kind="raw"), id="RAW beside JPEG"),
        pytest.param(frame(1, 0.0), frame(2, 0.0, "IMG_0001-2.JPG"), id="a copy of the same shot"),
        pytest.param(frame(1, 0.0), frame(2, 0.1, width=4000, height=6000), id="the camera was turned"),
        pytest.param(frame(1, 0.0, focal=50.0), frame(2, 0.1, focal=85.0), id="zoomed"),
        pytest.param(frame(1, 0.0), frame(400, 0.1), id="another body's counter"),
        pytest.param(frame(1, 0.0), frame(2, 0.1, "DSC_0002.JPG"), id="another name"),
        pytest.param(frame(1, 0.0), frame(2, 86_400.0, "IMG_0001.JPG"), id="another shoot of the same name"),
        pytest.param(frame(1, 0.0), frame(2, 0.1, phash=None), id="a picture that nobody hashed"),
        pytest.param(
            frame(1, 0.0, "20240101_120000_001.jpg"), frame(2, 0.1, "20240101_120001_001.jpg"), id="the camera says so"
        ),
        pytest.param(frame(1, 0.0, kind="video"), frame(2, 0.1, kind="video"), id="videos"),
    ],
)
def test_no_burst(one: BurstFrame, other: BurstFrame) -> None:
    assert not linked(one, other)
    assert not linked(other, one)


def test_a_time_lapse_is_no_burst() -> None:
    frames = [frame(number, number * 1.0) for number in range(1, MOST_FRAMES + 2)]
    assert bursts(frames) == []
    assert len(bursts(frames[1:])) == 1


def test_the_frame_with_the_sharpest_faces_is_best() -> None:
    frames = [
        FrameLook(90.0, 1.0, [(20.0, 0.5)]),
        FrameLook(60.0, 1.0, [(40.0, 0.5)]),
        # One sharp face does not make up for one that is not.
        FrameLook(60.0, 1.0, [(60.0, 0.5), (5.0, 0.5)]),
    ]
    assert best(frames) == 1


def test_without_faces_the_sharper_picture_is_best_and_one_that_is_blown_out_is_not() -> None:
    assert best([FrameLook(10.0, 1.0), FrameLook(20.0, 1.0), FrameLook(21.0, 0.5)]) == 1


def test_of_frames_of_which_nothing_is_known_the_first_is_best() -> None:
    assert best([FrameLook(), FrameLook(), FrameLook()]) == 0


def test_a_blurred_picture_is_less_sharp_and_a_white_one_badly_exposed() -> None:
    sharp = Image.open(named("burst/IMG_9002.jpg")).convert("RGB")
    measured = [frame_quality.measure(sharp.filter(ImageFilter.GaussianBlur(radius))) for radius in (0, 1, 3)]
    assert [one[0] for one in measured] == sorted((one[0] for one in measured), reverse=True)
    assert frame_quality.measure(Image.new("RGB", (80, 60), "white")) == (0.0, 0.0)
    assert frame_quality.measure(Image.new("RGB", (1, 1), "#888888")) == (0.0, 1.0)
