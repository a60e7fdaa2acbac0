"""Answers for htmx: the part of a page that was asked for, and messages beside it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


def wants(request: HttpRequest, *parts: str) -> bool:
    """True if htmx asks for one of these parts (ids of elements), or, without any named, if it asks at all."""
    if request.headers.get("HX-Request") != "true" or request.headers.get("HX-History-Restore-Request") == "true":
        return False
    return not parts or request.headers.get("HX-Target", "") in parts


def vary(response: HttpResponse) -> HttpResponse:
    """One address gives a page or a part of it."""
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def trigger(response: HttpResponse, **events: Any) -> HttpResponse:
    """Add events to `HX-Trigger`; "dialog_close" stands for "dialog:close"."""
    known = json.loads(response.get("HX-Trigger", "{}"))
    known |= {name.replace("_", ":"): detail for name, detail in events.items()}
    response["HX-Trigger"] = json.dumps(known)
    return response


def toast(response: HttpResponse, text: str, *, level: str = "info", undo: str = "") -> HttpResponse:
    """Show a short message; `undo` is the address that takes the deed back."""
    return trigger(response, toast={"text": text, "level": level} | ({"undo": undo} if undo else {}))


def tell(request: HttpRequest, response: HttpResponse, text: str, *, level: str = "info") -> HttpResponse:
    """The same message to a browser with htmx (a header) or without (on the next page)."""
    if wants(request):
        return toast(response, text, level=level)
    messages.add_message(request, messages.ERROR if level == "error" else messages.INFO, text)
    return response
