"""The HTML of people on the wall, and of one person's photos. Joined here instead of rendered by templates: a page has
over a hundred of them, and their addresses alone took half of its time. What people or cameras wrote is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape
from typing import Final
from uuid import UUID

from django.template.defaultfilters import date as date_filter
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from apps.accounts.models import Studio
from apps.faces.listing import ListedFace, Seen, age
from apps.media.serving import picture_url

#: Pixels of the picture of a face.
_CROP: Final = 192
_NIL: Final = UUID(int=0)


class _Address:
    """An address of a studio that ends in an id, looked up once for a page."""

    def __init__(self, name: str, studio: Studio) -> None:
        self.before, _, self.after = reverse(name, args=[studio.slug, _NIL]).partition(str(_NIL))

    def __call__(self, pk: UUID | str) -> str:
        return f"{self.before}{pk}{self.after}"


def people(studio: Studio, found: Iterable[ListedFace], *, csrf_token: str, may_edit: bool) -> SafeString:
    """The items of the wall. csrf_token: for the form of each name, which editors get."""
    page, crop, rename = (_Address(f"faces:{name}", studio) for name in ("person", "crop", "rename"))
    token = f'<input type="hidden" name="csrfmiddlewaretoken" value="{escape(csrf_token)}">'
    return mark_safe(
        "".join(
            f'<li class="person"><a class="person__faces" href="{page(pk)}">{_faces(one, crop)}</a>'
            + (_name_form(one, pk, rename(pk), token) if may_edit else f"<b>{escape(one.name or 'No name')}</b>")
            + f'<span class="row">{_choice(one, pk) if may_edit else ""}{_number(one)}</span></li>'
            # An id is written once: Python takes longer for it than for all else of a picture.
            for one, pk in ((one, str(one.id)) for one in found)
        )
    )


def _faces(one: ListedFace, crop: _Address) -> str:
    who = escape(one.name or "Unnamed person")
    return "".join(
        f'<img class="person__face" src="{crop(face)}" width="{_CROP}" height="{_CROP}" '
        f'alt="{"" if number else who}" loading="lazy">'
        for number, face in enumerate(one.faces)
    )


def _name_form(one: ListedFace, pk: str, action: str, token: str) -> str:
    return (
        f'<form method="post" action="{action}" data-person-name>{token}'
        f'<label class="sr" for="name-{pk}">Name</label>'
        f'<input id="name-{pk}" class="input" name="name" value="{escape(one.name)}" maxlength="120" '
        'placeholder="Who is this?" list="people-names" autocomplete="off"></form>'
    )


def _choice(one: ListedFace, pk: str) -> str:
    return (
        f'<label class="check"><input type="checkbox" name="person" value="{pk}" form="many">'
        f'<span class="sr">Choose {escape(one.name or "this group")}</span></label>'
    )


def _number(one: ListedFace) -> str:
    hidden = " · hidden from clients" if one.is_hidden else ""
    return f'<span class="hint num grow">{one.photos} photo{"" if one.photos == 1 else "s"}{hidden}</span>'


def photos(studio: Studio, found: Iterable[Seen], *, birthday: date | None, may_edit: bool) -> SafeString:
    """The items of a person's page: each photo with the face in it, its day, and how old they were."""
    album, crop, why = (_Address(name, studio) for name in ("albums:detail", "faces:crop", "faces:why"))
    items = []
    for seen in found:
        face = str(seen.face_id)
        items.append(
            f'<li class="person"><a class="person__faces"{_into(seen, album)}>{_picture(studio, seen)}'
            f'<img class="person__face person__face--small" src="{crop(face)}" width="{_CROP}" '
            f'height="{_CROP}" alt="" loading="lazy"></a><span class="row">{_else(face) if may_edit else ""}'
            f'<span class="hint num grow">{_day(studio, seen, birthday)}</span>'
            f'<a class="hint" href="{why(face)}">Why?</a></span></li>'
        )
    return mark_safe("".join(items))


def _into(seen: Seen, album: _Address) -> str:
    return f' href="{album(seen.album_id)}?photo={seen.photo_id}"' if seen.album_id else ""


def _picture(studio: Studio, seen: Seen) -> str:
    if seen.album_id is None:
        return ""
    tile = picture_url(studio.pk, seen.album_id, seen.photo_id, "tile")
    return f'<img class="person__photo" src="{tile}" alt="{escape(seen.camera_name)}" loading="lazy">'


def _else(face: str) -> str:
    return (
        f'<label class="check"><input type="checkbox" name="face" value="{face}">'
        '<span class="sr">This is someone else</span></label>'
    )


def _day(studio: Studio, seen: Seen, birthday: date | None) -> str:
    if seen.taken_at is None:
        return ""
    words = str(date_filter(localtime(seen.taken_at), "j M Y"))
    years = age(birthday, seen.taken_at.astimezone(studio.zone).date())
    return words if years is None else f"{words} · {years} year{'' if years == 1 else 's'} old"


def names(offered: Iterable[str]) -> SafeString:
    """The options of a list from which a name is completed."""
    return mark_safe("".join(f'<option value="{escape(name)}"></option>' for name in offered))
