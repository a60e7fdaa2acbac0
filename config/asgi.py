"""The one door of the web process: sockets, byte paths, pages."""

import asyncio
import os
import re
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from config.wsgi import application as django_pages  # noqa: I001  (sets Django up before anything of it is imported)

from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings

from apps.accounts import hosts
from apps.accounts.scopes import request_of
from apps.media.asgi import send_answer
from apps.media.serving import Answer
from apps.sharing.access import studio_of
from apps.sharing.raw import RAW_ROUTES
from apps.uploads.receiver import PATH as UPLOAD, receive_photo
from apps.uploads.sockets import urlpatterns as sockets
from apps.uploads.strangers import PATH as API_UPLOAD, guarded, is_known
from apps.web import failures
from apps.web.bodies import LONGEST_OF_NOBODY
from apps.uploads.tus import receive_parts
from apps.uploads.tus_call import PATH as TUS
from apps.web.lanes import ARRIVING, LEAVING
from apps.web.pages_first import PAGES
from apps.web.wsgi_bridge import Asgi, Bridge, BridgeAnswer, Declined, Receive, Scope, Send
from apps.web.proxies import BehindProxies
from apps.web.sockets import refuse
from apps.web.threads import in_thread
from apps.web.strict_transport import StrictTransport, wanted

# A form, a logo, a long list of ids; nginx has the same limit. It waits on the disk; a stranger sends less (see
# `apps.web.bodies`).
LONGEST_FORM = 16 * 1024**2
# A request with 500 files of an integration; the pages send one file at a time by PUT.
LONGEST_UPLOAD = 8 * 1000**3

# Pages of Django that read from the store or write to it, and so wait with it: files made on demand, previews of marks.
BYTES = re.compile(
    r"/g/[^/]+/(?:photos/[0-9a-f-]{36}/download|preview)/"
    r"|/api/albums/[^/]+/photos/[^/]+/download"
    r"|/api/photos/[^/]+/original"
    r"|/api/galleries/[^/]+/photos/[^/]+/[a-z]+"
    r"|/studio/[^/]+/(?:albums/[^/]+/)?(?:photos/[^/]+/download|watermark/example)/"
    r"|/studio/[^/]+/export/[0-9a-f-]{36}/[0-9]+\.zip"
)


_TOKEN = re.compile(r"/g/([^/]+)/")

SELFIE = re.compile(r"/g/[^/]+/find/")


async def _arriving(scope: Scope, page: Callable[[], BridgeAnswer]) -> BridgeAnswer:
    return await ARRIVING.run(_owner(scope), page)


async def _leaving(scope: Scope, page: Callable[[], BridgeAnswer]) -> BridgeAnswer:
    return await LEAVING.run(_owner(scope), page)


def _owner(scope: Scope) -> Hashable:
    """Whose share of a lane a request takes: that of its credential, else of the studio or link in its address."""
    credential = next((value for name, value in scope["headers"] if name.lower() == b"authorization"), b"")
    if credential:
        return credential
    parts = scope["path"].split("/", 4)[1:4]
    return "/".join(parts if parts[0] == "api" else parts[:2])


_bridge = partial(Bridge, django_pages, temp=settings.STORAGE_TEMP, is_known=is_known)
pages = _bridge(limit=LONGEST_FORM)
files = _bridge(limit=LONGEST_FORM, run=_leaving)
# A guest's picture is never written to the disk.
selfies = _bridge(limit=LONGEST_OF_NOBODY, in_memory=LONGEST_OF_NOBODY)
uploads = guarded(_bridge(limit=LONGEST_UPLOAD, run=_arriving))
# What brings files stands back while pages are made.
ARRIVALS: tuple[Asgi, ...] = (receive_photo, receive_parts, uploads)
# What a client looks at, with the pictures of it. A studio's own pages do not slow its uploads down.
GUESTS = ("/g/", "/api/galleries/")
# Whose requests meet `GuestsAlone`, which knows studios' own hosts.
OF_DJANGO: tuple[Asgi, ...] = (pages, files, selfies, uploads)
live = AllowedHostsOriginValidator(URLRouter([*sockets, *refuse]))


def _http(scope: Scope) -> Asgi:
    path, method = scope["path"], scope["method"]
    if method == "PUT" and UPLOAD.fullmatch(path):
        return receive_photo
    if TUS.fullmatch(path):
        return receive_parts
    if method == "POST" and API_UPLOAD.fullmatch(path):
        return uploads
    for pattern, app in RAW_ROUTES:
        if pattern.fullmatch(path):
            return app
    if SELFIE.fullmatch(path):
        return selfies
    return files if BYTES.fullmatch(path) else pages


async def _under_its_host(app: Asgi, scope: Scope, receive: Receive, send: Send) -> None:
    """A byte path; under a studio's own host, its guests' alone. Raises Declined: Django says the rest."""
    header = next((value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"host"), "")
    host = None if hosts.is_own(hosts.name_of(header)) else await in_thread(hosts.of, header)
    if host is not None:
        scope["studio_host"] = host
        token = _TOKEN.match(scope["path"])
        if not host.serves(scope["path"]) or (token and await in_thread(studio_of, token[1]) != host.studio_id):
            raise Declined
    await app(scope, receive, send)


async def _in_words(app: Asgi, scope: Scope, receive: Receive, send: Send) -> None:
    """A byte path that a failing neighbour stops before its first byte says so, as pages do (`web.failures`)."""
    has_begun = False

    async def noted(event: dict[str, Any]) -> None:
        nonlocal has_begun
        has_begun = True
        await send(event)

    try:
        await app(scope, receive, noted)
    except Declined:
        raise
    except Exception as error:
        said = None if has_begun else await asyncio.to_thread(failures.answer, request_of(dict(scope)), error)
        if said is None:
            raise
        await send_answer(Answer(said.status_code, dict(said.headers), body=said.content), scope, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return


async def _route(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        app = _http(scope)
        path = app if app in OF_DJANGO else partial(_under_its_host, app)
        page = PAGES.page(of_guest=scope["path"].startswith(GUESTS))
        try:
            if app in ARRIVALS:
                await _in_words(path, scope, PAGES.behind(receive), send)
            else:
                with page:
                    await _in_words(path, scope, receive, send)
        except Declined:
            with page:
                await pages(scope, receive, send)
    elif scope["type"] == "websocket":
        await live(scope, receive, send)
    else:
        await _lifespan(receive, send)


application = BehindProxies(StrictTransport(_route, wanted()), settings.TRUSTED_PROXIES)
