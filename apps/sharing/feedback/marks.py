"""What a visitor thinks of a photo: approve, maybe or reject, a colour, stars. Run in the studio's transaction.

The studio's own stars and labels lie on the photo and are not touched here.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext

from apps.sharing.access import Grant
from apps.sharing.activity import record
from apps.sharing.models import ActivityKind, Label, Mark, Verdict, Visitor

MOST_STARS = 5


class BadMark(ValueError):
    """No such verdict, label or number of stars."""


def check(grant: Grant, photo_id: UUID) -> None:
    """Raises Http404 if this guest may not see the photo, PermissionDenied if the link takes no ratings."""
    grant.require(photo_id)
    if not grant.rights.rate:
        raise PermissionDenied(gettext("Ratings are turned off in this gallery."))


def put(
    grant: Grant,
    visitor: Visitor,
    photo_id: UUID,
    *,
    verdict: str | None = None,
    label: str | None = None,
    stars: int | None = None,
    user_agent: str = "",
) -> Mark:
    """Set what is given, "" or 0 to clear it; what is None stays as it is, whoever changes it meanwhile.

    Raises Http404 (no such photo for this guest), PermissionDenied or BadMark.
    """
    check(grant, photo_id)
    wanted = _checked(verdict, label, stars)
    mark, _ = Mark.objects.for_studio(grant.studio).get_or_create(
        studio=grant.studio, shown_id=grant.shown.pk, visitor=visitor, photo_id=photo_id
    )
    changed = {name: value for name, value in wanted.items() if getattr(mark, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(mark, name, value)
        mark.updated_at = timezone.now()
        mark.save(update_fields=[*changed, "updated_at"])
        record.record(grant, ActivityKind.MARKED, visitor=visitor, photo_id=photo_id, user_agent=user_agent, **changed)
    return mark


def of(grant: Grant, visitor: Visitor | None, photo_ids: Collection[UUID]) -> dict[UUID, Mark]:
    """This visitor's marks on these photos; an empty one, not saved, where there is none. One query at most."""
    marks = {pk: Mark(studio=grant.studio, shown_id=grant.shown.pk, photo_id=pk) for pk in photo_ids}
    if visitor is not None and grant.rights.rate:
        mine = Mark.objects.for_studio(grant.studio).filter(shown_id=grant.shown.pk, visitor=visitor)
        marks |= {mark.photo_id: mark for mark in mine.filter(photo_id__in=photo_ids)}
    return marks


def _checked(verdict: str | None, label: str | None, stars: int | None) -> dict[str, Any]:
    """The fields that are given. Raises BadMark."""
    given: dict[str, Any] = {"verdict": verdict, "label": label, "stars": stars}
    wanted = {name: value for name, value in given.items() if value is not None}
    known = (
        verdict in (None, "", *Verdict.values)
        and label in (None, "", *Label.values)
        and (stars is None or 0 <= stars <= MOST_STARS)
    )
    if not wanted or not known:
        raise BadMark(gettext("There is no such rating."))
    return wanted
