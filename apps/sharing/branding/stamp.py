"""Burning a mark into previews. In the jail only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

from apps.media import images
from apps.media.formats import Damaged
from apps.media.handover import WISH
from apps.media.presets import BY_NAME
from apps.sharing.branding.handover import MARK

# No mark covers the edges: what is cut off cannot be read.
_MOST = 0.9


def burn(source: Path, out_dir: Path) -> dict[str, Any]:
    """Write the sizes that `wish.json` names, each with `mark.png` of `out_dir` over the picture `source`.

    The wish: {"opacity": percent, "scale": percent of the long side, "sizes": [...]}, largest size first.
    Raises Damaged.
    """
    wish = json.loads((out_dir / WISH).read_text())
    presets = [BY_NAME[name] for name in wish["sizes"]]
    try:
        with Image.open(source, formats=["WEBP"]) as image:
            profile = image.info.get("icc_profile") or b""
            picture = image.convert("RGB")
        with Image.open(out_dir / MARK, formats=["PNG"]) as image:
            mark = image.convert("RGBA")
    except Exception as error:  # decoders raise anything
        raise Damaged from error
    lay(picture, mark, opacity=wish["opacity"], scale=wish["scale"])
    files, _ = images.write_presets(picture, profile, out_dir, presets)
    return {"files": [{name: getattr(made, name) for name in made.__slots__} for made in files]}


def lay(picture: Image.Image, mark: Image.Image, *, opacity: int, scale: int) -> None:
    """Put the mark into the middle of the picture, `scale` percent of its long side wide, where there is room."""
    width = max(picture.size) * scale / 100
    factor = min(width / mark.width, picture.width * _MOST / mark.width, picture.height * _MOST / mark.height)
    size = (max(1, round(mark.width * factor)), max(1, round(mark.height * factor)))
    mark = mark.resize(size, Image.Resampling.LANCZOS)
    veil = mark.getchannel("A").point([round(level * opacity / 100) for level in range(256)])
    place = ((picture.width - size[0]) // 2, (picture.height - size[1]) // 2)
    picture.paste(mark.convert("RGB"), place, veil)
