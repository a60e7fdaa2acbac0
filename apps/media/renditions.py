"""Renditions of a blob: made in the jail, kept like all other bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from tempfile import mkdtemp

from apps.media import cas, fingerprint, jail
from apps.media.images import Rendered
from apps.media.likeness import SIDE
from apps.media.models import Blob, Rendition
from apps.media.storage import as_local_file, temp_directory


def render(blob: Blob) -> Rendered:
    """Decode a blob once, keep its renditions and return what was learned.

    Doing it again replaces the rows and loses nothing. Raises jail.Rejected for a bad file, jail.Crashed when the
    decoder died.
    """
    with _private_folder() as out:
        with as_local_file(blob.storage_key) as source:
            rendered = jail.render(source, out)
        _keep_all(blob, rendered, out)
    return rendered


def phash_of(blob: Blob) -> int:
    """The perceptual hash of a blob as a row holds it; the same that `render` learns, without its renditions.

    Raises jail.Rejected for a bad file, jail.Crashed when the decoder died.
    """
    with _private_folder() as out, as_local_file(blob.storage_key) as source:
        plain = jail.run("apps.media.images:hash_again", source, out)
    try:
        return fingerprint.as_signed(plain.get("phash"))
    except ValueError as error:
        raise jail.Crashed(f"the decoder gave something else than a hash: {error}") from error


def measure(rendition: Rendition) -> tuple[float, float]:
    """Sharpness and exposure of a rendition (see `frame_quality`). Raises jail.Rejected, jail.Crashed."""
    with _private_folder() as out, as_local_file(rendition.blob.storage_key) as source:
        plain = jail.run("apps.media.frame_quality:measure_file", source, out)
    try:
        sharpness, exposure = float(plain["sharpness"]), float(plain["exposure"])
    except (KeyError, TypeError, ValueError) as error:
        raise jail.Crashed(f"the decoder gave something else than measures: {error}") from error
    if not (isfinite(sharpness) and 0 <= exposure <= 1):
        raise jail.Crashed("the decoder gave measures that cannot be")
    return sharpness, exposure


def signature(rendition: Rendition) -> list[int]:
    """Grey levels by which pictures are compared (see `likeness`). Raises jail.Rejected, jail.Crashed."""
    with _private_folder() as out, as_local_file(rendition.blob.storage_key) as source:
        grey = jail.run("apps.media.likeness:signature_file", source, out).get("grey")
    if not (isinstance(grey, list) and len(grey) == SIDE * SIDE and all(isinstance(one, int) for one in grey)):
        raise jail.Crashed("the decoder gave something else than a signature")
    return grey


def pixels_of(blob: Blob) -> str:
    """SHA-256 of a blob's pixels, as hex. Raises jail.Rejected, jail.Crashed."""
    with _private_folder() as out, as_local_file(blob.storage_key) as source:
        return str(jail.run("apps.media.likeness:pixels_file", source, out).get("sha256"))


@contextmanager
def _private_folder() -> Iterator[Path]:
    """An empty folder for what the jail writes, gone afterwards."""
    folder = Path(mkdtemp(prefix="render.", dir=temp_directory()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keep_all(blob: Blob, rendered: Rendered, out: Path) -> None:
    stored = [cas.receive_path(out / file.file) for file in rendered.renditions]
    with cas.keeping_all(blob.studio_id, stored) as blobs:
        for file, (kept, _) in zip(rendered.renditions, blobs, strict=True):
            Rendition.objects.for_studio(blob.studio_id).update_or_create(
                studio_id=blob.studio_id,
                source=blob,
                kind=file.name,
                defaults={
                    "blob": kept,
                    "recipe": rendered.recipe,
                    "width": file.width,
                    "height": file.height,
                },
            )
