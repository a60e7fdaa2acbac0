"""Watermarks: what a studio burns into the previews of links that want it, and how those previews come to be.

A mark is named by a digest of how it looks, so a changed one is another kind of rendition, and a right to one look
never shows another. A guest of a watermarked link is shown `mark.<digest>.<size>` or nothing; downloads stay clean.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo, PhotoState
from apps.jobs import queue
from apps.jobs.models import Job, Queue, State
from apps.media import cas, jail, serving
from apps.media.handover import WISH
from apps.media.models import Blob, BlobState, Rendition
from apps.media.on_demand import VIDEO
from apps.media.presets import PRESETS
from apps.media.presets import RECIPE as PHOTO_RECIPE
from apps.media.render_result import RenditionFile, file_from_plain
from apps.media.storage import as_local_file, temp_directory
from apps.sharing.branding import letters
from apps.sharing.branding.handover import MARK as MARK_FILE
from apps.sharing.models import WATERMARKS_JOB, ShareLink, Watermark
from apps.smart_collections.asked import photos_of

MARK = "mark"
LIMITS = jail.Limits(cpu_seconds=15, wall_seconds=20.0)
_SIZES = tuple(preset.name for preset in PRESETS)
#: Raise this number whenever marks must be burnt anew.
RECIPE = 1
_RECIPE = PHOTO_RECIPE * 100 + RECIPE


# -- which mark --------------------------------------------------------------------------------------


def own(studio: Studio, album: Album | None) -> Watermark | None:
    """The watermark that was set for this album, or for the studio as a whole. Run it in `acting_in(studio)`."""
    found: Watermark | None = Watermark.objects.for_studio(studio).filter(album=album).first()
    return found


def of(studio: Studio, album: Album | None) -> Watermark:
    """The one that holds: the album's, else the studio's, else the studio's name. Run it in `acting_in(studio)`."""
    found = own(studio, album) if album else None
    return found or own(studio, None) or Watermark(studio=studio)


def digest_of(studio: Studio, mark: Watermark) -> str:
    """A digest of how a mark looks, 16 hex digits."""
    look = hashlib.blake2b(digest_size=8)
    for part in (RECIPE, mark.opacity, mark.scale, "" if mark.picture else _words(studio, mark)):
        look.update(f"{part}\0".encode())
    look.update(bytes(mark.picture or b""))
    return look.hexdigest()


def name_instead(studio: Studio, album: Album | None) -> str:
    """What is written over the photos because no watermark was set; "" if one was. Run it in `acting_in(studio)`."""
    was_set = (own(studio, album) if album else None) or own(studio, None)
    return "" if was_set else _words(studio, Watermark(studio=studio))


def _words(studio: Studio, mark: Watermark) -> str:
    # Previews are burnt for all links of a gallery at once and long before; a brand does not change them.
    return mark.text or (studio.own_name if letters.can_write(studio.own_name) else "Proof")


def digest_for(studio: Studio, album: Album, *, is_watermarked: bool) -> str:
    """The mark over a link's previews, "" for none."""
    if not is_watermarked:
        return ""
    with acting_in(studio):
        return digest_of(studio, of(studio, album))


# -- what a guest is shown ---------------------------------------------------------------------------


def shown(studio_id: UUID, photo_id: UUID, size: str, digest: str) -> serving.Location | None:
    """The rendition of a photo for whoever may see it under this mark ("" for none).

    A marked one that is not there yet is put on the workers' list, and there is nothing to show until then.
    """
    # Of a photo that is shown under a mark nothing moves: it would show the picture without it.
    if digest and size == serving.LIVE:
        return None
    # A video carries no mark: it would have to be encoded for each link anew.
    if not digest or size == VIDEO:
        return serving.locate(studio_id, photo_id, size)
    location = serving.locate(studio_id, photo_id, f"{MARK}.{digest}.{size}")
    if location is None:
        _ask(studio_id, photo_id, digest)
    return location


