"""Addresses of sharing: the guests' below /g/, the studio's below /studio/."""

from django.urls import path

from apps.sharing import guests, views

app_name = "sharing"

ALBUM = "studio/<slug:slug>/albums/<uuid:album_id>"
LINK = f"{ALBUM}/links/<uuid:link_id>"

urlpatterns = [
    path("g/<str:token>/", guests.gallery, name="gallery"),
    path("g/<str:token>/photos/<uuid:photo_id>/", guests.photo, name="photo"),
    path("g/<str:token>/photos/<uuid:photo_id>/download/", guests.download, name="download"),
    path(f"{ALBUM}/links/", views.album_links, name="links"),
    path(f"{ALBUM}/links/sentence/", views.sentence, name="sentence"),
    path(f"{LINK}/", views.link, name="link"),
    path(f"{LINK}/revoke/", views.link_revoke, name="link_revoke"),
    path(f"{LINK}/restore/", views.link_restore, name="link_restore"),
    path(f"{LINK}/delete/", views.link_delete, name="link_delete"),
    path(f"{LINK}/qr.<str:format>", views.link_qr, name="link_qr"),
    path("studio/<slug:slug>/settings/logo/", views.logo, name="logo"),
    path("studio/<slug:slug>/logo.png", views.logo_image, name="logo_image"),
]
