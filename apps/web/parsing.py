"""The API's parsers. In a module of their own, because DRF imports them while it is being set up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import IO, Any, cast

from django.conf import settings
from django.http.multipartparser import MultiPartParser as DjangoParser
from django.http.multipartparser import MultiPartParserError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, JSONParser, MultiPartParser


class Json(JSONParser):
    """JSON. Brackets nested deeper than Python can follow are the sender's error, not ours."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        try:
            parsed: dict[str, Any] = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("This JSON is nested too deeply.") from None
        return parsed


class _NamesAsSent(DjangoParser):
    """Names of files are taken as they were sent, but for their folders.

    Django takes "&copy" in a name for a sign of HTML, which no browser has meant for ten years, and drops what Python
    does not call printable: the joiners inside of family emoji, of Persian and of Hindi words.
    """

    def sanitize_file_name(self, file_name: str) -> str | None:
        """The last part of a path; None for what is no name."""
        last = re.split(r"[/\\]", file_name)[-1]
        return None if last in ("", ".", "..") else last

    IE_sanitize = sanitize_file_name


class Multipart(MultiPartParser):
    """Forms with files."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> DataAndFiles[Any, Any]:
        context = parser_context or {}
        request = context["request"]
        meta = request.META | {"CONTENT_TYPE": media_type}
        try:
            encoding = context.get("encoding", settings.DEFAULT_CHARSET)
            data, files = _NamesAsSent(meta, cast(Any, stream), request.upload_handlers, encoding).parse()
        except MultiPartParserError as error:
            raise ParseError(f"This form cannot be read: {error}") from error
        return DataAndFiles(data, files)
