"""Badges on the tiles of a gallery: comments and marks. Run in the studio's transaction."""

from __future__ import annotations

from typing import Any, TypedDict

from django.db.models import CharField, Count, IntegerField, Q, Value

from apps.sharing.access import Grant
from apps.sharing.feedback import comments as feedback_comments
from apps.sharing.models import Mark, Visitor

MOST = 10_000


class Badge(TypedDict, total=False):
    """comments: how many this guest can read.  verdict, label, stars: their own mark. What is nothing is left out."""

    comments: int
    verdict: str
    label: str
    stars: int


def of(grant: Grant, visitor: Visitor | None) -> dict[str, Badge]:
    """By id of the photo, for the photos that this guest may see. One query; none for a guest who is nobody yet."""
    if visitor is None or not (grant.rights.comment or grant.rights.rate):
        return {}
    shown = grant.photos().values("photo_id")
    text, number = CharField(), IntegerField()
    said = (
        feedback_comments.readable(grant, visitor)
        .filter(removed_at__isnull=True, photo_id__in=shown)
        .order_by()
        .values("photo_id")
        .annotate(n=Count("pk"), v=Value("", text), c=Value("", text), s=Value(0, number))
        .values_list("photo_id", "n", "v", "c", "s")
    )
    marked = (
        Mark.objects.for_studio(grant.studio)
        .filter(shown_id=grant.shown.pk, visitor=visitor, photo_id__in=shown)
        .exclude(Q(verdict="") & Q(label="") & Q(stars=0))
        .annotate(n=Value(0, number))
        .values_list("photo_id", "n", "verdict", "label", "stars")
    )
    parts: list[Any] = [said] if grant.rights.comment else []
    parts += [marked] if grant.rights.rate else []
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    badges: dict[str, Badge] = {}
    for photo_id, count, verdict, label, stars in rows[:MOST]:
        values: Badge = {"comments": count, "verdict": verdict, "label": label, "stars": stars}
        badge = badges.setdefault(str(photo_id), {})
        badge.update({name: value for name, value in values.items() if value})  # type: ignore[typeddict-item]
    return badges
