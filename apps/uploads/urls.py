"""Addresses of uploads. `receiver` and `tus` answer theirs before Django; this names them."""

from django.http import HttpRequest, HttpResponseNotAllowed
from django.urls import path

from apps.uploads import receipt_views, sample_views, views
from apps.uploads.guests import studio_views as guests_studio_views
from apps.uploads.guests import views as guests_views

app_name = "uploads"


def put(request: HttpRequest, slug: str, album_id: str) -> HttpResponseNotAllowed:
    """Reached only by other methods than PUT."""
    return HttpResponseNotAllowed(["PUT"])


def parts(request: HttpRequest, slug: str) -> HttpResponseNotAllowed:
    """Reached only where no ASGI server stands in front of Django."""
    return HttpResponseNotAllowed(["POST", "OPTIONS"])


def guest_parts(request: HttpRequest, token: str) -> HttpResponseNotAllowed:
    """As `parts`."""
    return HttpResponseNotAllowed(["POST", "OPTIONS"])


RECEIPTS = "studio/<slug:slug>/albums/<uuid:album_id>/receipts"

urlpatterns = [
    path(f"{RECEIPTS}/", receipt_views.album_receipts, name="receipts"),
    path(f"{RECEIPTS}/<uuid:receipt_id>/", receipt_views.receipt, name="receipt"),
    path(f"{RECEIPTS}/<uuid:receipt_id>/skipped/", receipt_views.receipt_skipped, name="receipt_skipped"),
    path(f"{RECEIPTS}/<uuid:receipt_id>.csv", receipt_views.receipt_csv, name="receipt_csv"),
    path("g/<str:token>/uploads/receipt.csv", guests_views.receipt_csv, name="guest_receipt"),
    path("g/<str:token>/uploads/", guests_views.uploads, name="guest"),
    path("g/<str:token>/uploads/tus/", guest_parts, name="guest_parts"),
    path("g/<str:token>/uploads/<uuid:file_id>/withdraw/", guests_views.withdraw, name="guest_withdraw"),
    path("studio/<slug:slug>/albums/<uuid:album_id>/from-guests/", guests_studio_views.from_guests, name="from_guests"),
    path(
        "studio/<slug:slug>/albums/<uuid:album_id>/from-guests/answer/",
        guests_studio_views.answer,
        name="from_guests_answer",
    ),
    path("studio/<slug:slug>/albums/<uuid:album_id>/upload", put, name="put"),
    path("studio/<slug:slug>/albums/<uuid:album_id>/upload/look/", views.look, name="look"),
    path("studio/<slug:slug>/uploads/tus/", parts, name="parts"),
    path("studio/<slug:slug>/sample-gallery/", sample_views.make, name="sample"),
    path("studio/<slug:slug>/inbox/", views.inbox_page, name="inbox"),
    path("studio/<slug:slug>/inbox/retry/", views.inbox_retry, name="inbox_retry"),
    path("studio/<slug:slug>/inbox/settings/", views.inbox_settings, name="inbox_settings"),
]
