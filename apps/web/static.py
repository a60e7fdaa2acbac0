"""Static files with the content's hash in their names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORT = re.compile(r"""^@import url\("(?P<path>[\w./-]+\.css)"\);$""", re.MULTILINE)
# What a sheet names by its place: fonts. Pictures stand in the sheet itself.
_PLACE = re.compile(r"""(?<=url\(")(?!data:|/|#)[^"]+(?="\))""")


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Hashed, compressed, cached for a year; script modules keep finding each other.

    A stylesheet that imports others becomes one file: a phone asks once instead of fifteen times before it paints.
    """

    support_js_module_import_aggregation = True
    manifest_strict = False

    # A page asks for some twenty addresses, and the manifest does not change while a process lives.
    url = cache(CompressedManifestStaticFilesStorage.url)

    def post_process(
        self, paths: dict[str, tuple[Storage, str]], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str, bool]]:
        """As Django's, with imports put in. paths: storage and path of each file by its name."""
        whole = {
            name: (Whole(storage), path) if name.endswith(".css") else (storage, path)
            for name, (storage, path) in paths.items()
        }
        yield from super().post_process(whole, dry_run=dry_run, **options)


class Whole:
    """Stylesheets of a storage, each with the text of those that it imports."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def open(self, path: str) -> ContentFile[bytes]:
        """The whole text. Raises FileNotFoundError for an import that is not there."""
        return ContentFile(self._text(path).encode())

    def _text(self, path: str) -> str:
        with self.storage.open(path) as file:
            text = file.read().decode()
        return _IMPORT.sub(lambda found: self._part(posixpath.dirname(path), found["path"]), text)

    def _part(self, folder: str, path: str) -> str:
        """The text of what is imported in `folder`, with the places that it names as seen from there."""
        text = self._text(posixpath.normpath(posixpath.join(folder, path)))
        away = posixpath.dirname(path)
        return _PLACE.sub(lambda found: posixpath.normpath(posixpath.join(away, found[0])), text)
