"""The renditions that every photo gets."""

from dataclasses import dataclass

#: Raise this number whenever renditions made earlier must be made again; they are, in the background
#: (apps.albums.stale_renditions). 2: colour told otherwise than by a profile, odd TIFFs, JPEGs without an end marker,
#: orientation by EXIF alone, holes in PNGs.
RECIPE = 2

#: Pictures with more are refused before they are decoded.
MAX_PIXELS = 300_000_000


@dataclass(frozen=True, slots=True)
class RenditionSpec:
    """One rendition: `long_edge` in px, WebP `quality` 0..100, encoder `method` 0 (fast) .. 6 (small)."""

    name: str
    long_edge: int
    quality: int
    method: int

    @property
    def file(self) -> str:
        """Name of the rendition's file inside the folder that render() fills."""
        return f"{self.name}.webp"


# Method 2 gives files as small as the default (method 4) at half the time. Methods 0 and 1 save a tenth more
# of the time, but real photos with smooth parts grow by up to a tenth, one by half.
WEB = RenditionSpec("web", 2400, 92, 2)
THUMB = RenditionSpec("thumb", 800, 90, 2)
TILE = RenditionSpec("tile", 400, 90, 2)

#: Largest first: each is made from the one before.
PRESETS = (WEB, THUMB, TILE)
BY_NAME = {preset.name: preset for preset in PRESETS}
