"""Long bodies of the API: only who shows a valid credential may send one.

A body waits on the disk until it is whole, and Django asks who sent it only then. A stranger's is read and forgotten
instead, so that nobody without a credential can fill the disk.
"""

from __future__ import annotations

import re
from typing import Any

from apps.accounts.credentials import credential_of
from apps.accounts.scopes import user_of
from apps.uploads.receiver import Body
from apps.web.threads import in_thread
from apps.web.wsgi_bridge import Asgi, Receive, Scope, Send

PATH = re.compile(r"/api/(?:upload(?:/multiple)?|albums/[^/]+/photos|photos/[^/]+/file)")
_OF_BODY = (b"content-length", b"transfer-encoding")


def guarded(pages: Asgi) -> Asgi:
    """`pages`, which gets the body of a request with a valid credential, and none of any other."""

    async def receive_files(scope: Scope, receive: Receive, send: Send) -> None:
        if await in_thread(_is_known, scope):
            await pages(scope, receive, send)
            return
        await Body(receive).drain()
        headers = [(name, value) for name, value in scope["headers"] if name.lower() not in _OF_BODY]
        # The page answers 401 before it looks for a file.
        await pages({**scope, "headers": headers}, _nothing, send)

    return receive_files


def _is_known(scope: Scope) -> bool:
    return any(name.lower() == b"authorization" and credential_of(value) for name, value in scope["headers"])


def is_known(scope: Scope) -> bool:
    """True for a request of a member: with a valid credential, or with the session of somebody who is signed in."""
    return _is_known(scope) or user_of(dict(scope)) is not None


async def _nothing() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}
