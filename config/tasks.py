"""The workers' side of the doorbell, and the list of all work that they know.

Here, because it names steps of several apps that must not know of each other.
"""

from __future__ import annotations

from collections.abc import Callable

from celery import shared_task

from apps.accounts import outbox
from apps.albums import stale_fingerprints
from apps.albums.models import Photo
from apps.jobs import queue
from apps.sharing.branding import watermarks
from apps.sharing.downloads.archive import prepare
from apps.sharing.emails import composing
from apps.uploads import pipeline


def render(job: queue.Claimed) -> None:
    """The pipeline's step, and then previews under the watermarks of the links that show the photo."""
    pipeline.render(job)
    watermarks.photo_came(job.studio_id, job.subject_id)


STEPS: dict[str, Callable[[queue.Claimed], None]] = {
    **pipeline.STEPS,
    **stale_fingerprints.STEPS,
    **prepare.STEPS,
    **watermarks.STEPS,
    Photo.RENDER: render,
}


@shared_task(name="jobs.answer")
def answer(name: str) -> None:
    """Somebody rang: take the fairest job of the queue and do it. None left is no error."""
    queue.answer(name, STEPS)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Every 10 s: take back what killed workers held, ring for what waits."""
    queue.sweep(pipeline.given_up)


# Emails whose words are found at the moment of sending, by what the row says.
COMPOSERS: dict[str, outbox.Composer] = {composing.COMPOSER: composing.compose}


@shared_task(name=outbox.TASK)
def send_emails() -> None:
    """Every 10 s, and whenever somebody rang: send the emails that are due."""
    outbox.send_due(COMPOSERS)
