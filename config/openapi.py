"""How the OpenAPI document is drawn up. Large, and so loaded with the first question for it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request

from apps.web import openapi


class CredentialsScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The two kinds of credentials, as OpenAPI names them."""

    target_class = "apps.accounts.credentials.Credentials"
    name = ["accessToken", "apiKey"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Api-Key <key>`"},
        ]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        # Either one, not both.
        return [{name: []} for name in self.name]


class GalleryPassScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The pass of a guest's app as OpenAPI names it."""

    target_class = "apps.sharing.guest_api.held.GalleryPass"
    name = "galleryPass"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Gallery <pass>`"}

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        # A link without a password opens without one.
        return [{"galleryPass": []}, {}]


class DocumentGenerator(SchemaGenerator):
    """The document, with all that views say of themselves."""

    def get_schema(self, request: Request | None = None, public: bool = False) -> Any:
        openapi.tell()
        return super().get_schema(request, public)  # type: ignore[no-untyped-call]
