"""Addresses of uploads. The PUT itself is answered by `receiver` before Django; this names it."""

from django.http import HttpRequest, HttpResponseNotAllowed
from django.urls import path

app_name = "uploads"


def put(request: HttpRequest, slug: str, album_id: str) -> HttpResponseNotAllowed:
    """Reached only by other methods than PUT."""
    return HttpResponseNotAllowed(["PUT"])


urlpatterns = [
    path("studio/<slug:slug>/albums/<uuid:album_id>/upload", put, name="put"),
]
