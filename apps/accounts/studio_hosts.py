"""Middleware: under a studio's own host there is the guests' door of that studio, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from apps.accounts import hosts
from apps.web import failures
from apps.web.answers import SeeOther
from apps.web.strict_transport import wanted


class GuestsAlone:
    """Stands behind Django's SecurityMiddleware, which leaves the header of HSTS alone where it is there already."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            host = hosts.of(request.META.get("HTTP_HOST", ""))
        except Error as error:
            told = failures.answer(request, error)
            if told is None:
                raise
            return told
        if host is None:
            return self.get_response(request)
        hosts.welcome(request)
        with hosts.asked_at(host):
            response = self.get_response(request)
        if request.is_secure() and (strict := wanted(below=False)):
            response["Strict-Transport-Security"] = strict.decode()
        return response

    def process_view(self, request: HttpRequest, view: object, args: Any, kwargs: Any) -> HttpResponse | None:
        """Django's hook for when the address is known: there is nothing here but what guests open."""
        host = hosts.here()
        if host is None:
            return None
        if request.path == "/":
            return SeeOther(reverse("sharing:public", args=[host.slug]))
        if not host.serves(request.path):
            raise Http404
        return None
