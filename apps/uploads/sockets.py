"""Addresses of sockets."""

from django.urls import path

from apps.uploads.consumers import AlbumSocket

urlpatterns = [
    path("ws/studio/<slug:slug>/albums/<str:album>/", AlbumSocket.as_asgi()),
]
