"""XMP sidecars that are sent beside photos: each belongs to the photo of its name, whichever of the two comes first.

    IMG_1.xmp        of IMG_1.CR3, or of the one photo that is called IMG_1 (Lightroom, Capture One)
    IMG_1.CR3.xmp    of IMG_1.CR3 (darktable, digiKam)

What a sidecar says is taken over where nobody has said otherwise here; one that comes later updates what an earlier one
said, and never what a person changed since. It is no photo and is counted as none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import StudioQuerySet, across_studios, acting_in
from apps.albums import marks, photo_versions
from apps.albums.filenames.names import camera_name
from apps.albums.models import Album, Flag, Photo
from apps.albums.photo_versions import stem_of
from apps.jobs import queue
from apps.media import cas, xmp
from apps.media.facts import clean
from apps.media.formats import EXTENSIONS, Damaged
from apps.uploads import limits, progress, receipts
from apps.uploads.models import Sidecar
from apps.web.refusal import Refusal

ENDING: Final = ".xmp"
#: So many of a studio may wait for their photos, for so long.
MOST_WAITING: Final = 20_000
KEPT: Final = timedelta(days=90)
_CAPTION, _KEYWORDS, _KEYWORD = 500, 100, 80
# Lightroom's flags.
_FLAGS = {"1": Flag.PICK.value, "-1": Flag.REJECT.value}
#: What nobody has said anything of.
EMPTY: Final[Mapping[str, Any]] = {
    "rating": 0, "label": "", "caption": "", "keywords": [], "flag": "", "photographer": "",
}  # fmt: skip


class NoPhotoMeant(Refusal):
    """A sidecar says something of a photo of its gallery."""

    status = 422
    code = "no_gallery"
    sentence = "A sidecar belongs to a photo of its name. Send it into the gallery of that photo."


class TooManyWait(Refusal):
    """Sidecars without photos, more than anybody has of photos."""

    status = 429
    code = "too_many_sidecars"
    sentence = f"{MOST_WAITING:,} sidecars wait for their photos already. Upload the photos first."
    wait = 3600


def marks_of(packet: str) -> dict[str, Any]:
    """What an editor wrote into a sidecar, in our words (see `EMPTY`); nothing where it says nothing.

    People who are named, in the picture or by a frame in it, are keywords too.
    """
    stars = xmp.first(packet, "xmp:Rating", "xap:Rating")
    label = xmp.first(packet, "xmp:Label", "xap:Label").strip().lower()
    people = [*xmp.items(packet, "Iptc4xmpExt:PersonInImage"), *xmp.every(packet, "mwg-rs:Name")]
    words = [*xmp.items(packet, "dc:subject"), *people]
    found = {
        # -1 is a rejected photo in Bridge and Lightroom.
        "rating": int(stars) if stars.isascii() and stars.isdigit() and int(stars) <= marks.MOST_STARS else 0,
        "label": label if label in marks.LABELS else "",
        "caption": clean(xmp.first(packet, "dc:description"), _CAPTION),
        "keywords": [word for one in dict.fromkeys(words) if (word := clean(one, _KEYWORD))][:_KEYWORDS],
        "flag": _FLAGS.get(xmp.first(packet, "xmpDM:pick").strip(), ""),
        "photographer": clean(", ".join(xmp.items(packet, "dc:creator"))),
    }
    return {name: value for name, value in found.items() if value}


# -- one comes -----------------------------------------------------------------------------------------------------


def keep(
    studio: Studio,
    album: Album | None,
    stored: cas.Stored,
    *,
    name: str,
    by: User | None,
    told: receipts.OnReceipt | None = None,
) -> Photo | None:
    """Give a sidecar to the photo of its name in the album; without one it waits for it (None).

    told: the receipt on which it stands.  Raises NoPhotoMeant, TooManyWait, cas.TooLarge or Damaged.
    """
    if album is None:
        raise NoPhotoMeant
    packet = _text_of(stored)
    name = camera_name(name)
    with acting_in(studio):
        _hold(album.pk, name)
        photo = owner_of(album, name)
        row = Sidecar(
            studio=studio, album=album, user=by, name=name, stem=_stem(name), packet=packet, said=marks_of(packet)
        )
        if photo is not None:
            photo.studio = studio
            _join(row, photo)
        else:
            waiting = Sidecar.objects.for_studio(studio).filter(photo__isnull=True)
            waiting.filter(album=album, name__iexact=name).delete()
            if waiting.count() >= MOST_WAITING:
                raise TooManyWait
            row.save(force_insert=True)
        if told is not None:
            reason = f"Belongs to {photo.camera_name}" if photo else "Waits for its photo"
            receipts.note_sidecar(
                told,
                name=name,
                size=stored.size,
                sha256=stored.sha256,
                photo_id=photo.pk if photo else None,
                reason=reason,
            )
    return photo


def _text_of(stored: cas.Stored) -> str:
    if stored.size > limits.MOST_SIDECAR:
        raise cas.TooLarge.than(limits.MOST_SIDECAR)
    try:
        text = stored.temp.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Damaged from None
    if "\x00" in text:
        raise Damaged
    return text


def _inner(name: str) -> str:
    return name[: -len(ENDING)] if name.lower().endswith(ENDING) else name


def _stem(name: str) -> str:
    """The name of its photo, as far as the sidecar tells it; compared without case."""
    return _inner(name).casefold()


def _hold(album_id: UUID, name: str) -> None:
    """Of a photo and its sidecar that come at one moment, the second finds the first."""
    inner = _inner(name)
    with connection.cursor() as cursor:
        held = f"sidecar {album_id} {stem_of(inner) if _is_whole_name(inner) else inner.casefold()}"
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 9))", [held])


def _is_whole_name(inner: str) -> bool:
    return f".{inner.rpartition('.')[2].lower()}" in _ENDINGS


_ENDINGS = frozenset(f".{ending.lstrip('.').lower()}" for ending in EXTENSIONS)


def owner_of(album: Album, name: str) -> Photo | None:
    """The photo of an album to which a sidecar of this name belongs; None if there is none, or several are as likely.

    Where a RAW and a JPEG of one name lie beside each other, editors mean the RAW.
    """
    inner = _inner(name)
    found = photo_versions.namesake(album, inner if _is_whole_name(inner) else f"{inner}{ENDING}")
    if found is not None:
        return found
    alike = album.placements.live().filter(photo__camera_name__istartswith=inner, photo__kind="raw")
    raws = [one.photo for one in alike.select_related("photo") if stem_of(one.photo.camera_name) == inner.casefold()]
    return raws[0] if len(raws) == 1 else None


def photo_came(job: queue.Claimed) -> None:
    """The step after files of one shot are joined: a sidecar that waited for this photo belongs to it from now on."""
    with acting_in(job.studio_id):
        rows: StudioQuerySet[Photo] = Photo.objects.for_studio(job.studio_id)
        photo = rows.select_related("studio").filter(pk=job.subject_id).first()
        if photo is None:
            return
        waiting = Sidecar.objects.for_studio(job.studio_id).select_related("album", "user").filter(_waits_for(photo))
        for row in waiting.order_by("pk"):
            _hold(row.album_id, row.name)
            row.album.studio = photo.studio
            if owner_of(row.album, row.name) == photo:
                _join(row, photo)
                receipts.sidecar_joined(row.album_id, photo, name=row.name)
                progress.announce(photo)


# -- what it says --------------------------------------------------------------------------------------------------


def _join(row: Sidecar, photo: Photo) -> None:
    """Let a sidecar be the photo's, in the place of the one that it had, and take over what it says."""
    mine = Sidecar.objects.for_studio(photo.studio_id).filter(photo_id=photo.pk).exclude(pk=row.pk)
    before = mine.values_list("said", flat=True).first()
    mine.delete()
    row.photo = photo
    row.save()
    _apply(row, photo, before)


