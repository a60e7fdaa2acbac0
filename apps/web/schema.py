"""What OpenAPI says of every operation: one type of body, one shape of errors, `Idempotency-Key` on what creates."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 128},
    OpenApiParameter.HEADER,
    description="The same key and request again give the same answer and create nothing twice.",
)


class ErrorDetail(serializers.Serializer[Any]):
    """code: a word for programs. message: a sentence. fields: sentences per field."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]


class Schema(AutoSchema):
    """The schema of one operation."""

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        # Signing in creates nothing that may be repeated, and what guests say of themselves is theirs once.
        if self.method == "POST" and any("apiKey" in one for one in self.get_auth()):
            parameters.append(IDEMPOTENCY_KEY)
        return parameters

    def map_parsers(self) -> list[str]:
        """JSON alone where a body may be JSON: a form of the same fields is taken too, but generated clients would
        send one body as both."""
        types: list[str] = super().map_parsers()
        return ["application/json"] if "application/json" in types else types

    def _get_response_bodies(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(*args, **kwargs)
        bodies.setdefault(
            "default", {"description": "Refused", "content": {"application/json": {"schema": self._error()}}}
        )
        return bodies

    def _error(self) -> dict[str, Any]:
        error = ResolvedComponent(name="Error", type=ResolvedComponent.SCHEMA, object="error")  # type: ignore[no-untyped-call]
        if error not in self.registry:
            detail = self.resolve_serializer(ErrorDetail, "response")
            error.schema = {"type": "object", "required": ["error"], "properties": {"error": detail.ref}}
            self.registry.register_on_missing(error)
        return dict(error.ref)
