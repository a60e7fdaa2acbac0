"""What is kept about one guest of a gallery: told, taken along, erased. Run in `acting_in(grant.studio)`.

The guest is whoever this browser's cookie names, never whom a request names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from apps.sharing.access import Grant
from apps.sharing.guests import email_codes, visitor_list
from apps.sharing.models import Activity, ActivityKind, Comment, HideRequest, Mark, Pick, Selection, Visitor
from apps.sharing.people import finder
from apps.uploads.models import ReceivedFile

MOST: Final = 20_000
Facts = dict[str, Any]


def counts(grant: Grant, visitor: Visitor, cookies: Mapping[str, str]) -> Facts:
    """How much of each kind is kept."""
    found = finder.found(grant, cookies)
    return {
        "lists": _lists(visitor).count(),
        "favourites": _picks(visitor).count(),
        "ratings": _marks(visitor).count(),
        "comments": _comments(visitor).count(),
        "downloads": _activity(visitor).filter(kind=ActivityKind.DOWNLOADED).count(),
        "visits": _activity(visitor).filter(kind__in=(ActivityKind.OPENED, ActivityKind.UNLOCKED)).count(),
        "hide_requests": _hide_requests(visitor).count(),
        "found": found.count() if found is not None else 0,
        "sent": _received(visitor).count(),
    }


def everything(grant: Grant, visitor: Visitor, cookies: Mapping[str, str]) -> Facts:
    """All of it as JSON-able facts, each list at most `MOST` long. Photos that the guest may not see have no name."""
    picks = list(_picks(visitor).values_list("selection_id", "photo_id", "created_at")[:MOST])
    marks = list(_marks(visitor).values_list("photo_id", "stars", "label", "verdict", "updated_at")[:MOST])
    comments = list(_comments(visitor).values_list("photo_id", "body", "created_at")[:MOST])
    acts = list(_activity(visitor).values_list("photo_id", "kind", "device", "detail", "at")[:MOST])
    found = finder.found(grant, cookies)
    found_ids = list(found.values_list("photo_id", flat=True)) if found is not None else []
    touched = [*(one[1] for one in picks), *(one[0] for one in (*marks, *comments, *acts)), *found_ids]
    names = _names(grant, touched)
    return {
        "gallery": grant.shown.title,
        "studio": grant.studio.name,
        "you": {
            "name": "" if visitor.is_anonymous else visitor.name,
            "email": visitor.given_email,
            "first_seen": _time(visitor.created_at),
            "last_seen": _time(visitor.seen_at),
        },
        "lists": [
            {
                "title": title, "note": note, "sent": _time(sent),
                "photos": [{"photo": names.get(photo), "added": _time(at)} for of, photo, at in picks if of == pk],
            }
            for pk, title, note, sent in _lists(visitor).values_list("pk", "title", "note", "sent_at")[:MOST]
        ],
        "ratings": [
            {"photo": names.get(photo), "stars": stars, "label": label, "verdict": verdict, "at": _time(at)}
            for photo, stars, label, verdict, at in marks
        ],
        "comments": [{"photo": names.get(photo), "text": body, "at": _time(at)} for photo, body, at in comments],
        "activity": [
            {"what": kind, "photo": names.get(photo), "device": device, "details": detail, "at": _time(at)}
            for photo, kind, device, detail, at in acts
        ],
        "hide_requests": [
            {"name": name, "answer": answer, "at": _time(at)}
            for name, answer, at in _hide_requests(visitor).values_list("name", "answer", "created_at")[:MOST]
        ],
        "photos_sent": [
            {"name": name, "size": size, "state": state, "withdrawn": _time(withdrawn), "at": _time(at)}
            for name, size, state, withdrawn, at in _received(visitor).values_list(
                "name", "size", "state", "withdrawn_at", "at"
            )[:MOST]
        ],
        "photos_found_by_selfie": [names.get(photo) for photo in found_ids],
    }  # fmt: skip


def begin_erasing(grant: Grant, visitor: Visitor, *, client_ip: str, now: datetime) -> bool:
    """Email the code that erasing asks for. False for whoever has no proven address: then the browser is the proof.

    Raises RateLimited.
    """
    if not visitor.email:
        return False
    email_codes.send(grant, visitor, client_ip=client_ip, now=now)
    return True


def erase(
    grant: Grant, visitor: Visitor, cookies: Mapping[str, str], *, code: str, client_ip: str, now: datetime
) -> None:
    """Erase all of it for good. code: as emailed; of no meaning where there is no address.

    Raises email_codes.WrongCode, RateLimited; then nothing was erased.
    """
    if visitor.email:
        email_codes.check(grant, email=visitor.email, code=code, client_ip=client_ip, now=now)
    finder.forget(grant, cookies)
    visitor.studio = grant.studio
    visitor_list.erase(visitor, by=None)


def _names(grant: Grant, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = list({one for one in ids if one is not None})
    return dict(grant.photos().filter(photo_id__any=wanted).values_list("photo_id", "photo__camera_name"))


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _lists(visitor: Visitor) -> QuerySet[Selection]:
    return Selection.objects.for_studio(visitor.studio_id).filter(visitor=visitor).order_by("created_at", "pk")


def _picks(visitor: Visitor) -> QuerySet[Pick]:
    return Pick.objects.for_studio(visitor.studio_id).filter(selection__visitor=visitor).order_by("created_at", "pk")


def _marks(visitor: Visitor) -> QuerySet[Mark]:
    return Mark.objects.for_studio(visitor.studio_id).filter(visitor=visitor).order_by("updated_at", "pk")


def _comments(visitor: Visitor) -> QuerySet[Comment]:
    mine = Comment.objects.for_studio(visitor.studio_id).filter(visitor=visitor, removed_at=None)
    return mine.order_by("created_at", "pk")


def _activity(visitor: Visitor) -> QuerySet[Activity]:
    return Activity.objects.for_studio(visitor.studio_id).filter(visitor=visitor).order_by("at", "pk")


def _received(visitor: Visitor) -> QuerySet[ReceivedFile]:
    return ReceivedFile.objects.for_studio(visitor.studio_id).filter(visitor=visitor).order_by("at", "pk")


def _hide_requests(visitor: Visitor) -> QuerySet[HideRequest]:
    return HideRequest.objects.for_studio(visitor.studio_id).filter(visitor=visitor).order_by("created_at", "pk")
