"""Faces that a human outlined because nobody had found them."""

from __future__ import annotations

from apps.accounts import journal
from apps.accounts.models import User
from apps.albums.models import Photo
from apps.faces import people, scanning
from apps.faces.consent import require_on, wanted
from apps.faces.findings import FaceBox
from apps.faces.models import Face, Person, hold
from apps.web.refusal import Refusal

#: Outlines of one photo: nobody draws more.
MOST = 200


class BadBox(Refusal):
    """It lies outside of the picture, or is none."""

    status = 422
    code = "bad_box"
    sentence = "Outline a face inside the photo."


class TooManyFaces(Refusal):
    """More outlines than a photo has faces."""

    status = 409
    code = "too_many_faces"
    sentence = f"A photo has at most {MOST} faces."


def box_of(x: float, y: float, width: float, height: float) -> FaceBox:
    """A rectangle as fractions of the upright photo, cut off at its edge. Raises BadBox."""
    try:
        return FaceBox.of(x, y, width, height)
    except ValueError as error:
        raise BadBox from error


def draw(photo: Photo, box: FaceBox, person: Person | None, *, by: User) -> Face:
    """Keep a face there, of this person if one is named. It is measured in the background, where the gallery allows it.

    Raises FacesOff, TooManyFaces. Run in `acting_in(studio)`.
    """
    studio = photo.studio
    require_on(studio)
    hold(studio)
    if Face.objects.for_studio(studio).filter(photo=photo).count() >= MOST:
        raise TooManyFaces
    size = 0.93 * (box.width * (photo.width or 0) + box.height * (photo.height or 0)) / 2
    place = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    face = Face(studio=studio, photo=photo, by_hand=True, score=1.0, size=size, **place)
    face.save(force_insert=True)
    journal.note(studio, by, "face.drawn", photo)
    if person is not None:
        people.assign(studio, [face], person, by=by)
        face.refresh_from_db()
    scanning.request(studio.pk, wanted(studio.pk, [photo.pk]))
    return face
