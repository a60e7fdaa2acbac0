"""What people say about a photo: caption, stars, label, words, and when and where it was taken."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.accounts.journal import note
from apps.accounts.models import User
from apps.albums.models import Photo
from apps.albums.ordering import refresh_keys

MARKS = ("caption", "rating", "label", "keywords", "place", "taken_at")


def mark(photo: Photo, *, by: User, **values: Any) -> None:
    """Change marks of a photo. A moment given here counts from now on, whatever the file says.

    taken_at: an aware datetime, whose offset is kept, or None for unknown.
    """
    changed = {name: value for name, value in values.items() if name in MARKS and getattr(photo, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(photo, name, value)
    fields = set(changed)
    if "taken_at" in changed:
        offset = photo.taken_at.utcoffset() if photo.taken_at else None
        photo.taken_offset = None if offset is None else int(offset.total_seconds() // 60)
        photo.taken_by_hand = True
        fields |= {"taken_offset", "taken_by_hand"}
    photo.updated_at = timezone.now()
    photo.save(update_fields=[*fields, "updated_at"])
    if "taken_at" in changed:
        refresh_keys(photo)
    note(photo.studio, by, "photo.changed", photo, fields=sorted(changed))
