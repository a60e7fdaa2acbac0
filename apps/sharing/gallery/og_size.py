"""How large the picture of a pasted link is (see `og_image`)."""

EDGE = 1200


def measures(width: int, height: int) -> tuple[int, int]:
    """Width and height of the picture of a photo with these sides, in pixels."""
    scale = min(1.0, EDGE / max(width, height, 1))
    return max(1, round(width * scale)), max(1, round(height * scale))
