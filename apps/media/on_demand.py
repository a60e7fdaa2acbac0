"""Files that are made from an original when somebody first needs them, and kept like all renditions.

    clean.copyright, clean.none   the original with less metadata, pixels untouched (see `metadata`)
    fit.<pixels>                  a JPEG with its long side at most so long, never enlarged, colours kept
    video                         a copy of a video that every browser plays; any fit of a video is this copy

Rows refer to the original's blob, so two photos of the same bytes share them, and they go when it goes. What is lost
or damaged is made again, and so are the previews (`tile`, `thumb`, `web`) that every photo gets when it comes.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.media import cas, handover, jail, renditions
from apps.media.formats import FORMATS, HEAD_BYTES, JPEG, MP4, RAW, BadFile, is_film, sniff
from apps.media.models import Blob, BlobEvent, BlobState, Rendition
from apps.media.presets import MAX_PIXELS, PRESETS
from apps.media.storage import as_local_file, temp_directory
from apps.media.store import sha256_of
from apps.web.refusal import Refusal

#: The copy of a video that browsers play.
VIDEO = "video"
#: Raise a number whenever files of the kind that were made earlier must be made again. Of videos see `stale_videos`,
#: which knows what a new recipe changes; 2: what is brighter than white comes down as in photos, and is not dark.
RECIPES = {"clean": 2, "fit": 2, VIDEO: 2}
# Jobs of the kind "derive.<kind>" make files ahead of time.
DERIVE = "derive"
PREVIEWS = tuple(preset.name for preset in PRESETS)
SMALLEST, LARGEST = 16, 20_000
_KIND = re.compile(r"(clean)\.(copyright|none)|(fit)\.([0-9]{2,5})|video")
_TASKS = {
    "copyright": "apps.media.metadata.clean:keep_copyright",
    "none": "apps.media.metadata.clean:keep_nothing",
    "fit": "apps.media.images:fit",
    VIDEO: "apps.media.video:playable",
}
# What a minimal EXIF or a directory written anew can add to a file.
_ROOM = 4 << 20
_FIT_BYTES = 200_000_000
# Encoding takes about as long as the video lasts, on one core. A 4K frame and those that it refers to fit into this.
_VIDEO_LIMITS = jail.Limits(memory_bytes=1_100_000_000, cpu_seconds=4 * 3600, wall_seconds=2 * 3600.0)
# What cannot be rewritten without its metadata is made anew, as a JPEG of all pixels.
_MADE_ANEW = {RAW.mime: JPEG.mime}
_SEEN_EACH = 24 * 3600


class NotMade(Refusal):
    """The file could not be made. is_final: it never can be, because the original is bad."""

    status = 409
    code = "not_made"
    sentence = "This file can’t be prepared right now. The original is safe."

    def __init__(self, sentence: str = "", *, is_final: bool = False) -> None:
        super().__init__(sentence)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How one kind is made. family: "clean" or "fit".  edge: the long side for "fit"."""

    kind: str
    family: str
    task: str
    file: str
    edge: int = 0

    @classmethod
    def of(cls, kind: str) -> _Recipe:
        """Raises ValueError for a kind that is not made here."""
        match = _KIND.fullmatch(kind)
        if match is None:
            raise ValueError(f"{kind} is no kind of derived file")
        if kind == VIDEO:
            return cls(kind, VIDEO, _TASKS[VIDEO], handover.VIDEO)
        if match[1]:
            return cls(kind, "clean", _TASKS[match[2]], handover.CLEAN)
        edge = int(match[4])
        if not SMALLEST <= edge <= LARGEST or str(edge) != match[4]:
            raise ValueError(f"{edge} pixels are no size for a photo")
        return cls(kind, "fit", _TASKS["fit"], handover.FIT, edge)

    @property
    def number(self) -> int:
        return RECIPES[self.family]

    def mime(self, blob: Blob) -> str:
        """The type that the made file must have."""
        if self.family == VIDEO:
            return MP4.mime
        return JPEG.mime if self.family == "fit" else _MADE_ANEW.get(blob.mime, blob.mime)

    def task_for(self, blob: Blob) -> tuple[str, dict[str, str]]:
        """The task, and what it must know beside its file."""
        kind = {"kind": next((format.name for format in FORMATS.values() if format.mime == blob.mime), "")}
        if self.family == "clean" and is_film(blob.mime):
            return "apps.media.video:stripped", kind | {"file": self.file}
        if self.family == "clean" and blob.mime in _MADE_ANEW:
            return "apps.media.images:whole", {"file": self.file}
        return self.task, kind if self.family == VIDEO else {}

    def limits(self, blob: Blob) -> jail.Limits:
        """Enough for the largest original; rewriting one is a matter of its length."""
        if self.family == VIDEO:
            return replace(_VIDEO_LIMITS, file_bytes=4 * blob.size + _FIT_BYTES)
        if blob.mime in _MADE_ANEW and self.family == "clean":
            return jail.Limits(file_bytes=_FIT_BYTES)
        if self.family == "fit":
            return jail.Limits(file_bytes=_FIT_BYTES)
        return jail.Limits(file_bytes=blob.size + _ROOM, wall_seconds=90.0)


