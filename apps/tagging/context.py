"""What is known of a photo, for whoever describes it: people by name, place, date, gallery."""

from __future__ import annotations

from typing import Any, Final

from apps.albums.models import Photo, Placement
from apps.faces.consent import settings_of as faces_of
from apps.faces.models import Face
from apps.library.models import PhotoPlace
from apps.library.places.countries import names

MOST_PEOPLE: Final = 20


def of(photo: Photo) -> dict[str, Any]:
    """Only what is known, in plain words; three queries at most. Run in `acting_in(studio)`."""
    known = {"people": _people(photo), "place": _place(photo), "date": _date(photo), "gallery": _gallery(photo)}
    return {name: value for name, value in known.items() if value}


def _people(photo: Photo) -> list[str]:
    """Whom the studio named and who has set no bounds; nobody while faces are off."""
    if not faces_of(photo.studio).is_on:
        return []
    faces = Face.objects.for_studio(photo.studio_id).filter(photo_id=photo.pk, is_ignored=False)
    shown = faces.filter(person__is_hidden=False, person__is_ignored=False).exclude(person__name="")
    found = shown.filter(person__passport__in=("", "yes")).order_by("-size").values_list("person__name", flat=True)
    return list(dict.fromkeys(found))[:MOST_PEOPLE]


def _place(photo: Photo) -> str:
    if photo.place:
        return photo.place
    where = PhotoPlace.objects.for_studio(photo.studio_id).select_related("named").filter(photo_id=photo.pk).first()
    if where is None:
        return ""
    parts = [where.named.name if where.named else "", where.city, names().get(where.country, "")]
    return ", ".join(part for part in parts if part)


def _date(photo: Photo) -> str:
    if photo.taken_at is None:
        return ""
    return f"{photo.taken_at.astimezone(photo.studio.zone):%Y-%m-%d}"


def _gallery(photo: Photo) -> str:
    lies = Placement.objects.for_studio(photo.studio_id).filter(
        photo_id=photo.pk, trashed_at__isnull=True, album__trashed_at__isnull=True
    )
    found = lies.order_by("pk").values_list("album__title", flat=True).first()
    return str(found or "")