def said_of(photo: Photo) -> dict[str, Any]:
    """What the sidecar of a photo says; {} without one."""
    said = Sidecar.objects.for_studio(photo.studio_id).filter(photo_id=photo.pk).values_list("said", flat=True).first()
    return said or {}


def hand_over(other: Photo, keeper: Photo) -> None:
    """Two files of a shot become one photo, `keeper`: it gets the sidecar of the one that goes.

    Where both have one, that of the RAW stays, as that is the one which editors mean; what only the other says is
    said by it too. Call it before `other` is gone.
    """
    mine = (
        Sidecar.objects.for_studio(keeper.studio_id).select_related("album", "user").filter(photo_id=keeper.pk).first()
    )
    theirs = _of(other)
    if theirs is None:
        return
    first, second = (mine, theirs) if mine is not None and other.kind != "raw" else (theirs, mine)
    before = mine.said if mine is not None else None
    if second is not None:
        first.said = {**second.said, **first.said}
        second.delete()
    first.photo, first.album.studio = keeper, keeper.studio
    first.save()
    _apply(first, keeper, before)


def _of(photo: Photo) -> Sidecar | None:
    """The sidecar of a photo, or the one that waits for it. A photo that comes is joined before that one is."""
    rows = Sidecar.objects.for_studio(photo.studio_id).select_related("album", "user").order_by("pk")
    mine = rows.filter(photo_id=photo.pk).first()
    return mine or rows.filter(_waits_for(photo)).last()


def _waits_for(photo: Photo) -> Q:
    names = [photo.camera_name.casefold(), stem_of(photo.camera_name)]
    return Q(photo__isnull=True, stem__in=names, album_id__in=photo.placements.live().values("album_id"))


def _apply(row: Sidecar, photo: Photo, before: Mapping[str, Any] | None) -> None:
    """Take over what a sidecar says, of which the one before said `before`."""
    changed = changes(photo, row.said, before)
    flag = changed.pop("flag", None)
    if changed:
        marks.mark(photo, by=row.user, album=row.album, **changed)
    if flag is not None:
        marks.set_own_anywhere(photo.studio, [photo.pk], by=row.user, flag=flag)


def changes(photo: Photo, said: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a sidecar changes: what the record says as the file and the sidecar `before` said it, or not at all.

    What the earlier sidecar said and this one does not, its editor has taken back.
    """
    facts = photo.facts
    by_file = {name: facts[name] for name in ("rating", "caption", "keywords") if facts.get(name)}
    if facts.get("artist"):
        by_file["photographer"] = facts["artist"]
    known = {**EMPTY, **by_file, **(before or {})}
    wanted = {**{name: EMPTY[name] for name in before or {}}, **said}
    return {
        name: value
        for name, value in wanted.items()
        if name in EMPTY and getattr(photo, name) == known[name] and value != known[name]
    }


def sweep() -> int:
    """Forget sidecars whose photos never came. Returns how many."""
    with across_studios():
        gone, _ = Sidecar.objects.filter(photo__isnull=True, created_at__lt=timezone.now() - KEPT).delete()
    return gone
