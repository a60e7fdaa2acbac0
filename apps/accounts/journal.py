"""The journal: who did what to which thing."""

from typing import Any

from django.db import models

from apps.accounts.models import JournalEntry, Studio, User


def note(studio: Studio, actor: User | None, verb: str, subject: models.Model | None = None, **detail: Any) -> None:
    """Write one entry in the transaction of the deed it tells of.

    verb: "album.created" and the like.  detail: JSON-able facts; never secrets, never a guest's password.
    """
    JournalEntry(
        studio=studio,
        actor=actor,
        verb=verb,
        subject_kind=subject._meta.model_name or "" if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        detail=detail,
    ).save(force_insert=True)
