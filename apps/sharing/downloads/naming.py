"""How the files of a download are called: as the camera did, or by the link's pattern.

Run in the studio's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from apps.media.mime import download_name
from apps.sharing.access import Grant
from apps.sharing.downloads.files import File
from apps.sharing.downloads.sizes import modified_at
from apps.sharing.links.file_names import NamedPhoto, file_name

NameOf = Callable[[File], str]


def of_archive(grant: Grant) -> NameOf:
    """The name of each file. Numbers are places in the gallery, so that a photo has one name, whatever is taken.

    Asks for the order of all photos once, if the link has a pattern.
    """
    pattern = grant.rights.file_names
    if not pattern:
        return lambda file: download_name(file.camera_name, file.mime)
    ids = grant.photos().in_order().values_list("photo_id", flat=True)
    places: Mapping[UUID, int] = {photo_id: number for number, photo_id in enumerate(ids, 1)}

    def name(file: File) -> str:
        section = file.section[1] if file.section else ""
        known = _named(grant, file.camera_name, places.get(file.photo_id, 0), len(places), section, file.modified)
        return file_name(pattern, known, file.mime)

    return name


def _named(grant: Grant, camera_name: str, number: int, total: int, section: str, modified: int) -> NamedPhoto:
    """What a pattern may say of a photo. modified: when it was taken, in seconds since 1970."""
    return NamedPhoto(
        camera_name=camera_name,
        number=number,
        total=total,
        section=section,
        taken_on=datetime.fromtimestamp(modified, grant.studio.zone).date(),
        gallery=grant.shown.title,
        studio=grant.studio.name,
    )


def of_one(grant: Grant, photo_id: UUID, mime: str) -> str:
    """The name of a single photo's file, the same as in an archive. Raises Http404 for a photo that is not shown."""
    photo = grant.require(photo_id)
    pattern = grant.rights.file_names
    if not pattern:
        return photo.camera_name
    placement = grant.photos().filter(photo_id=photo_id).select_related("section").get()
    around = grant.stream().neighbours(photo_id)
    place, total = (around.position, around.total) if around else (0, 0)
    section = placement.section.title if placement.section else ""
    moment = modified_at(photo.taken_at, photo.created_at)
    return file_name(pattern, _named(grant, photo.camera_name, place, total, section, moment), mime)