def _ask(studio_id: UUID, photo_id: UUID, digest: str) -> None:
    """Queue a missing mark. A job that was refused or quarantined is not queued again by a page view."""
    kind = f"{MARK}.{digest}"
    with acting_in(studio_id):
        over = (State.REJECTED, State.QUARANTINED)
        jobs = Job.objects.for_studio(studio_id).filter(key=f"{kind}:{photo_id}", state__in=over)
        if not jobs.exists():
            queue.put(studio_id, kind, photo_id, queue=Queue.IMAGES, again=True)


# -- having them made --------------------------------------------------------------------------------


def photo_came(job: queue.Claimed) -> None:
    """A photo was rendered: queue its marked renditions for every album that shows it under a mark."""
    studio_id, photo_id = job.studio_id, job.subject_id
    with acting_in(studio_id):
        watermarked = ShareLink.objects.for_studio(studio_id).filter(is_watermarked=True, revoked_at=None)
        if not watermarked.exists():
            return
        albums = Album.objects.for_studio(studio_id).filter(
            placements__photo_id=photo_id, share_links__in=watermarked, trashed_at=None
        )
        studio = Studio.objects.get(pk=studio_id)
        for digest in {digest_of(studio, of(studio, album)) for album in albums.distinct()}:
            queue.put(studio_id, f"{MARK}.{digest}", photo_id, queue=Queue.IMAGES, again=True)


def _spread(studio_id: UUID, album_id: UUID) -> None:
    queue.put(studio_id, WATERMARKS_JOB, album_id, queue=Queue.DEFAULT, again=True)


def spread(job: queue.Claimed) -> None:
    """Queue a job for each photo of an album that lacks its mark."""
    with acting_in(job.studio_id):
        album = Album.every.for_studio(job.studio_id).select_related("studio").filter(pk=job.subject_id).first()
        links = album.share_links.filter(is_watermarked=True, revoked_at=None) if album else ShareLink.objects.none()
        if album is None or not links.exists():
            return
        digest = digest_of(album.studio, of(album.studio, album))
        marked = Rendition.objects.for_studio(job.studio_id).filter(kind=f"{MARK}.{digest}.web", recipe=_RECIPE)
        lying = photos_of(album).live().order_by().values("photo_id")
        photos = Photo.objects.for_studio(job.studio_id).filter(pk__in=lying, state=PhotoState.READY)
        missing = photos.exclude(original__in=marked.values("source")).values_list("pk", flat=True)
        for photo_id in missing.order_by("pk").distinct():
            queue.put(job.studio_id, f"{MARK}.{digest}", photo_id, queue=Queue.IMAGES, again=True)


def make(job: queue.Claimed) -> None:
    """Burn one mark into one photo's previews. A mark that was changed or a photo purged meanwhile is no error."""
    digest = job.kind.partition(".")[2]
    with acting_in(job.studio_id):
        photo = Photo.objects.for_studio(job.studio_id).select_related("original", "studio").filter(pk=job.subject_id)
        found = photo.first()
        marks = _looks(found.studio) if found else {}
        web = _web_of(found.original) if found else None
    if found is None or web is None or digest not in marks:
        return
    try:
        burn(found.studio, marks[digest], found.original, web, digest)
    except jail.Rejected as rejected:
        raise queue.JobRefused(rejected.reason) from rejected
    _forget_others(found, marks)


def _looks(studio: Studio) -> dict[str, Watermark]:
    """Every mark in use by its digest; also the studio's name, which stands where nothing was set."""
    marks = [Watermark(studio=studio), *Watermark.objects.for_studio(studio)]
    return {digest_of(studio, mark): mark for mark in marks}


def _web_of(original: Blob) -> Blob | None:
    made = Rendition.objects.for_studio(original.studio_id).filter(source=original, kind="web")
    row = made.filter(blob__state=BlobState.LIVE).select_related("blob").first()
    return row.blob if row else None


def _forget_others(photo: Photo, marks: Iterable[str]) -> None:
    """Delete renditions under marks that are no longer used."""
    kept = tuple(marks)
    with acting_in(photo.studio_id):
        rows = Rendition.objects.for_studio(photo.studio_id).filter(
            source_id=photo.original_id, kind__startswith=f"{MARK}."
        )
        rows.filter(pk__in=[row.pk for row in rows if row.kind.split(".")[1] not in kept]).delete()


