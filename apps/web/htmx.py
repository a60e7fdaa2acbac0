"""Answers for htmx: the part of a page that was asked for, and messages beside it."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

R = TypeVar("R", bound=HttpResponseBase)


def wants(request: HttpRequest, *parts: str) -> bool:
    """True if htmx asks for one of these parts (ids of elements), or, without any named, if it asks at all.

    What htmx loads because its history is empty is a whole page, as for a browser.
    """
    asked = HtmxDetails(request)
    if not asked or asked.history_restore_request:
        return False
    return not parts or (asked.target or "") in parts


def is_scripted(request: HttpRequest) -> bool:
    """True if a script asks, htmx or our own, and reads the answer itself."""
    return wants(request) or "application/json" in request.headers.get("Accept", "")


def vary(response: R) -> R:
    """One address gives a page or a part of it."""
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def trigger(response: HttpResponse, **events: Any) -> HttpResponse:
    """Add events to `HX-Trigger`; "dialog_close" stands for "dialog:close"."""
    for name, detail in events.items():
        trigger_client_event(response, name.replace("_", ":"), detail)
    return response


def toast(
    response: HttpResponse, text: str, *, level: str = "info", undo: str = "", undo_label: str = "Undo"
) -> HttpResponse:
    """Show a short message; `undo` is the address that takes the deed back."""
    way_back = {"undo": undo, "label": undo_label} if undo else {}
    return trigger(response, toast={"text": text, "level": level} | way_back)


def tell(
    request: HttpRequest,
    response: HttpResponse,
    text: str,
    *,
    level: str = "info",
    undo: str = "",
    undo_label: str = "Undo",
) -> HttpResponse:
    """The same message to a browser with htmx (a header) or without (on the next page)."""
    if wants(request):
        return toast(response, text, level=level, undo=undo, undo_label=undo_label)
    return tell_next(request, response, text, level=level, undo=undo, undo_label=undo_label)


def tell_next(
    request: HttpRequest,
    response: HttpResponse,
    text: str,
    *,
    level: str = "info",
    undo: str = "",
    undo_label: str = "Undo",
) -> HttpResponse:
    """The message on the next page, for an answer that leads to another one in any case."""
    kind = messages.ERROR if level == "error" else messages.INFO
    # The template makes a form of the address and the word on its button.
    messages.add_message(request, kind, text, extra_tags=f"{undo} {undo_label}" if undo else "")
    return response
