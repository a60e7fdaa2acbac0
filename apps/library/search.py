"""The one search box: galleries, clients, people, photos and commands that what was typed may mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_
from typing import Final

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from apps.accounts.access import Entered
from apps.albums.models import Album
from apps.faces.models import Person
from apps.library import names, spelling
from apps.library.find import Library
from apps.library.folding import words_of
from apps.library.questions import language
from apps.media.serving import picture_url

SHORTEST: Final = 2
MOST: Final = 6
PICTURES: Final = 8


@dataclass(frozen=True, slots=True)
class SearchHit:
    """Something that was found. note: what tells it from another of the same name.  picture: address of one, or ""."""

    words: str
    url: str
    note: str = ""
    icon: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found of one kind. more: address of all of them, "" if these are."""

    title: str
    hits: list[SearchHit]
    more: str = ""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What the box shows. misread: sentences about what was not understood, or read otherwise than it was typed."""

    groups: list[Hits]
    misread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Command:
    words: str
    name: str
    icon: str


_COMMANDS: Final = (
    _Command("New gallery", "albums:create", "plus"),
    _Command("Galleries", "albums:list", "gallery"),
    _Command("Library", "library:library", "library"),
    _Command("Timeline", "library:timeline", "calendar"),
    _Command("Places", "library:places", "pin"),
    _Command("Selections", "sharing:selections", "heart"),
    _Command("Activity", "sharing:studio_activity", "eye"),
    _Command("Emails", "sharing:email_log", "mail"),
    _Command("Members", "accounts:members", "people"),
    _Command("Settings", "accounts:settings", "settings"),
    _Command("API keys", "accounts:api_keys", "key"),
    _Command("History", "albums:studio_history", "restore"),
    _Command("Background tasks", "jobs:tasks", "retry"),
    _Command("Trash", "albums:trash", "trash"),
)


def answer(entered: Entered, text: str, *, today: date, opens: Callable[[Entered, str], bool]) -> SearchResult:
    """What a text of at least two letters may mean; nothing for a shorter one.

    opens: whether the member may open the page with a name (see `accounts.templatetags.doors`).
    """
    if len(text.strip()) < SHORTEST or not words_of(text):
        return SearchResult([Hits("Commands", _commands(entered, [], opens))], _misread(entered, text, today))
    search = language.read(text, today=today, with_guests=not entered.is_contributor)
    groups = _groups(entered, search, text, today, opens)
    if groups or not search.terms:
        return SearchResult(groups, search.misread)
    again = spelling.read_again(search, entered, today=today)
    groups = _groups(entered, again.search, again.search.text, today, opens) if again else []
    said = again.sentences if again and groups else ()
    return SearchResult(groups, (*search.misread, *said))


def _misread(entered: Entered, text: str, today: date) -> tuple[str, ...]:
    return language.read(text, today=today, with_guests=not entered.is_contributor).misread


def _groups(
    entered: Entered, search: language.Search, text: str, today: date, opens: Callable[[Entered, str], bool]
) -> list[Hits]:
    """What was found, by kind; kinds of which nothing was are left out."""
    typed = words_of(text)
    words = [word for word in typed if word not in search.common] or typed
    del words[names.MOST_WORDS :]
    groups = [
        Hits("Galleries", _galleries(entered, words)),
        Hits("Clients", _clients(entered, words)),
        Hits("People", _people(entered, words)),
        _photos(entered, search, today),
        Hits("Commands", _commands(entered, words, opens)),
    ]
    return [group for group in groups if group.hits]


def _each(path: str, words: list[str]) -> Q:
    """Every word begins one of the text's, whatever stands between."""
    return reduce(and_, (Q((f"{path}__words__contains", f" {word}")) for word in words))


def _galleries(entered: Entered, words: list[str]) -> list[SearchHit]:
    albums = Album.objects.visible_to(entered).filter(_each("title", words), trashed_at__isnull=True)
    found = []
    for album in albums.order_by("-created_at", "id")[:MOST]:
        album.studio = entered.studio
        day = f"{album.event_date.day} {album.event_date:%b %Y}" if album.event_date else album.get_state_display()
        found.append(SearchHit(album.title, album.get_absolute_url(), day, "gallery"))
    return found


def _clients(entered: Entered, words: list[str]) -> list[SearchHit]:
    """Visitors by name or email. Contributors hear of none."""
    if entered.is_contributor:
        return []
    visitors = entered.studio.visitors.visible_to(entered)
    found = visitors.filter(_each("name", words) | _each("email", words)).exclude(shown__album__isnull=True)
    return [
        SearchHit(
            visitor.name or visitor.email,
            reverse("sharing:visitors", args=[entered.studio.slug, visitor.shown.album_id]),
            visitor.email if visitor.name else "",
            "people",
        )
        for visitor in found.select_related("shown").order_by("name", "id")[:MOST]
    ]


def _people(entered: Entered, words: list[str]) -> list[SearchHit]:
    """People in the photos by name, each leading to theirs. Who works in some galleries only hears of none here."""
    if entered.is_contributor or entered.is_restricted:
        return []
    here = reverse("library:library", args=[entered.studio.slug])
    found = (
        Person.objects.for_studio(entered.studio).filter(_each("name", words), is_ignored=False).order_by("name", "id")
    )
    return [
        SearchHit(name, f"{here}?{urlencode({'q': f'person:{pk}'})}", icon="face")
        for pk, name in found.values_list("pk", "name")[:MOST]
    ]


def _photos(entered: Entered, search: language.Search, today: date) -> Hits:
    if not search.terms:
        return Hits("Photos", [])
    page = Library(entered, search.tree, today=today).page(size=PICTURES)
    here = reverse("library:library", args=[entered.studio.slug])
    found = [
        SearchHit(
            tile.row.name,
            f"{reverse('albums:detail', args=[entered.studio.slug, tile.album_id])}?photo={tile.row.photo_id}",
            f"{tile.wall.day} {tile.wall:%b %Y}",
            picture=picture_url(entered.studio.pk, tile.album_id, tile.row.photo_id, "tile")
            if tile.row.is_ready
            else "",
        )
        for tile in page.tiles
    ]
    return Hits("Photos", found, f"{here}?{urlencode({'q': search.text})}")


def _commands(entered: Entered, words: list[str], opens: Callable[[Entered, str], bool]) -> list[SearchHit]:
    found = []
    for command in _COMMANDS:
        parts = words_of(command.words)
        if all(any(part.startswith(word) for part in parts) for word in words) and opens(entered, command.name):
            found.append(SearchHit(command.words, reverse(command.name, args=[entered.studio.slug]), icon=command.icon))
    return found
