"""What every decoding task needs, loaded once before the first."""

from PIL import Image

from apps.media import fingerprint


def preload() -> None:
    """Load the hash, and make Pillow know HEIC.

    Not at import: the web process reads Rendered and needs no decoder.
    """
    import pillow_heif

    fingerprint.preload()
    if "HEIF" not in Image.OPEN:
        pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
