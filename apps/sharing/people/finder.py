"""Find my photos: what a guest's selfie leads to, and the wish to be hidden. Run in `acting_in(grant.studio)`.

Of the selfie nothing is kept. Ids of photos are, for a day, bound to the browser that asked; at each look the door
decides anew which of them the guest may see.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from apps.accounts.tenancy import across_studios
from apps.faces import consent, selfies
from apps.faces.findings import DIMENSIONS, Found
from apps.sharing.access import Grant
from apps.sharing.access.cookies import SignedCookie
from apps.sharing.models import FoundPhotos, HideRequest, Visitor
from apps.web import sealed
from apps.web.rate_limit import RateLimit
from apps.web.refusal import Refusal

#: By one address on one link; whoever has several faces in the picture chooses without another try.
TRIES: Final = RateLimit("selfie", 3, 15 * 60)
#: Seconds in which a guest chooses among several faces.
CHOICE_SECONDS: Final = 600
#: Requests of one link that wait: more is no wish of guests.
MOST_WAITING: Final = 200
_PURPOSE: Final = "selfie"


class NothingFound(Refusal):
    """There is no result to hide: it is older than a day, or of another browser."""

    status = 409
    code = "nothing_found"
    sentence = _("Look for your photos first.")


class TooManyRequests(Refusal):
    """More requests wait than anybody could answer."""

    status = 429
    code = "too_many_requests"
    sentence = _("Too many requests are waiting. Please write to the studio.")


def may_find(grant: Grant) -> bool:
    """True if guests of this link may look for themselves."""
    return grant.rights.may_find and consent.is_on_in(grant.shown.album)


class FoundId(NamedTuple):
    """What the cookie of a link says: which result is this browser's, and of which version of the link."""

    found_id: UUID
    version: int


COOKIE: Final = SignedCookie("found", FoundId, lifetime=FoundPhotos.KEPT, most=1)


def find(grant: Grant, embedding: Sequence[float]) -> FoundPhotos | None:
    """Keep which of the photos that this guest sees may show them; None if there are none. See `hand_over`."""
    like = selfies.photos_like(grant.studio.pk, grant.shown.pk, embedding)
    seen = list(grant.photos().filter(photo_id__any=like).values_list("photo_id", flat=True)) if like else []
    if not seen:
        return None
    row = FoundPhotos(studio=grant.studio, link_id=grant.link_id, photos=seen)
    row.save(force_insert=True)
    return row


def hand_over(row: FoundPhotos, grant: Grant, response: HttpResponseBase, cookies: Mapping[str, str]) -> None:
    """Give a result to the browser that asked. cookies: those it holds."""
    said = FoundId(row.pk, grant.version)
    COOKIE.give(response, cookies, said, grant.link_id, now=timezone.now())


def found(grant: Grant, cookies: Mapping[str, str]) -> QuerySet[Any] | None:
    """The ids of the photos that this browser found, as a query over what its guest sees now; None without a result."""
    row = _row(grant, cookies)
    return None if row is None else grant.photos().filter(photo_id__any=row.photos).values("photo_id")


def forget(grant: Grant, cookies: Mapping[str, str]) -> None:
    """The guest is done: the result goes before its day is over."""
    row = _row(grant, cookies)
    if row is not None:
        row.delete()


def ask_to_hide(grant: Grant, cookies: Mapping[str, str], *, name: str, visitor: Visitor | None) -> HideRequest:
    """Ask the studio to show no more of the photos that were found. Raises NothingFound, TooManyRequests."""
    row = _row(grant, cookies)
    seen = grant.photos().filter(photo_id__any=row.photos) if row else None
    photos = list(seen.values_list("photo_id", flat=True)) if seen is not None else []
    if not photos:
        raise NothingFound
    waiting = HideRequest.objects.for_studio(grant.studio).filter(link_id=grant.link_id, answer="")
    if waiting.count() >= MOST_WAITING:
        raise TooManyRequests
    asked = HideRequest(
        studio=grant.studio, shown_id=grant.shown.pk, link_id=grant.link_id, visitor=visitor, name=name, photos=photos
    )
    asked.save(force_insert=True)
    return asked


def _row(grant: Grant, cookies: Mapping[str, str]) -> FoundPhotos | None:
    held = COOKIE.read(cookies, grant.link_id, now=timezone.now())
    if held is None or held.version != grant.version or not may_find(grant):
        return None
    kept = FoundPhotos.objects.for_studio(grant.studio).filter(created_at__gt=timezone.now() - FoundPhotos.KEPT)
    return kept.filter(link_id=grant.link_id, pk=held.found_id).first()


def forget_old() -> int:
    """Periodic: results older than a day go, of all studios. Returns how many."""
    with across_studios():
        gone, _rows = FoundPhotos.objects.filter(created_at__lte=timezone.now() - FoundPhotos.KEPT).delete()
    return gone


# -- several faces in one picture --------------------------------------------------------------------------------------
# The numbers of each go to the guest's own page, encrypted, and come back with the choice: here nothing waits for it.


def choice_of(grant: Grant, face: Found) -> str:
    """A face as a word that the page holds until the guest has chosen; nobody else can read or make it."""
    assert face.embedding is not None
    numbers = base64.b64encode(struct.pack(f"<{DIMENSIONS}f", *face.embedding)).decode()
    return sealed.seal(json.dumps([grant.link_id.hex, numbers]), _PURPOSE)


def chosen(grant: Grant, word: str) -> list[float] | None:
    """The numbers of a face that was chosen; None for a word that is not of this link, or older than some minutes."""
    told = sealed.unseal(word, _PURPOSE, seconds=CHOICE_SECONDS)
    if not told:
        return None
    link, numbers = json.loads(told)
    if UUID(link) != grant.link_id:
        return None
    return list(struct.unpack(f"<{DIMENSIONS}f", base64.b64decode(numbers)))
