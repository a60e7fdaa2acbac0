"""Faces that a human outlined because nobody had found them."""

from __future__ import annotations

from apps.accounts.models import JournalEntry, User
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


class FaceThere(Refusal):
    """Somebody, or the engine, was faster."""

    status = 409
    code = "face_there"
    sentence = "This face is outlined already."


def box_of(x: float, y: float, width: float, height: float) -> FaceBox:
    """A rectangle as fractions of the upright photo, cut off at its edge. Raises BadBox."""
    try:
        return FaceBox.of(x, y, width, height)
    except ValueError as error:
        raise BadBox from error


def draw(
    photo: Photo, box: FaceBox, person: Person | None, *, by: User, name: str = ""
) -> tuple[Face, JournalEntry | None]:
    """Keep a face there, of this person or of whoever is called `name`, if one is known. One undo takes it away again.

    It is measured in the background, where the gallery allows it. A face there that was taken away comes back.
    Raises FacesOff, TooManyFaces, FaceThere. Run in `acting_in(studio)`.
    """
    studio = photo.studio
    require_on(studio)
    hold(studio)
    face = _there(photo, box) or _new(photo, box)
    face.studio = studio
    if person is not None or name.strip():
        _, entry = people.assign(studio, [face], person, by=by, name=name, verb="face.drawn")
    else:
        entry = people.ignore(studio, [face], False, by=by, verb="face.drawn")
    scanning.request(studio.pk, wanted(studio.pk, [photo.pk]))
    face.refresh_from_db(from_queryset=Face.objects.for_studio(studio).select_related("person").defer("embedding"))
    return face, entry


def _there(photo: Photo, box: FaceBox) -> Face | None:
    """The ignored face in this place. Raises TooManyFaces, FaceThere."""
    faces = list(Face.objects.for_studio(photo.studio_id).filter(photo=photo).defer("embedding").order_by("pk"))
    same = [face for face in faces if face.box.overlap(box) >= scanning.SAME_BOX]
    if any(not face.is_ignored for face in same):
        raise FaceThere
    if not same and len(faces) >= MOST:
        raise TooManyFaces
    return next(iter(same), None)


def _new(photo: Photo, box: FaceBox) -> Face:
    """Ignored as yet: to take the outline back is to ignore it again."""
    size = 0.93 * (box.width * (photo.width or 0) + box.height * (photo.height or 0)) / 2
    place = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    face = Face(studio=photo.studio, photo=photo, by_hand=True, is_ignored=True, score=1.0, size=size, **place)
    face.save(force_insert=True)
    return face
