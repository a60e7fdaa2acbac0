"""What a guest's app holds: what a browser keeps in cookies, as one text. `Authorization: Gallery <pass>` shows it.

The door reads both alike. Cookies of a browser are never read here, so no other site can act by them.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from apps.sharing.access import known, passes
from apps.sharing.downloads import pin_code

KINDS: Final = (passes.COOKIE, known.COOKIE, pin_code.COOKIE)
#: A pass that opens a link, the person, and the PIN: about 600 letters.
LONGEST: Final = 2_000


def write(cookies: Mapping[str, str]) -> str:
    """The text that stands for these cookies of guests."""
    return urlsafe_b64encode(urlencode(cookies).encode()).rstrip(b"=").decode()


def read(text: str) -> dict[str, str]:
    """The cookies that a text stands for; none for a text that is none of ours. Believe none before its signature."""
    if len(text) > LONGEST:
        return {}
    try:
        said = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        cookies = dict(parse_qsl(said, max_num_fields=len(KINDS)))
    except (binascii.Error, ValueError):
        return {}
    starts = tuple(f"{kind.name()}_" for kind in KINDS)
    return {name: value for name, value in cookies.items() if name.startswith(starts)}


class GalleryPass(BaseAuthentication):
    """`Authorization: Gallery <pass>`. It refuses nobody: whether a link opens is asked of the door."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, dict[str, str]] | None:
        words = get_authorization_header(request).split()
        if len(words) != 2 or words[0].lower() != b"gallery" or not words[1].isascii():
            return None
        return AnonymousUser(), read(words[1].decode())

    def authenticate_header(self, request: Request) -> str:
        return 'Gallery realm="glassine"'
