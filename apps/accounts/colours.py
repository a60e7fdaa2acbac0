"""A studio's colour, made readable: contrast as WCAG 2.2 measures it. Pure functions of "#rrggbb"."""

from __future__ import annotations

from collections.abc import Callable

Rgb = tuple[int, int, int]

# Of the surfaces in tokens.css the ones on which a coloured text is hardest to read.
LIGHT_PAGE: Rgb = (0xF6, 0xF6, 0xF6)
DARK_PAGE: Rgb = (0x27, 0x27, 0x27)
WHITE: Rgb = (0xFF, 0xFF, 0xFF)
NEAR_BLACK: Rgb = (0x11, 0x11, 0x11)
READABLE = 4.5
STEPS = 100


def parse(text: str) -> Rgb:
    """The channels (0..255) of "#rrggbb". Raises ValueError."""
    if len(text) != 7 or not text.startswith("#"):
        raise ValueError(f"{text!r} is not a colour like #3b5b54")
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


def spell(colour: Rgb) -> str:
    """The reverse of `parse`."""
    return f"#{bytes(colour).hex()}"


def luminance(colour: Rgb) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = map(linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """1 (the same) to 21 (black and white)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def on(colour: Rgb) -> Rgb:
    """White or near-black, whichever is read better on this colour."""
    return max((WHITE, NEAR_BLACK), key=lambda ink: contrast(ink, colour))


def darkened(colour: Rgb) -> Rgb:
    """The colour, as much darker as text on the light page needs."""
    return _until_readable(colour, LIGHT_PAGE, lambda channel, step: channel * (STEPS - step) // STEPS)


def lightened(colour: Rgb) -> Rgb:
    """The colour, as much lighter as text on the dark page needs."""
    return _until_readable(colour, DARK_PAGE, lambda channel, step: channel + (255 - channel) * step // STEPS)


def _until_readable(colour: Rgb, page: Rgb, shift: Callable[[int, int], int]) -> Rgb:
    shades = ((shift(r, step), shift(g, step), shift(b, step)) for r, g, b in [colour] for step in range(STEPS + 1))
    return next(shade for shade in shades if contrast(shade, page) >= READABLE)


def stylesheet(accent: str) -> str:
    """The custom properties that a studio's pages take their colour from."""
    colour = parse(accent)
    properties = {
        "accent": colour,
        "on-accent": on(colour),
        "accent-text": darkened(colour),
        "accent-text-dark": lightened(colour),
    }
    return ":root{" + ";".join(f"--{name}:{spell(value)}" for name, value in properties.items()) + "}"
