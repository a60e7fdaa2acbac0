"""Answers that pages of all apps give."""

from __future__ import annotations

from typing import Any, TypeVar

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url

R = TypeVar("R", bound=HttpResponseBase)


class SeeOther(HttpResponseRedirect):
    """After a deed: look there (303). Whoever reloads that page repeats nothing."""

    status_code = 303

    def __init__(self, to: Any, *args: Any) -> None:
        """to: as in `redirect`, a row with a URL, the name of a page with its `args`, or a URL."""
        super().__init__(resolve_url(to, *args))


def retry_after(response: R, wait: float | None) -> R:
    """Say after how many seconds another try makes sense; None: it never does."""
    if wait is not None:
        response["Retry-After"] = str(max(1, round(wait)))
    return response


def too_many(response: R, wait: float | None) -> R:
    """The page for one try too many (429), whose sentence the caller has written. wait: in seconds."""
    response.status_code = 429
    return retry_after(response, wait)
