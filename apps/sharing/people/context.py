"""What the gallery shows of people: the strip above the photos, and the heading while a guest looks at some of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.urls import reverse

from apps.albums.request_params import readable_uuids
from apps.faces.choice import MOST_CHOSEN
from apps.sharing.access import Grant
from apps.sharing.people import strip
from apps.sharing.people.strip import PeopleWish, ShownPerson


def wish_of(grant: Grant, query: Mapping[str, str]) -> PeopleWish:
    """Whom the address asks for: `people` (ids with commas between), `with=either`. Who is not shown is left out."""
    asked = readable_uuids(query.get("people", "").split(",", MOST_CHOSEN), most=MOST_CHOSEN)
    return PeopleWish(strip.known(grant, asked), either=query.get("with") == "either")


def people_context(grant: Grant, token: str, wish: PeopleWish) -> dict[str, Any]:
    """The strip, and what the heading of a choice says and offers. Empty for a link that shows no people."""
    if not strip.shows_people(grant):
        return {}
    address = reverse("sharing:gallery", args=[token])
    shown = strip.strip(grant)
    names = {one.id: one.name for one in shown}
    return {
        "people": [_face(one, token, address, wish) for one in shown],
        "chosen_people": {
            "names": [names[pk] for pk in wish.people if names.get(pk)] if _all_named(wish, names) else [],
            "several": len(wish.people) > 1,
            "either": wish.either,
            "both_url": _url(address, PeopleWish(wish.people)),
            "either_url": _url(address, PeopleWish(wish.people, either=True)),
            "download_url": f"{reverse('sharing:downloads', args=[token])}?what={quote(wish.what)}",
        }
        if wish.people
        else None,
    }


def _all_named(wish: PeopleWish, names: Mapping[UUID, str]) -> bool:
    return all(names.get(pk) for pk in wish.people)


def _face(one: ShownPerson, token: str, address: str, wish: PeopleWish) -> dict[str, Any]:
    return {
        "name": one.name,
        "photos": one.photos,
        "url": _url(address, wish.toggled(one.id)),
        "picture_url": reverse("sharing:person_picture", args=[token, one.id]),
        "is_chosen": one.id in wish.people,
    }


def _url(address: str, wish: PeopleWish) -> str:
    return f"{address}?{wish.query}#photos" if wish.query else f"{address}#photos"
