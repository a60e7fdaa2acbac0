"""Pages of a gallery that are the same for every guest of a link who has said nothing of themselves.

They are kept in this process by all that they depend on: the rows that the door has just read, what was asked, and the
version of the album, which triggers raise (see `albums.versions`). So a kept page is never older than what a page made
now would show, in any process, and nothing has to be told to go.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from threading import Lock
from typing import Any, Final

from django.db import connection
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import translation

from apps.accounts.hosts import here
from apps.accounts.tenancy import acting_in
from apps.albums.versions import shown_version_sql
from apps.sharing.access import Grant
from apps.sharing.models import ShowsPeople
from apps.web.compression import PackedPage
from apps.web.postgres import replica
from apps.web.ttl_cache import TtlCache

#: Where each guest's own token comes; no text of a page holds a zero byte.
TOKEN: Final = "\0token\0"
#: A page has about 50 KB and 10 more compressed, so this is about 9 MB.
MOST: Final = 150
#: A page's key says whether it is true, so this only lets go of what nobody asks for any more.
SECONDS: Final = 3600

# What an address may ask of a page that is kept. Anything else is answered anew.
_ASKED: Final = frozenset({"after", "section", "photo", "stack", "columns"})
_PAGES: Final[TtlCache[Hashable, PackedPage]] = TtlCache(seconds=SECONDS, size=MOST)
_LOCK: Final = Lock()
_THERE: Final = f"""
    select set_config('statement_timeout', %s, true), {shown_version_sql("a")}
    from albums_album a where a.studio_id = %s and a.id = %s
"""


def answer(request: HttpRequest, grant: Grant, key: Hashable | None, make: Callable[[], str]) -> HttpResponse:
    """The page of this key, made if it is not at hand. make: gives its HTML with `TOKEN` for the guest's token.

    What a page of a key depends on is in the key, so it may be made from a replica that has the album's version.
    """
    page = _kept(key) if key is not None else None
    if page is None:
        since = _PAGES.clock()
        html = replica.instead(partial(_made_there, grant, make)) if key is not None else None
        page = PackedPage(make() if html is None else html, mark=TOKEN)
        if key is not None:
            with _LOCK:
                _PAGES.put(key, page, since=since)
    return page.answer(request, get_token(request) if page.has_mark else "")


def key_of(request: HttpRequest, grant: Grant, *shown: Hashable) -> Hashable | None:
    """All that the page depends on, or None if it is not kept. Ask it before the page reads its rows.

    Not for guests who are known, or whose browser chose a list. Who is in the photos is told by no version, and of a
    collection not which photos are in it.
    shown: what else stands on the page.
    """
    album, rights = grant.shown.album, grant.rights
    tells_of_people = rights.people != ShowsPeople.OFF or rights.may_find
    is_plain = request.method == "GET" and _ASKED.issuperset(request.GET)
    version = grant.shown_version
    if version is None or grant.is_preview or tells_of_people or not album.is_gallery or not is_plain:
        return None
    rows = _row(grant.studio), _row(album)
    asked = here(), request.get_full_path(), translation.get_language()
    return (*asked, *rows, rights, grant.audience, grant.expires_at, version, *shown)


def clear() -> None:
    """Forget all pages."""
    with _LOCK:
        _PAGES.clear()


def _made_there(grant: Grant, make: Callable[[], str]) -> str | None:
    """The page, unless the album is at another version there."""
    album = grant.shown.album
    with acting_in(grant.studio):
        with connection.cursor() as cursor:
            cursor.execute(_THERE, [f"{replica.LONGEST}ms", album.studio_id, album.pk])
            found = cursor.fetchone()
        return make() if found is not None and found[1] == grant.shown_version else None


def _kept(key: Hashable) -> PackedPage | None:
    with _LOCK:
        return _PAGES.get(key)


def _row(row: Model) -> str:
    """A row as it was read. (Its JSON cannot be hashed.)"""
    held: dict[str, Any] = row.__dict__
    return repr([held.get(field.attname) for field in row._meta.concrete_fields])
