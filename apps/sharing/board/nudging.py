"""A friendly reminder to clients who have not chosen or taken anything yet: one click, and never twice by mistake.

Call it in `acting_in(studio)`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid5

from apps.accounts.emails import EmailState
from apps.accounts.models import User
from apps.albums.models import Album
from apps.sharing.emails import complete
from apps.sharing.models import ClientEmail, EmailKind
from apps.web.refusal import Refusal

# Whoever was asked is left alone for so long.
REST = timedelta(days=3)
_ON_THE_WAY = (EmailState.WAITING, EmailState.SENDING, EmailState.SENT, EmailState.KEPT)


class NotNudged(Refusal):
    """No email was written; the sentence says why."""

    status = 409
    code = "not_nudged"


def nudge(album: Album, *, by: User, now: datetime) -> int:
    """Email everyone who knows an open link of this gallery; how many they are.

    Raises NotNudged if they were reminded within three days or nobody is known, recipients.Unsendable.
    """
    # Two clicks at the same moment: the second finds the emails of the first.
    album.hold()
    mine = ClientEmail.objects.for_studio(album.studio_id).filter(album_id=album.pk, kind=EmailKind.NUDGE)
    if mine.filter(created_at__gt=now - REST, email__state__in=_ON_THE_WAY).exists():
        raise NotNudged("A reminder went out within the last three days.")
    day = now.astimezone(album.studio.zone).date()
    count = complete.tell_everyone(album, by=by, kind=EmailKind.NUDGE, batch=uuid5(album.pk, f"nudge {day}"))
    if not count:
        raise NotNudged("No email address is known for this gallery. Send its link first.")
    return count
