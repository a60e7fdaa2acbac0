"""People in an album: the filter of its page by who is in the photos, and the switch. An app above knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from apps.accounts.access import Entered
from apps.accounts.models import User
from apps.albums.models import Album

#: Its parameters in an address, and its fields in a form.
FIELDS = ("people", "with", "number")


@dataclass(frozen=True, slots=True)
class PeopleChip:
    """Something chosen, or to choose. query: the filter's part of the address that it leads to."""

    words: str
    query: str
    is_on: bool = False


@dataclass(frozen=True, slots=True)
class ByPeople:
    """What an address asks of people.

    query: its part of the address ("people=...&with=either&number=one"), "" if it asks for nobody.
    photos: ids of the photos that it lets by, as a query; None for all.
    chips: what is chosen, each with the query without it.  ways: "both" and "either", while there are several people.
    is_offered: this member may choose, and faces are found in the studio.
    """

    query: str = ""
    photos: QuerySet[Any] | None = None
    chips: tuple[PeopleChip, ...] = ()
    ways: tuple[PeopleChip, ...] = ()
    is_offered: bool = False

    @property
    def fields(self) -> list[list[str]]:
        """[name, value] for the hidden fields of a form."""
        return [part.split("=", 1) for part in self.query.split("&") if part]


@cache
def _found(name: str) -> Callable[..., object]:
    """The function that the setting names."""
    return cast(Callable[..., object], import_string(settings.ALBUM_PEOPLE[name]))


def read(album: Album, entered: Entered, asked: Mapping[str, str]) -> ByPeople:
    """What the address, or a form of the page, asks for; who is not known in the gallery is left out."""
    return cast(ByPeople, _found("read")(album, entered, asked))


def switch(album: Album, is_on: bool, *, by: User) -> None:
    """Have faces found in the gallery, or not. Raises a Refusal, `faces_off`, while the studio has them off."""
    _found("switch")(album, is_on, by=by)
