"""Renditions of a blob: made in the jail, kept like all other bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from tempfile import mkdtemp

from apps.media import cas, fingerprint, jail
from apps.media.likeness import SIDE
from apps.media.models import Blob, Rendition
from apps.media.render_result import Rendered
from apps.media.storage import as_local_file, store, temp_directory

# Some megabytes of tiles.
_COMPARED_AT_ONCE = 100


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


def signatures(tiles: Sequence[Rendition]) -> list[bytes | None]:
    """Of each: grey levels by which pictures are compared (see `signatures`), None if it cannot be read.

    A process for each would cost several times what it does. Raises jail.Crashed.
    """
    found: list[bytes | None] = []
    for first in range(0, len(tiles), _COMPARED_AT_ONCE):
        files = [_bytes_of(tile.blob) for tile in tiles[first : first + _COMPARED_AT_ONCE]]
        with _private_folder() as out:
            sizes = [len(file) for file in files]
            plain = jail.run("apps.media.signatures:signatures_file", b"".join(files), out, sizes=sizes)
        greys = plain.get("greys")
        try:
            made = [bytes.fromhex(grey) for grey in greys] if isinstance(greys, list) else []
        except (TypeError, ValueError):
            made = []
        if len(made) != len(files) or any(len(grey) not in (0, SIDE * SIDE) for grey in made):
            raise jail.Crashed("the decoder gave something else than signatures")
        found += [grey or None for grey in made]
    return found


def _bytes_of(blob: Blob) -> bytes:
    with store().open(blob.storage_key) as file:
        return file.read()


def pixels_of(blob: Blob) -> str:
    """SHA-256 of a blob's pixels, as hex. Raises jail.Rejected, jail.Crashed."""
    with _private_folder() as out, as_local_file(blob.storage_key) as source:
        return str(jail.run("apps.media.signatures:pixels_file", source, out).get("sha256"))


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
        rows = [
            Rendition(
                studio_id=blob.studio_id,
                source=blob,
                blob=kept,
                kind=file.name,
                recipe=rendered.recipe,
                width=file.width,
                height=file.height,
            )
            for file, (kept, _) in zip(rendered.renditions, blobs, strict=True)
        ]
        # In one statement: looked for and written one by one, they were a fifth of all that a photo's job asks.
        Rendition.objects.for_studio(blob.studio_id).bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["studio", "source", "kind"],
            update_fields=["blob", "recipe", "width", "height"],
        )