def find(studio: Studio | UUID, blob_ids: Iterable[UUID], kind: str) -> dict[UUID, Blob]:
    """What is made already and whole, by the original's blob. Run it in `acting_in(studio)`. One query."""
    rows = Rendition.objects.for_studio(studio).filter(
        source_id__in=list(blob_ids), kind=kind, blob__state=BlobState.LIVE
    )
    if kind not in PREVIEWS:
        rows = rows.filter(recipe=_Recipe.of(kind).number)
    return {row.source_id: row.blob for row in rows.select_related("blob")}


def ensure(blob: Blob, kind: str) -> Blob:
    """The derived file of an original; made now if it is not there yet. Two at once make it twice and keep it once.

    Raises NotMade; ValueError for an unknown kind.
    """
    with acting_in(blob.studio_id):
        known = find(blob.studio_id, [blob.pk], kind).get(blob.pk)
        if known is not None:
            _mark_used(known)
            return known
    if kind in PREVIEWS:
        return _rendered(blob, kind)
    recipe = _Recipe.of(kind)
    if recipe.family == "fit" and is_film(blob.mime):
        return _as_video(blob, recipe)
    out = Path(mkdtemp(prefix="derive.", dir=temp_directory()))
    try:
        told = _make(blob, recipe, out)
        return _keep(blob, recipe, _checked(out / recipe.file, blob, recipe), told)
    except jail.Rejected as rejected:
        raise NotMade(rejected.reason, is_final=True) from rejected
    except (jail.Crashed, FileNotFoundError, ValueError, BadFile) as error:
        raise NotMade from error
    finally:
        shutil.rmtree(out, ignore_errors=True)


def _as_video(blob: Blob, recipe: _Recipe) -> Blob:
    """What stands for a smaller size of a video: the copy that plays. Raises as `ensure`."""
    film = ensure(blob, VIDEO)
    with acting_in(blob.studio_id):
        made = Rendition.objects.for_studio(blob.studio_id).get(source=blob, kind=VIDEO)
        Rendition.objects.for_studio(blob.studio_id).update_or_create(
            studio_id=blob.studio_id,
            source=blob,
            kind=recipe.kind,
            defaults={"blob": film, "recipe": recipe.number, "width": made.width, "height": made.height},
        )
    return film


def _rendered(blob: Blob, kind: str) -> Blob:
    """All previews of an original anew."""
    try:
        renditions.render(blob)
    except jail.Rejected as rejected:
        raise NotMade(rejected.reason, is_final=True) from rejected
    except (jail.Crashed, FileNotFoundError) as error:
        raise NotMade from error
    with acting_in(blob.studio_id):
        return find(blob.studio_id, [blob.pk], kind)[blob.pk]


def lost(studio: Studio | UUID, blob_ids: Iterable[UUID], reason: str) -> None:
    """Derived files turned out to be missing or altered: they are not found any more, so they are made anew.

    Run it in the studio's transaction.
    """
    blobs = Blob.objects.for_studio(studio).filter(pk__in=list(blob_ids)).exclude(state=BlobState.DAMAGED)
    for blob in blobs.order_by("pk").select_for_update(no_key=True):
        blob.state, blob.doomed_at = BlobState.DAMAGED, None
        blob.save(update_fields=["state", "doomed_at"])
        BlobEvent.of(blob, "damaged", reason).save(force_insert=True)


