"""Which events there are, and what is said of one. Run in `acting_in(studio)`."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from apps.accounts.journal.models import JournalEntry
from apps.sharing.models import Activity, ActivityKind
from apps.webhooks.models import WebhookDelivery

GUEST = "guest."
TEST = "webhook.test"
# What guests did; what members did has the verbs of the journal ("album.created").
GUEST_EVENTS = tuple(f"{GUEST}{kind}" for kind in ActivityKind.values)


def body_of(delivery: WebhookDelivery) -> str:
    """The JSON that is sent; "" if what it tells of was erased since."""
    if delivery.event == TEST:
        facts: dict[str, Any] | None = {"message": "This is a test from Glassine."}
    elif delivery.event.startswith(GUEST):
        facts = _activity(delivery.studio_id, delivery.source_id)
    else:
        facts = _entry(delivery.studio_id, delivery.source_id)
    if facts is None:
        return ""
    head = {"id": str(delivery.pk), "event": delivery.event, "studio": str(delivery.studio_id)}
    return json.dumps({**head, "created_at": delivery.created_at.isoformat(), "data": facts}, ensure_ascii=False)


def _activity(studio_id: UUID, activity_id: UUID) -> dict[str, Any] | None:
    rows = Activity.objects.for_studio(studio_id).select_related("visitor", "photo", "link", "shown")
    row = rows.filter(pk=activity_id).first()
    if row is None:
        return None
    return {
        "at": row.at.isoformat(),
        "shown": str(row.shown_id),
        "gallery": str(row.shown.album_id) if row.shown.album_id else None,
        "link": {"id": str(row.link_id), "label": row.link.label} if row.link else None,
        "visitor": _visitor(row),
        "photo": {"id": str(row.photo_id), "camera_name": row.photo.camera_name} if row.photo else None,
        "device": row.device,
        "detail": row.detail,
    }


def _visitor(row: Activity) -> dict[str, str] | None:
    if row.visitor is None:
        return None
    return {"id": str(row.visitor.pk), "name": row.visitor.name, "email": row.visitor.email}


def _entry(studio_id: UUID, entry_id: UUID) -> dict[str, Any] | None:
    row = JournalEntry.objects.for_studio(studio_id).select_related("actor").filter(pk=entry_id).first()
    if row is None or row.forgotten_at is not None:
        return None
    return {
        "at": row.at.isoformat(),
        "actor": {"id": str(row.actor_id), "name": str(row.actor)} if row.actor else None,
        "subject": {"kind": row.subject_kind, "id": str(row.subject_id)} if row.subject_id else None,
        "galleries": [str(album) for album in row.albums],
        "count": row.count,
    }
