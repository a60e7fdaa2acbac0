"""What every decoding task needs, loaded once before the first."""

from PIL import Image

from apps.media import appearance


def preload() -> None:
    """Load the hash, and make Pillow know HEIC. Not at import: it takes a while."""
    import pillow_heif

    appearance.preload()
    if "HEIF" not in Image.OPEN:
        pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
