"""One email about many photos of guests: written with the first of them, counted when it goes out."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from apps.accounts import outbox
from apps.accounts.emails import Email, EmailState, Words, digest
from apps.accounts.models import Role
from apps.albums.models import Album
from apps.sharing.models import Visitor
from apps.uploads.guests.waiting import waiting

#: Names this composer in config/tasks.py.
COMPOSER: Final = "guest-uploads"
#: A party sends for a while; the email waits for it.
AFTER = timedelta(minutes=30)
#: At most one email about an album within so long.
EVERY = timedelta(hours=4)
NAMES = 5


def announce(album: Album) -> None:
    """Tell owners and editors soon that guests sent photos, once in `EVERY`. Run it in the transaction of the photo."""
    now = timezone.now()
    window = int(now.timestamp() // EVERY.total_seconds())
    key = f"{COMPOSER}:{album.pk}:{window}"
    found = album.studio.addresses(Role.OWNER, Role.EDITOR, album=album.pk)
    outbox.put_all(
        [
            Email(
                studio=album.studio, key=f"{key}:{digest(address)}", to=address, composer=COMPOSER, due_at=now + AFTER
            )
            for address in found
        ]
    )


def compose(email: Email) -> Words:
    """What waits now. Raises Undeliverable where nothing does any more."""
    assert email.studio_id is not None
    album = Album.objects.for_studio(email.studio_id).select_related("studio").filter(pk=_album_id(email.key)).first()
    count = waiting(album).count() if album is not None and album.trashed_at is None else 0
    if album is None or not count:
        raise outbox.Undeliverable("Nothing is waiting for approval.", EmailState.CANCELLED)
    people = Visitor.objects.for_studio(album.studio_id).filter(pk__in=waiting(album).values("visitor_id"))
    names = list(people.order_by("name").values_list("name", flat=True)[: NAMES + 1])
    subject = f"{count:,} photo{'' if count == 1 else 's'} from guests: {album.title}"
    return outbox.rendered(
        subject,
        "uploads/guests_waiting.txt",
        album=album,
        count=count,
        names=names[:NAMES],
        more=len(names) > NAMES,
        address=settings.PUBLIC_URL + reverse("uploads:from_guests", args=[album.studio.slug, album.pk]),
    )


def _album_id(key: str) -> UUID:
    return UUID(key.split(":")[1])