def burn(studio: Studio, mark: Watermark, original: Blob, web: Blob, digest: str) -> None:
    """Make and keep the three previews under a mark. Raises jail.Rejected or jail.Crashed."""
    out = Path(mkdtemp(prefix="mark.", dir=temp_directory()))
    try:
        files = _burnt(studio, mark, web, out, _SIZES)
        stored = [cas.receive_path(out / file.file) for file in files]
        with cas.keeping_all(studio, stored) as blobs:
            for file, (kept, _) in zip(files, blobs, strict=True):
                Rendition.objects.for_studio(studio).update_or_create(
                    studio=studio,
                    source=original,
                    kind=f"{MARK}.{digest}.{file.name}",
                    defaults={"blob": kept, "recipe": _RECIPE, "width": file.width, "height": file.height},
                )
    finally:
        shutil.rmtree(out, ignore_errors=True)


def _burnt(studio: Studio, mark: Watermark, web: Blob, out: Path, sizes: Sequence[str]) -> list[RenditionFile]:
    """Write marked renditions into `out`, in the sandbox, and check them."""
    (out / MARK_FILE).write_bytes(bytes(mark.picture) if mark.picture else _drawn(_words(studio, mark)))
    (out / WISH).write_text(json.dumps({"opacity": mark.opacity, "scale": mark.scale, "sizes": list(sizes)}))
    with as_local_file(web.storage_key) as source:
        told = jail.run("apps.sharing.branding.stamp:burn", source, out, limits=LIMITS)
    try:
        files = [file_from_plain(one) for one in told["files"]]
        if [file.name for file in files] != list(sizes):
            raise ValueError("other sizes than asked for")
        for file in files:
            jail.check_webp(out / file.file, file, LIMITS)
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise jail.Crashed(f"the decoder gave something else than pictures: {error}") from error
    return files


def _drawn(words: str) -> bytes:
    # With Pillow, which web processes do without unless a member looks at how a mark of words comes out.
    from apps.sharing.branding import lettering

    return lettering.drawn(words)


def example(studio: Studio, album: Album | None) -> bytes | None:
    """How the mark looks on the newest photo, as WebP; None without a photo. Raises jail.Rejected, jail.Crashed."""
    photos = Photo.objects.for_studio(studio).filter(state=PhotoState.READY)
    if album is not None:
        photos = photos.filter(pk__in=photos_of(album).live().order_by().values("photo_id"))
    photo = photos.select_related("original").order_by("-pk").first()
    web = _web_of(photo.original) if photo else None
    if web is None:
        return None
    out = Path(mkdtemp(prefix="mark.", dir=temp_directory()))
    try:
        (file,) = _burnt(studio, of(studio, album), web, out, ["thumb"])
        return (out / file.file).read_bytes()
    finally:
        shutil.rmtree(out, ignore_errors=True)


def spread_all(studio: Studio, album: Album | None) -> None:
    """A mark was changed: all albums that show photos under it need new previews."""
    links = ShareLink.objects.for_studio(studio).filter(is_watermarked=True, revoked_at=None, album__trashed_at=None)
    if album is not None:
        links = links.filter(album=album)
    for album_id in links.order_by("album_id").values_list("album_id", flat=True).distinct():
        _spread(studio.pk, album_id)


# -- the studio's name as a mark -----------------------------------------------------------------------


def ids_marked_with_name(studio: Studio) -> Iterable[UUID]:
    """The albums whose previews have the studio's name burnt in, because no other words or picture were set."""
    links = ShareLink.objects.for_studio(studio).filter(is_watermarked=True, revoked_at=None, album__trashed_at=None)
    albums = Album.every.for_studio(studio).filter(share_links__in=links).order_by("pk").distinct()
    return [album.pk for album in albums if _is_name(of(studio, album))]


def spread_again(studio: Studio, album_ids: Sequence[UUID]) -> int:
    """Have the previews of these albums made under the mark that holds now. Returns how many albums."""
    for album_id in album_ids:
        _spread(studio.pk, album_id)
    return len(album_ids)


def _is_name(mark: Watermark) -> bool:
    return not mark.picture and not mark.text
