"""What the record of a photo says, as its gold copy is to say it. Run in `acting_in(studio)`."""

from __future__ import annotations

from apps.albums.models import Photo
from apps.faces.models import Passport, Person
from apps.library.place_models import PhotoPlace
from apps.media.metadata.embed.description import Description


def of(photo: Photo) -> Description:
    """The record in words of the file. photo: with its studio.

    Who is hidden or has said no is not named: a file may leave the house. Whose the picture is stays as the file says;
    where it says nothing, it is the studio's.
    """
    wall = photo.wall_time(photo.studio.zone)
    latitude, longitude, altitude = _position(photo)
    return Description(
        caption=photo.caption,
        keywords=tuple(photo.keywords),
        people=_people(photo),
        rating=photo.rating,
        label=photo.label,
        flag=photo.flag,
        place=photo.place,
        taken=wall.isoformat() if wall else "",
        offset_minutes=photo.taken_offset,
        latitude=latitude,
        longitude=longitude,
        altitude_m=altitude,
        creator=photo.photographer,
        credit=photo.studio.name,
        copyright=f"© {wall.year} {photo.studio.name}" if wall else f"© {photo.studio.name}",
        file_name=photo.camera_name,
    )


def _people(photo: Photo) -> tuple[str, ...]:
    there = Person.objects.for_studio(photo.studio_id).filter(faces__photo_id=photo.pk, faces__is_ignored=False)
    named = there.exclude(name="").exclude(is_hidden=True).exclude(is_ignored=True).exclude(passport=Passport.NO)
    return tuple(named.order_by("name").values_list("name", flat=True).distinct())


def _position(photo: Photo) -> tuple[float | None, float | None, float | None]:
    """Latitude, longitude and altitude. The altitude is the file's, so it goes with the file's position only."""
    place = PhotoPlace.objects.for_studio(photo.studio_id).filter(photo_id=photo.pk).first()
    if place is not None and place.by_hand:
        return place.latitude, place.longitude, None
    facts = photo.facts
    return facts.get("latitude"), facts.get("longitude"), facts.get("altitude_m")
