"""Addresses with faults, for who has to find them."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from apps.accounts.tenancy import across_studios
from config.urls import urlpatterns as real

PATTERN = "studio/<slug:slug>/{}/<uuid:album_id>/"


def open_door(request: HttpRequest, slug: str, album_id: Any) -> HttpResponse:
    return HttpResponse("as if it were mine")


def broken_door(request: HttpRequest, slug: str, album_id: Any) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("select 1 / 0")
    return HttpResponse()


def telling_door(request: HttpRequest, slug: str, album_id: Any) -> HttpResponse:
    with across_studios(), connection.cursor() as cursor:
        cursor.execute("select title from albums_album where id = %s", [album_id])
        (title,) = cursor.fetchone()
    return HttpResponse(title, status=404)


DOORS = {"open": open_door, "broken": broken_door, "telling": telling_door}
urlpatterns = [*(path(PATTERN.format(name), door) for name, door in DOORS.items()), *real]