def remake(damaged: Blob) -> None:
    """Have the previews made anew that lie in this blob: they are shown as they are, so nobody would ask for them.

    All else is made when it is asked for. Run it in the studio's transaction.
    """
    previews = Rendition.objects.for_studio(damaged.studio_id).filter(blob=damaged, kind__in=PREVIEWS)
    for kind, source in previews.values_list("kind", "source_id"):
        request(damaged.studio_id, [source], kind)


def _mark_used(blob: Blob) -> None:
    """Once a day, so that what nobody fetches any more can be told (see `sweeping`)."""
    now = timezone.now()
    if (now - blob.seen_at).total_seconds() > _SEEN_EACH:
        Blob.objects.for_studio(blob.studio_id).filter(pk=blob.pk).update(seen_at=now)


def _make(blob: Blob, recipe: _Recipe, out: Path) -> dict[str, Any]:
    with as_local_file(blob.storage_key) as source:
        with source.open("rb") as file:
            # Bytes that are not what was uploaded must not get a new hash that says they were.
            if sha256_of(file) != blob.sha256:
                raise NotMade
        if recipe.edge:
            (out / handover.WISH).write_text(json.dumps({"edge": recipe.edge}))
        task, options = recipe.task_for(blob)
        return jail.run(task, source, out, limits=recipe.limits(blob), **options)


def _checked(path: Path, blob: Blob, recipe: _Recipe) -> cas.Stored:
    """Take over what the jail wrote, if it is a picture of the right kind: its writer read hostile bytes."""
    with jail.open_made(path) as file:
        mime = sniff(file.read(HEAD_BYTES)).mime
    if mime != recipe.mime(blob):
        raise ValueError("another format than asked for")
    return cas.receive_path(path)


def _side(told: dict[str, Any], name: str) -> int:
    value = told.get(name)
    if type(value) is not int or not 1 <= value <= MAX_PIXELS:
        raise ValueError("not a side of a picture")
    return value


def _keep(blob: Blob, recipe: _Recipe, stored: cas.Stored, told: dict[str, Any]) -> Blob:
    try:
        sides = {name: _side(told, name) for name in ("width", "height")}
        with cas.keeping(blob.studio_id, stored) as (kept, _):
            Rendition.objects.for_studio(blob.studio_id).update_or_create(
                studio_id=blob.studio_id,
                source=blob,
                kind=recipe.kind,
                defaults={"blob": kept, "recipe": recipe.number, **sides},
            )
    finally:
        stored.discard()
    return kept


# -- ahead of time -----------------------------------------------------------------------------------


def job_kind(kind: str) -> str:
    """The kind of job that makes this kind of file."""
    return f"{DERIVE}.{kind}"


def request(studio: Studio | UUID, blob_ids: Iterable[UUID], kind: str) -> list[UUID]:
    """Have derived files made by workers. Returns for which blobs; the others have theirs.

    Run it in the studio's transaction; asking twice is asking once.
    """
    if kind not in PREVIEWS:
        _Recipe.of(kind)
    wanted = list(blob_ids)
    made = find(studio, wanted, kind)
    missing = [blob_id for blob_id in wanted if blob_id not in made]
    films = _films(studio, missing) if kind not in PREVIEWS else set()
    for blob_id in missing:
        line = Queue.VIDEO if blob_id in films else Queue.IMAGES
        queue.put(studio, job_kind(kind), blob_id, queue=line, again=True)
    return missing


def _films(studio: Studio | UUID, blob_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these originals are videos: what is made of them takes long and has a queue of its own."""
    originals = Blob.objects.for_studio(studio).filter(pk__in=list(blob_ids), mime__startswith="video/")
    return set(originals.values_list("pk", flat=True))


def derive(job: queue.Claimed) -> None:
    """The step behind `request`. A blob that is gone meanwhile is no error."""
    with acting_in(job.studio_id):
        blob = Blob.objects.for_studio(job.studio_id).filter(pk=job.subject_id).first()
    if blob is None:
        return
    try:
        ensure(blob, job.kind.removeprefix(f"{DERIVE}."))
    except NotMade as reason:
        if reason.is_final:
            raise queue.JobRefused(str(reason)) from reason
        raise
