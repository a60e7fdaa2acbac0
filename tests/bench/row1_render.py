"""Row 1: CPU seconds per photo of 24 megapixels, hash, facts and look included, beside sharp and plain Pillow."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import psutil
from PIL import Image, ImageOps

from apps.media import images, jail
from apps.media.presets import PRESETS, RenditionSpec
from apps.media.render_result import Rendered
from tests.bench import Context, Row
from tests.bench.corpus import textures
from tests.bench.goals import Goal, ratio_at_most
from tests.media.corpus import WHOLE_SET

SHARP = "sharp@0.35.5"
PER_TURN = 4


def run(ctx: Context) -> list[Row]:
    """Each turn measures all sides on the same four textures, and the next turn on the next four."""
    rows = _measured(ctx, "24 MP texture", textures(ctx.folder), ratio_at_most(0.5))
    real = _real_photos()
    if real:
        # The goal is of photos of 24 megapixels: what a photo costs beside its pixels weighs more in smaller ones.
        rows += _measured(ctx, "real photo of 9 MP or more", real)
    return rows


def _real_photos() -> list[Path]:
    """JPEGs of 9 megapixels or more in the set of photos beside the clone, if it is there."""
    found = []
    for path in sorted(WHOLE_SET.glob("*/*.jpg")):
        if path.parent.name != "bad" and path.stat().st_size > 300_000:
            with Image.open(path) as image:
                if image.width * image.height >= 9_000_000:
                    found.append(path)
    return found


def _measured(ctx: Context, what: str, photos: Sequence[Path], *goals: Goal) -> list[Row]:
    sharp = _sharp(ctx.folder / "node")
    sides: list[Callable[[Sequence[Path]], float]] = [_in_process, in_jail, _plain_pillow]
    figures = ctx.alternate([_turns(side, photos) for side in (*sides, *([sharp] if sharp else []))])
    ours, jailed, plain = figures[:3]
    beside = figures[3] if sharp else None
    return [
        ctx.row(1, f"{what}: render in process, beside sharp", ours, "CPU s", beside, *goals),
        ctx.row(1, f"{what}: render in the jail, beside sharp", jailed, "CPU s", beside, *goals),
        ctx.row(1, f"{what}: render in process, beside plain Pillow", ours, "CPU s", plain),
        ctx.row(1, f"{what}: web and thumb, beside effort 4", *_sizes(photos[:8]), ratio_at_most(1.05)),
    ]


def _turns(side: Callable[[Sequence[Path]], float], photos: Sequence[Path]) -> Callable[[int], float]:
    def measure(turn: int) -> float:
        start = turn * PER_TURN % len(photos)
        chosen = (*photos[start:], *photos[:start])[:PER_TURN]
        return side(chosen)

    return measure


def _render(photo: Path, presets: Sequence[RenditionSpec] = PRESETS) -> Rendered:
    with tempfile.TemporaryDirectory() as folder, photo.open("rb") as file:
        hashlib.file_digest(file, "sha256")
        return images.render(photo, Path(folder), presets=presets)


def _in_process(photos: Sequence[Path]) -> float:
    began = time.process_time()
    for photo in photos:
        _render(photo)
    return (time.process_time() - began) / len(photos)


def in_jail(photos: Sequence[Path]) -> float:
    """What this process, the forkserver and its children use together."""
    began = _all_cpu()
    for photo in photos:
        with tempfile.TemporaryDirectory() as folder, photo.open("rb") as file:
            hashlib.file_digest(file, "sha256")
            jail.render(photo, Path(folder))
    return (_all_cpu() - began) / len(photos)


def _all_cpu() -> float:
    jail.warm()  # so that there is a forkserver to count
    total = time.process_time()
    for process in psutil.Process().children():
        times = process.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _plain_pillow(photos: Sequence[Path]) -> float:
    """What most tools do: decode in full, shrink twice, encode with the default method."""
    began = time.process_time()
    for photo in photos:
        with Image.open(photo) as image:
            whole = ImageOps.exif_transpose(image).convert("RGB")
        for edge, quality in ((2400, 92), (800, 90)):
            size = images.fitted(whole.size, edge)
            whole.resize(size, Image.Resampling.LANCZOS).save(io.BytesIO(), "WEBP", quality=quality)
    return (time.process_time() - began) / len(photos)


def _sizes(photos: Sequence[Path]) -> tuple[float, str, float]:
    """MB of both files as we make them, and with WebP's default method."""
    default = [replace(preset, method=4) for preset in PRESETS]
    ours, theirs = (
        sum(made.bytes for photo in photos for made in _render(photo, presets).renditions if made.name != "tile")
        for presets in (PRESETS, default)
    )
    return ours / len(photos) / 1e6, "MB", theirs / len(photos) / 1e6


def _sharp(folder: Path) -> Callable[[Sequence[Path]], float] | None:
    """sharp as a side, installed from npm on first use; None on machines without Node."""
    if not shutil.which("node") or not shutil.which("npm"):
        return None
    if not (folder / "node_modules" / "sharp").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", SHARP], cwd=folder, check=True)
    script = Path(__file__).with_suffix("").with_name("row1_sharp.mjs")

    def measure(photos: Sequence[Path]) -> float:
        told = subprocess.run(["node", script, folder, *photos], capture_output=True, text=True, check=True).stdout
        return float(json.loads(told)["cpu"])

    return measure
