"""Pages of a gallery: one for all guests of a link who have said nothing of themselves, one for each who has.

They are kept in this process by all that they depend on: the rows that the door has just read, what was asked, and the
version of the album, which triggers raise (see `albums.versions`). So a kept page is never older than what a page made
now would show, in any process, and nothing has to be told to go. Somebody's own page also goes with what others choose:
the version does not say who it was.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from threading import Lock
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils import translation

from apps.accounts.hosts import here
from apps.accounts.tenancy import acting_in
from apps.albums import versions
from apps.sharing.access import Grant
from apps.sharing.models import ShowsPeople, Visitor
from apps.web.compression import QUICK, PackedPage
from apps.web.postgres import replica
from apps.web.ttl_cache import TtlCache

#: Where each guest's own token comes; no text of a page holds a zero byte.
TOKEN: Final = "\0token\0"
#: A page has about 50 KB and 10 more compressed, so this is about 9 MB.
MOST: Final = 150
#: Of pages of single guests, which take no room from those that serve many.
MOST_OWN: Final = 50
#: A page's key says whether it is true, so this only lets go of what nobody asks for any more.
SECONDS: Final = 3600

# What an address may ask of a page that is kept. Anything else is answered anew.
_ASKED: Final = frozenset({"after", "section", "photo", "stack", "columns"})
_PAGES: Final[TtlCache[Hashable, PackedPage]] = TtlCache(seconds=SECONDS, size=MOST)
_OWN: Final[TtlCache[Hashable, PackedPage]] = TtlCache(seconds=SECONDS, size=MOST_OWN)
_LOCK: Final = Lock()
_THERE: Final = f"""
    select set_config('statement_timeout', %s, true), {versions.shown_version_sql("a")}
    from albums_album a where a.studio_id = %s and a.id = %s
"""


class PageKey(NamedTuple):
    """All that a page depends on. is_own: it is a single guest's."""

    parts: Hashable
    is_own: bool


def answer(request: HttpRequest, grant: Grant, key: PageKey, make: Callable[[], str]) -> HttpResponse:
    """The page of this key, made if it is not at hand. make: gives its HTML with `TOKEN` for the guest's token.

    What a page of a key depends on is in the key, so one that is no single guest's may be made from a replica that has
    the album's version.
    """
    pages = _OWN if key.is_own else _PAGES
    with _LOCK:
        page, since = pages.get(key), pages.clock()
    if page is None:
        html = None if key.is_own else replica.instead(partial(_made_there, grant, make))
        page = PackedPage(make() if html is None else html, mark=TOKEN, level=QUICK if key.is_own else 6)
        with _LOCK:
            pages.put(key, page, since=since)
    return page.answer(request, get_token(request) if page.has_mark else "")


def key_of(request: HttpRequest, grant: Grant, visitor: Visitor | None, *shown: Hashable) -> PageKey | None:
    """All that the page depends on, or None if it is not kept. Ask it before the page reads its rows.

    Who is in the photos is told by no version, and of a collection not which photos are in it.
    visitor: who looks, if known.  shown: what else stands on the page.
    """
    album, rights = grant.shown.album, grant.rights
    tells_of_people = rights.people != ShowsPeople.OFF or rights.may_find
    is_plain = request.method == "GET" and _ASKED.issuperset(request.GET)
    version = grant.shown_version
    if version is None or grant.is_preview or tells_of_people or not album.is_gallery or not is_plain:
        return None
    own = (_row(visitor), versions.version_of(album)) if visitor is not None else None
    rows = _row(grant.studio), _row(album)
    asked = here(), request.get_full_path(), translation.get_language()
    parts = (*asked, *rows, rights, grant.audience, grant.expires_at, version, own, *shown)
    return PageKey(parts, is_own=visitor is not None)


def clear() -> None:
    """Forget all pages."""
    with _LOCK:
        _PAGES.clear()
        _OWN.clear()


def _made_there(grant: Grant, make: Callable[[], str]) -> str | None:
    """The page, unless the album is at another version there."""
    album = grant.shown.album
    with acting_in(grant.studio):
        with connection.cursor() as cursor:
            cursor.execute(_THERE, [f"{replica.LONGEST}ms", album.studio_id, album.pk])
            found = cursor.fetchone()
        return make() if found is not None and found[1] == grant.shown_version else None


def _row(row: Model) -> str:
    """A row as it was read. (Its JSON cannot be hashed.)"""
    held: dict[str, Any] = row.__dict__
    return repr([held.get(field.attname) for field in row._meta.concrete_fields])
