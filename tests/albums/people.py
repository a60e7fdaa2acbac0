"""What the tests of pages and API share: addresses, credentials, parts asked for by htmx."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import reverse

from apps.accounts.models import ApiKey, Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Placement


def page(name: str, album: Album, *args: object) -> str:
    """Address of a page below an album."""
    return reverse(f"albums:{name}", args=[album.studio.slug, album.pk, *args])


def part(target: str) -> dict[str, str]:
    """Headers with which htmx asks for one element."""
    return {"HX-Request": "true", "HX-Target": target}


def order_of(album: Album) -> list[UUID]:
    """Ids of the photos in reading order."""
    with acting_in(album.studio):
        rows = Placement.objects.for_studio(album.studio).filter(album=album, trashed_at__isnull=True)
        return list(rows.order_by("section_rank", "sort_key", "id").values_list("photo_id", flat=True))


def names_of(album: Album) -> list[str]:
    """Camera names in reading order."""
    with acting_in(album.studio):
        rows = Placement.objects.for_studio(album.studio).filter(album=album, trashed_at__isnull=True)
        return list(rows.order_by("section_rank", "sort_key", "id").values_list("photo__camera_name", flat=True))


class Caller:
    """An integration with an API key; it speaks JSON, and multipart where files are sent."""

    def __init__(self, studio: Studio, user: User, *scopes: str) -> None:
        with acting_in(studio):
            _, secret = ApiKey.make(studio, user, name="test", scopes=list(scopes) or ["read", "albums", "upload"])
        self.client = Client(headers={"Authorization": f"Api-Key {secret}"})

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(path, query)

    def post(self, path: str, data: object = None) -> Any:
        return self.client.post(path, data or {}, content_type="application/json")

    def put(self, path: str, data: object = None) -> Any:
        return self.client.put(path, data or {}, content_type="application/json")

    def patch(self, path: str, data: object) -> Any:
        return self.client.patch(path, data, content_type="application/json")

    def delete(self, path: str) -> Any:
        return self.client.delete(path)

    def send(self, path: str, **fields: Any) -> Any:
        """POST of a form with files."""
        return self.client.post(path, fields)
