"""The one list of all work: for each kind of job its steps, in order. And the workers' side of the doorbell.

Here, because it names steps of several apps that must not know of each other. A job is claimed, and its steps are done
one after the other; the kind "derive.fit.2048" is done as "derive".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from celery import shared_task

from apps.accounts import outbox
from apps.albums import bulk, filing, stale_fingerprints, stale_renditions
from apps.albums.models import Photo
from apps.faces import erasing, looking_again, scanning
from apps.faces.models import ERASE, SCAN
from apps.jobs import connections, queue, sliced
from apps.jobs.models import Queue
from apps.library.duplicates import scan
from apps.library.events.detect import DETECT as DETECT_EVENTS
from apps.library.keywords import rewrite
from apps.library.places import borrowed, by_hand, locate
from apps.library.stacks import analyze, detect
from apps.library.tiers import approve, gold
from apps.media import on_demand, stale_videos, sweeping
from apps.portability import exports, photo_exports
from apps.sharing.branding import watermarks
from apps.sharing.downloads.archive import prepare
from apps.sharing.emails import composing
from apps.sharing.models import WATERMARKS_JOB
from apps.tagging import describe, trials
from apps.tagging.meaning import keep as meanings
from apps.tagging.meaning.agreement import EMBED
from apps.tagging.models import DESCRIBE, TRY
from apps.uploads import inbox_scan, pairing, pipeline, replacing, sidecars
from apps.uploads.guests import digest
from apps.uploads.importing import runs as importing
from config import derived
from config.env import current
from config.launcher import kept_database

# Kinds of tasks. Each claim of their job deals with one slice.
_ACTS = [bulk.RELOCATE, bulk.THROW, bulk.MARK, bulk.TAG, by_hand.PLACE, borrowed.BORROW, rewrite.REWRITE]
_OF_LIBRARY = [*_ACTS, analyze.ANALYZE, scan.SCAN]
_OF_TIERS = [approve.APPROVE, approve.UNAPPROVE]
_OF_PEOPLE = [filing.FILE, looking_again.LOOK]
_OF_TAGGING = [describe.TASK]
_WHOLE = [
    prepare.PREPARE,
    derived.STUDIO.kind,
    exports.EXPORT,
    photo_exports.EXPORT_PHOTOS,
    inbox_scan.SCAN,
    importing.IMPORT,
]
_STUDIO_WIDE = [DETECT_EVENTS, *_OF_PEOPLE, *_OF_LIBRARY, *_OF_TIERS, *_OF_TAGGING]
TASKS = [bulk.MOVE, bulk.TRASH, bulk.REPROCESS, *_STUDIO_WIDE, *_WHOLE]

# A photo that came: facts and renditions; where it was taken; joined with the other file of its shot; what the sidecar
# says that waited for it; stacked with the frames of its burst; its gold copy, if it is approved already; previews
# under the watermarks of the links that show it; then its faces and its description, which are jobs of a queue behind
# the renditions.
RENDERING: Sequence[queue.Step] = [
    pipeline.render,
    locate.photo_came,
    pairing.photo_came,
    sidecars.photo_came,
    detect.photo_came,
    gold.photo_came,
    watermarks.photo_came,
    scanning.photo_came,
    describe.photo_came,
]

STEPS: dict[str, Sequence[queue.Step]] = {
    Photo.RENDER: RENDERING,
    stale_renditions.STEP: RENDERING,
    replacing.REPLACE: [replacing.adopt],
    gold.GOLD: [gold.write],
    SCAN: [scanning.scan, detect.faces_found],
    ERASE: [erasing.erase],
    DESCRIBE: [describe.describe],
    TRY: [trials.run],
    EMBED: [meanings.run],
    stale_fingerprints.STEP: [stale_fingerprints.refresh],
    stale_videos.STEP: [stale_videos.refresh],
    # Files that are made when somebody first needs them.
    on_demand.DERIVE: [on_demand.derive],
    WATERMARKS_JOB: [watermarks.spread],
    watermarks.MARK: [watermarks.make],
    prepare.COUNT: [prepare.count],
    **{task.kind: [task] for task in TASKS},
    exports.KIND: [exports.freeze, exports.EXPORT],
}

# Who writes it down when the sweeper gives a job up, because its worker died three times.
GIVEN_UP: dict[str, Callable[[UUID, UUID], None]] = {
    Photo.RENDER: pipeline.given_up,
    replacing.REPLACE: replacing.given_up,
    **{task.kind: sliced.given_up for task in TASKS},
}


def given_up(studio_id: UUID, kind: str, subject_id: UUID) -> None:
    """Told by the sweeper, in a transaction of the studio."""
    if kind in GIVEN_UP:
        GIVEN_UP[kind](studio_id, subject_id)


@shared_task(name="jobs.answer")
def answer(name: str) -> None:
    """Somebody rang: take the fairest job of the queue and do it. None left is no error.

    What can wait is not even claimed while photos wait for their pictures, or this worker is at such a job: claimed and
    put back, each of a thousand jobs would be that once a second, at the cost of those photos.
    """
    if name == Queue.FACES and not scanning.may_look():
        queue.ring_later(name, scanning.PAUSE)
        return
    if queue.answer(name, STEPS):
        connections.job_done()
        if name == Queue.FACES:
            # All the bells that nobody was free for became one at most, and each was for a job.
            queue.ring_now(name)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Every 10 s: take back what killed workers held, ring for what waits."""
    queue.sweep(given_up)


# Emails whose words are found at the moment of sending, by what the row says.
COMPOSERS: dict[str, outbox.Composer] = {composing.COMPOSER: composing.compose, digest.COMPOSER: digest.compose}


@shared_task(name=outbox.TASK)
def send_emails() -> None:
    """Every 10 s, and whenever somebody rang: send the emails that are due."""
    outbox.send_due(COMPOSERS)


@shared_task(name="upgrades.forget")
def forget_upgrade() -> None:
    """Every hour: remove the database that was kept before an upgrade, once its days are over."""
    if sweeping.may_be_rolled_back():
        kept_database.forget(current().database_owner, older=kept_database.KEPT_FOR)
