"""Addresses."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.defaults import page_not_found

from apps.web.api import NOTHING_HERE, error_body


def nothing_here(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 in the tongue of the asker: an address below /api/ that no pattern can read is answered in JSON."""
    if request.path.startswith("/api/"):
        return JsonResponse(error_body("not_found", NOTHING_HERE), status=404)
    return page_not_found(request, exception)


handler404 = nothing_here

urlpatterns = [
    path("api/", include("config.api")),
    path("", include("apps.accounts.urls")),
    path("", include("apps.jobs.urls")),
    path("", include("apps.albums.urls")),
    path("", include("apps.library.urls")),
    path("", include("apps.tagging.urls")),
    path("", include("apps.smart_collections.urls")),
    path("", include("apps.faces.urls")),
    path("", include("apps.sharing.urls")),
    path("", include("apps.uploads.urls")),
    path("", include("apps.webhooks.urls")),
    path("", include("apps.portability.urls")),
    path("", include("apps.monitoring.urls")),
]
