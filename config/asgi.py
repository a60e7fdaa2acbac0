"""The one door of the web process: sockets, byte paths, pages."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from config.wsgi import application as django_pages  # noqa: I001  (sets Django up before anything of it is imported)

from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings

from apps.sharing.raw import RAW_ROUTES
from apps.uploads.receiver import PATH as UPLOAD, receive_photo
from apps.uploads.sockets import urlpatterns as sockets
from apps.uploads.strangers import PATH as API_UPLOAD, guarded
from apps.uploads.tus import PATH as TUS, receive_parts
from apps.web.wsgi_bridge import Asgi, Bridge, Declined, Receive, Scope, Send
from apps.web.proxies import BehindProxies
from apps.web.sockets import refuse

# A form, a logo, a long list of ids; nginx has the same limit. Anybody may send so much, and it waits on the disk.
LONGEST_FORM = 16 * 1024**2
# A request with 500 files of an integration; the pages send one file at a time by PUT.
LONGEST_UPLOAD = 8 * 1000**3

pages = Bridge(django_pages, limit=LONGEST_FORM, temp=settings.STORAGE_TEMP)
uploads = guarded(Bridge(django_pages, limit=LONGEST_UPLOAD, temp=settings.STORAGE_TEMP))
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
    return pages


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return


async def _route(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        try:
            await _http(scope)(scope, receive, send)
        except Declined:
            await pages(scope, receive, send)
    elif scope["type"] == "websocket":
        await live(scope, receive, send)
    else:
        await _lifespan(receive, send)


application = BehindProxies(_route, settings.TRUSTED_PROXIES)
