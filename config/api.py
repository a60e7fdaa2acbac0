"""The one router of the API. Each app's viewsets are named here and nowhere else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from apps.accounts import domains_api, members_api
from apps.accounts import endpoints as accounts
from apps.accounts.journal import api as journal
from apps.albums import api as albums
from apps.albums import clock_api, stacks_api
from apps.faces import api as faces
from apps.jobs import api as jobs
from apps.library import api as library
from apps.library import (
    borrowed_places_api,
    duplicates_api,
    events_api,
    keywords_api,
    match_api,
    one_photo_api,
    places_api,
    tiers_api,
)
from apps.library import stacks_api as bursts_api
from apps.portability import api as portability
from apps.sharing.activity import api as activity
from apps.sharing.board import api as board
from apps.sharing.branding import brands_api
from apps.sharing.clients import api as clients
from apps.sharing.guest_api import views as galleries
from apps.sharing.links import api as sharing
from apps.sharing.people import api as people
from apps.sharing.review import api
from apps.smart_collections import api as smart_collections
from apps.smart_collections import by_hand_api
from apps.tagging import api as tagging
from apps.tagging import meaning_api
from apps.uploads import api as uploads
from apps.uploads import inbox_api, photo_api, receipts_api
from apps.uploads.guests import approvals_api
from apps.uploads.importing import api as importing
from apps.webhooks import api as webhooks
from config import health, studio_settings

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("api-keys", accounts.ApiKeyViewSet, basename="api-key")
router.register("members", members_api.MemberViewSet, basename="api-member")


class NothingHere(APIView):
    """Every other address below /api/: an error of the API's shape, not a page."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        raise NotFound

    def get(self, request: Request, rest: str) -> Response:
        raise NotFound


@csrf_exempt
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, by what is loaded when somebody first asks for it."""
    from config import openapi_view

    return openapi_view.answer(request)


def docs(request: HttpRequest) -> HttpResponse:
    """Pages for people, drawn in the browser from the schema."""
    return render(request, "web/docs.html")


urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/token", accounts.TokenView.as_view(), name="api-token"),
    path("auth/register", accounts.RegisterView.as_view(), name="api-register"),
    path("auth/refresh", accounts.RefreshView.as_view(), name="api-refresh"),
    path("auth/logout", accounts.LogoutView.as_view(), name="api-logout"),
    path("me", accounts.MeView.as_view(), name="api-me"),
    path("system/health", health.HealthView.as_view(), name="api-health"),
    path("system/domains/ask", domains_api.DomainAskView.as_view(), name="api-domain-ask"),
    path("system/status", health.StatusView.as_view(), name="api-status"),
    path("system/status/history", health.HistoryView.as_view(), name="api-status-history"),
    path("health", health.HealthView.as_view(), name="api-health-short"),
    path("stats", health.StatsView.as_view(), name="api-stats"),
    path("schema/", schema, name="api-schema"),
    path("docs/", docs, name="api-docs"),
    *journal.urlpatterns,
    *jobs.urlpatterns,
    *albums.urlpatterns,
    *clock_api.urlpatterns,
    *stacks_api.urlpatterns,
    *library.urlpatterns,
    *keywords_api.urlpatterns,
    *tagging.urlpatterns,
    *meaning_api.urlpatterns,
    *match_api.urlpatterns,
    *one_photo_api.urlpatterns,
    *events_api.urlpatterns,
    *places_api.urlpatterns,
    *borrowed_places_api.urlpatterns,
    *bursts_api.urlpatterns,
    *duplicates_api.urlpatterns,
    *tiers_api.urlpatterns,
    *smart_collections.urlpatterns,
    *by_hand_api.urlpatterns,
    *faces.urlpatterns,
    *people.urlpatterns,
    *activity.urlpatterns,
    *galleries.urlpatterns,
    *portability.urlpatterns,
    *importing.urlpatterns,
    *sharing.urlpatterns,
    *clients.urlpatterns,
    *brands_api.urlpatterns,
    *board.urlpatterns,
    *api.urlpatterns,
    *uploads.urlpatterns,
    *photo_api.urlpatterns,
    *receipts_api.urlpatterns,
    *approvals_api.urlpatterns,
    *inbox_api.urlpatterns,
    *webhooks.urlpatterns,
    *studio_settings.urlpatterns,
    *router.urls,
    path("", NothingHere.as_view(), {"rest": ""}, name="api-root"),
    path("<path:rest>", NothingHere.as_view(), name="api-nothing"),
]
