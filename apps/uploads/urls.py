"""Addresses of uploads. `receiver` and `tus` answer theirs before Django; this names them."""

from django.http import HttpRequest, HttpResponseNotAllowed
from django.urls import path

from apps.uploads import views

app_name = "uploads"


def put(request: HttpRequest, slug: str, album_id: str) -> HttpResponseNotAllowed:
    """Reached only by other methods than PUT."""
    return HttpResponseNotAllowed(["PUT"])


def parts(request: HttpRequest, slug: str) -> HttpResponseNotAllowed:
    """Reached only where no ASGI server stands in front of Django."""
    return HttpResponseNotAllowed(["POST", "OPTIONS"])


urlpatterns = [
    path("studio/<slug:slug>/albums/<uuid:album_id>/upload", put, name="put"),
    path("studio/<slug:slug>/albums/<uuid:album_id>/upload/look/", views.look, name="look"),
    path("studio/<slug:slug>/uploads/tus/", parts, name="parts"),
    path("studio/<slug:slug>/inbox/", views.inbox_page, name="inbox"),
    path("studio/<slug:slug>/inbox/retry/", views.inbox_retry, name="inbox_retry"),
    path("studio/<slug:slug>/inbox/settings/", views.inbox_settings, name="inbox_settings"),
]
