"""Cookies of guests: what each of them has in common. What stands in one is signed by whoever sets it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponseBase


def give_cookie(response: HttpResponseBase, name: str, value: str, *, lives: timedelta) -> None:
    """Set a cookie that no script reads and no other site sends along."""
    response.set_cookie(
        name,
        value,
        max_age=lives,
        path="/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
