"""Addresses of sockets."""

from django.urls import path

from apps.uploads.consumers import AlbumSocket, StudioSocket

urlpatterns = [
    path("ws/studio/<slug:slug>/", StudioSocket.as_asgi()),
    path("ws/studio/<slug:slug>/albums/<str:album>/", AlbumSocket.as_asgi()),
]
