"""How sharp and how well exposed a picture is, to compare it with its like. Runs in the jail only."""

from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from apps.media.images import open_upright

#: Measured at the size of the thumb: what cannot be seen there decides about no tile.
EDGE: Final = 800
#: The picture is cut in so many tiles each way, and the sharpest quarter of them counts: the subject is somewhere, and
#: what lies out of focus by intention is no fault.
TILES: Final = 8
SHARPEST: Final = TILES * TILES // 4
#: Grey levels at which nothing can be seen any more.
BLACK: Final = 4
WHITE: Final = 251


def measure_file(source: Path, out_dir: Path) -> dict[str, float]:
    """Sharpness and exposure of the picture `source`. Raises as `images.render`."""
    picture, _ = open_upright(source, EDGE)
    sharpness, exposure = measure(picture)
    return {"sharpness": sharpness, "exposure": exposure}


def measure(picture: Image.Image) -> tuple[float, float]:
    """(sharpness, exposure).

    sharpness: Tenengrad, the root of the mean squared Sobel gradient, in grey levels, of the sharpest tiles.
    exposure: share (0..1) of the pixels that are neither black nor blown out.
    """
    grey = np.asarray(picture.convert("L"), dtype=np.float32)
    exposure = float(np.mean((grey > BLACK) & (grey < WHITE)))
    if min(grey.shape) < 3:
        return 0.0, exposure
    across = (grey[:-2, 2:] - grey[:-2, :-2]) + 2 * (grey[1:-1, 2:] - grey[1:-1, :-2]) + (grey[2:, 2:] - grey[2:, :-2])
    down = (grey[2:, :-2] - grey[:-2, :-2]) + 2 * (grey[2:, 1:-1] - grey[:-2, 1:-1]) + (grey[2:, 2:] - grey[:-2, 2:])
    energy = across**2 + down**2
    tiles = [tile for row in np.array_split(energy, TILES) for tile in np.array_split(row, TILES, axis=1)]
    sharpest = sorted(float(tile.mean()) for tile in tiles if tile.size)[-SHARPEST:]
    return float(np.mean(sharpest) ** 0.5), exposure
