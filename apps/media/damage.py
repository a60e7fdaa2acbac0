"""Stored bytes that turn out to be missing or altered: who is told, once, and how they become whole again.

What was made from an original is made again. An original is beyond us: its row is marked, the studio's owners get one
email, the photo stands among the gallery's problems, and the same bytes uploaded again heal it (see `cas.keep`).
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from apps.accounts import outbox
from apps.accounts.models import Role, Studio
from apps.accounts.tenancy import StudioQuerySet, across_studios, acting_in
from apps.media import on_demand
from apps.media.models import Blob, BlobEvent, BlobState, Rendition

log = logging.getLogger(__name__)

_PHOTO = ("photos__camera_name", "photos__placements__album_id")


def report(studio_id: UUID, blob_id: UUID, reason: str) -> bool:
    """Raise the alarm over a blob; True if it is an original, whose owners are told. Asking again tells nobody again.

    Call it outside of a transaction that may be rolled back, or the alarm goes with it.
    """
    log.critical("blob %s of studio %s: %s", blob_id, studio_id, reason)
    with acting_in(studio_id):
        blob = Blob.objects.for_studio(studio_id).filter(pk=blob_id).select_for_update(no_key=True).first()
        if blob is None:
            return False
        if _is_made(blob):
            if blob.state != BlobState.DAMAGED:
                on_demand.lost(studio_id, [blob_id], reason)
                on_demand.remake(blob)
            return False
        if blob.alarmed_at is None:
            blob.alarmed_at = timezone.now()
            blob.save(update_fields=["alarmed_at"])
            BlobEvent.of(blob, "damaged", reason).save(force_insert=True)
            _tell_owners(blob)
    return True


def _is_made(blob: Blob) -> bool:
    """True for what was made from an original and is none itself."""
    rows = Rendition.objects.for_studio(blob.studio_id).filter(blob=blob)
    uploaded = Blob.objects.for_studio(blob.studio_id).filter(Q(photos__isnull=False) | Q(versions__isnull=False))
    return rows.exists() and not uploaded.filter(pk=blob.pk).exists()


def _tell_owners(blob: Blob) -> None:
    studio = Studio.objects.defer("logo").get(pk=blob.studio_id)
    found = Blob.objects.for_studio(studio).filter(pk=blob.pk, photos__isnull=False)
    placed = list(found.order_by("photos", "photos__placements").values_list(*_PHOTO))
    album = next((album_id for _name, album_id in placed if album_id), None)
    where = (
        reverse("albums:problems", args=[studio.slug, album]) if album else reverse("albums:list", args=[studio.slug])
    )
    words = outbox.rendered(
        "A photo is damaged on our side",
        "media/damaged.txt",
        names=sorted({name for name, _album in placed}),
        address=f"{settings.PUBLIC_URL}{where}",
    )
    # The id at the end of the key is another one once the blob was healed.
    outbox.tell(studio, [Role.OWNER], f"damaged:{blob.storage_key[-36:]}", words)


def originals(studio: Studio | UUID) -> StudioQuerySet[Blob]:
    """The studio's originals that wait for their bytes to be uploaded again."""
    made = Rendition.objects.for_studio(studio).filter(blob=OuterRef("pk"))
    wrong = Blob.objects.for_studio(studio).filter(Q(alarmed_at__isnull=False) | Q(state=BlobState.DAMAGED))
    return wrong.exclude(Exists(made))


def is_any() -> bool:
    """True if an original of any studio is damaged."""
    with across_studios():
        return Blob.objects.filter(alarmed_at__isnull=False).exists()
