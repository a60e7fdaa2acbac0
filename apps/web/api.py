"""What all views of the API share: pagination, the shape of errors, ETags."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.exceptions import ValidationError as FormError
from django.core.signals import got_request_exception
from django.db import models
from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.crypto import salted_hmac
from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.web import keyset
from apps.web.answers import retry_after
from apps.web.failures import refusal_of
from apps.web.refusal import Refusal

log = logging.getLogger(__name__)

NOTHING_HERE = "There is nothing here."
SENTENCES = {
    400: "This request cannot be read.",
    401: "Please sign in.",
    403: "You may not do this.",
    404: NOTHING_HERE,
    405: "This address does not know that method.",
    406: "This address cannot answer in the format asked for.",
    413: "This is too large.",
    415: "This type of content is not taken here.",
    429: "Too many requests. Please wait a moment.",
    500: "Something went wrong on our side. Please try again.",
    507: "There is no room left.",
}


# -- lists -----------------------------------------------------------------------------------------------


class Keyset(BasePagination):
    """Keyset pagination: `{next, previous, results}`; `next` and `previous` are URLs with an opaque cursor, or null.

    A view names its order in `ordering`; the fields must be unique together and never null.
    """

    DEFAULT = 100
    MOST = 500

    def paginate_queryset(
        self, queryset: models.QuerySet[Any] | Sequence[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        assert isinstance(queryset, models.QuerySet)
        self.request = request
        self.limit = self._limit(request)
        ordering = getattr(view, "ordering", None) or ("id",)
        cursor = request.query_params.get("cursor")
        try:
            self.page = keyset.page(queryset, ordering, limit=self.limit, cursor=cursor, scope=request.path)
        except keyset.BadCursor:
            raise exceptions.ValidationError({"cursor": ["This cursor does not belong to this list."]}) from None
        return self.page.rows

    def read(self, request: Request, rows: keyset.Reader) -> list[Any]:
        """A page of rows that a statement of its own reads (see `keyset.page_of`)."""
        self.request = request
        cursor = request.query_params.get("cursor")
        try:
            self.page = keyset.page_of(rows, limit=self._limit(request), cursor=cursor, scope=request.path)
        except keyset.BadCursor:
            raise exceptions.ValidationError({"cursor": ["This cursor does not belong to this list."]}) from None
        return self.page.rows

    def _limit(self, request: Request) -> int:
        text = request.query_params.get("limit", str(self.DEFAULT))
        if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= self.MOST):
            raise exceptions.ValidationError({"limit": [f"This must be a whole number from 1 to {self.MOST}."]})
        return int(text)

    def _address(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        query = self.request.query_params.copy()
        query["cursor"] = cursor
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "next": self._address(self.page.next),
                "previous": self._address(self.page.previous),
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": self.MOST, "default": self.DEFAULT}
        return [
            {"name": "limit", "in": "query", "required": False, "schema": limit},
            {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
        ]


# -- errors ----------------------------------------------------------------------------------------------


def error_body(code: str, message: str, fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """The one shape of every error."""
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


def answer_error(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: each exception as a status, a code and a sentence."""
    if isinstance(error, Refusal):
        return _response(error.status, error.code, str(error), wait=error.wait, fields=error.fields)
    if isinstance(error, exceptions.ValidationError):
        return _invalid(error.detail)
    if isinstance(error, FormError):
        return _invalid(error.message_dict if hasattr(error, "error_dict") else error.messages)
    if isinstance(error, exceptions.APIException):
        return _known(error)
    return _from_django(error, context)


def _from_django(error: Exception, context: dict[str, Any]) -> Response:
    if isinstance(error, Http404):
        # One body for "not yours" and "not there".
        return _response(404, "not_found", NOTHING_HERE)
    if isinstance(error, PermissionDenied):
        return _response(403, "permission_denied", str(error) or SENTENCES[403])
    if isinstance(error, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return _response(413, "too_large", SENTENCES[413])
    if isinstance(error, SuspiciousOperation):
        return _response(400, "bad_request", SENTENCES[400])
    refusal = refusal_of(error)
    if refusal is not None:
        log.warning("%s: %s", context["request"]._request.path, refusal.code, exc_info=error)
        return _response(refusal.status, refusal.code, str(refusal), wait=refusal.wait)
    request = context["request"]._request
    log.error("error in %s %s", request.method, request.path, exc_info=error)
    got_request_exception.send(sender=None, request=request)
    return _response(500, "server_error", SENTENCES[500])


def _known(error: exceptions.APIException) -> Response:
    code = error.get_codes()
    status = error.status_code
    told = str(error.detail) if not isinstance(error.detail, list | dict) else ""
    message = NOTHING_HERE if status == 404 else told or SENTENCES.get(status, SENTENCES[400])
    answer = _response(status, code if isinstance(code, str) else "error", message, wait=getattr(error, "wait", None))
    if getattr(error, "auth_header", None):
        answer["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    return answer


def _response(
    status: int,
    code: str,
    message: str,
    *,
    wait: float | None = None,
    fields: dict[str, list[str]] | None = None,
) -> Response:
    return retry_after(Response(error_body(code, message, fields), status=status), wait)


def _invalid(detail: Any) -> Response:
    """400 with the sentences per field; what belongs to no field is the message."""
    fields: dict[str, list[str]] = {}
    _flatten(detail, "", fields)
    general = fields.pop("", []) + fields.pop("non_field_errors", []) + fields.pop("__all__", [])
    first = next((f"{name}: {sentences[0]}" for name, sentences in fields.items() if sentences), SENTENCES[400])
    return Response(error_body("invalid", general[0] if general else first, fields), status=400)


def _flatten(detail: Any, path: str, into: dict[str, list[str]]) -> None:
    """Nested errors by dotted path: {"items.3.title": ["..."]}."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            _flatten(inner, f"{path}.{name}" if path else str(name), into)
    elif isinstance(detail, list) and any(isinstance(inner, dict | list) for inner in detail):
        for number, inner in enumerate(detail):
            _flatten(inner, f"{path}.{number}" if path else str(number), into)
    else:
        into.setdefault(path, []).extend(map(str, detail if isinstance(detail, list) else [detail]))


# -- bytes -----------------------------------------------------------------------------------------------


class AnyAccept(DefaultContentNegotiation):
    """For views that answer bytes: `Accept: image/*` is what programs say that load pictures. Errors stay JSON."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> tuple[Any, str]:
        try:
            chosen: tuple[Any, str] = super().select_renderer(request, renderers, format_suffix)
        except exceptions.NotAcceptable:
            return renderers[0], renderers[0].media_type
        return chosen


# -- conditional answers -----------------------------------------------------------------------------------


class Conditional(APIView):
    """Adds an ETag to each 200 of a GET, and answers 304 to a matching If-None-Match.

    The tag is a keyed hash: it says nothing about the content to who cannot read it.
    """

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Authorization", "Accept"])
        if isinstance(response, Response) and request.method in ("GET", "HEAD") and response.status_code == 200:
            response.add_post_render_callback(lambda rendered: self._tagged(request, rendered))
        return response

    def _tagged(self, request: Request, response: HttpResponse) -> HttpResponse | None:
        tag = f'"{salted_hmac("api.etag", response.content, algorithm="sha256").hexdigest()[:32]}"'
        response["ETag"] = tag
        answer: HttpResponse | None = get_conditional_response(request._request, etag=tag, response=response)
        return answer
