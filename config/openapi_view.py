"""The OpenAPI document as an answer. Loaded with the first question for it (`config.openapi`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response


class SchemaView(SpectacularAPIView):
    """Drawn up once per process and format: it takes a while, and anybody may ask."""

    TOLD = ("Content-Type", "Content-Disposition")
    kept: ClassVar[dict[str, tuple[bytes, dict[str, str]]]] = {}

    def get(self, request: Request, *args: object, **kwargs: object) -> HttpResponse:
        kind = str(request.accepted_renderer.media_type)
        if kind in self.kept:
            content, headers = self.kept[kind]
            return HttpResponse(content, headers=headers)
        # Not `super().get`, which takes a language from the address and remembers each that it was ever given.
        made: Response = self._get_schema_response(request)  # type: ignore[no-untyped-call]
        made.add_post_render_callback(self._keep(kind))
        return made

    def _keep(self, kind: str) -> Callable[[HttpResponse], None]:
        def keep(made: HttpResponse) -> None:
            self.kept[kind] = made.content, {name: made[name] for name in self.TOLD}

        return keep


def answer(request: HttpRequest) -> HttpResponse:
    """The document, for the address that loads this module when it is asked."""
    return _view(request)


_view = SchemaView.as_view()
