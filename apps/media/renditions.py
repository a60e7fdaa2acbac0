"""Renditions of a blob: made in the jail, kept like all other bytes."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

from apps.accounts.tenancy import acting_in
from apps.media import cas, jail
from apps.media.images import Rendered
from apps.media.models import Blob, Rendition
from apps.media.storage import as_local_file, temp_directory


def render(blob: Blob) -> Rendered:
    """Decode a blob once, keep its renditions and return what was learned.

    Doing it again replaces the rows and loses nothing. Raises jail.Rejected for a bad file, jail.Crashed when the
    decoder died.
    """
    out = Path(mkdtemp(prefix="render.", dir=temp_directory()))
    try:
        with as_local_file(blob.storage_key) as source:
            rendered = jail.render(source, out)
        _keep_all(blob, rendered, out)
    finally:
        shutil.rmtree(out, ignore_errors=True)
    return rendered


def _keep_all(blob: Blob, rendered: Rendered, out: Path) -> None:
    stored = {file.name: cas.receive_path(out / file.file) for file in rendered.renditions}
    with acting_in(blob.studio_id):
        for file in rendered.renditions:
            kept, _ = cas.keep(blob.studio_id, stored[file.name])
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
