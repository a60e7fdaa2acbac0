"""Paths of sharing that are answered by ASGI applications, without Django's handler."""

from __future__ import annotations

import re

from apps.sharing.downloads.archive import response
from apps.sharing.gallery.pictures import picture
from apps.web.wsgi_bridge import Asgi

# What the web process answers before Django: (pattern of the whole path, application).
RAW_ROUTES: list[tuple[re.Pattern[str], Asgi]] = [
    (re.compile(r"/m/.*", re.DOTALL), picture),
    (response.PATH, response.archive),
]
