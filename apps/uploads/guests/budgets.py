"""How much guests may send: by link, by person, by hour, and never the last of the disk. Members are never counted.

Asked before the first byte. The link's row is held while it is asked, so many at one moment are counted exactly.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from django.db.models import Count, Sum
from django.utils.translation import gettext_noop as _

from apps.sharing.models import ShareLink
from apps.uploads.guests.guest import GuestSender
from apps.uploads.models import ReceivedFile, Upload
from apps.web.rate_limit import RateLimit, RateLimited, reserve_all
from apps.web.refusal import Refusal

HOUR = 3600
#: Of a wedding with 150 guests who send all that they took.
LINK_FILES: Final = 10_000
LINK_BYTES: Final = 100 * 1000**3
GUEST_FILES: Final = 2_000
GUEST_BYTES: Final = 20 * 1000**3
#: A guest sends four at once; more that were begun and left are a program.
GUEST_OPEN: Final = 50
PER_GUEST = RateLimit("guest-uploads", 1000, HOUR)
PER_LINK = RateLimit("link-uploads", 4000, HOUR)
#: What guests leave free, so that the studio itself can still work.
DISK_RESERVE: Final = 2 << 30


class GuestLimit(Refusal):
    """One person sent all that one person can."""

    status = 413
    code = "guest_limit"
    sentence = _("You’ve added as much as one person can add here.")


class LinkLimit(Refusal):
    """Through this link came all that can come."""

    status = 413
    code = "link_limit"
    sentence = _("This link can’t take more photos.")


class TooManyInAnHour(Refusal):
    """More within the hour than anybody chooses by hand."""

    status = 429
    code = "too_fast"
    sentence = _("You’ve added a lot of photos in a short time. Please continue in a while.")

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__()


class TooManyOpen(Refusal):
    """Many were begun, and none of them is continued."""

    status = 429
    code = "too_many_uploads"
    sentence = _("Too many photos are on their way at once. Please wait until some have arrived.")
    wait = 30


class NoRoom(Refusal):
    """The server keeps what is left for the studio."""

    status = 507
    code = "no_room"
    sentence = _("There is no room for more photos right now. Please tell the photographer.")


def check(guest: GuestSender, length: int, folder: Path) -> None:
    """Raise GuestLimit, LinkLimit, TooManyInAnHour, TooManyOpen or NoRoom before another `length` bytes come.

    folder: where they would be written.  Run it in the studio's transaction, which begins the upload.
    """
    if shutil.disk_usage(folder).free < length + DISK_RESERVE:
        raise NoRoom
    studio = guest.album.studio_id
    ShareLink.objects.for_studio(studio).select_for_update(no_key=True).only("pk").get(pk=guest.link_id)
    begun = Upload.objects.for_studio(studio).filter(Upload.UNDER_WAY, link_id=guest.link_id)
    came = ReceivedFile.objects.for_studio(studio).filter(link_id=guest.link_id).exclude(sha256="")
    total, size = _sum(came, "size"), _sum(begun, "length")
    if total[0] + size[0] >= LINK_FILES or total[1] + size[1] + length > LINK_BYTES:
        raise LinkLimit
    mine, open_ = _sum(came.filter(visitor=guest.visitor), "size"), _sum(begun.filter(visitor=guest.visitor), "length")
    if mine[0] + open_[0] >= GUEST_FILES or mine[1] + open_[1] + length > GUEST_BYTES:
        raise GuestLimit
    if open_[0] >= GUEST_OPEN:
        raise TooManyOpen
    try:
        reserve_all((PER_GUEST, str(guest.visitor.pk)), (PER_LINK, str(guest.link_id)))
    except RateLimited as stop:
        raise TooManyInAnHour(stop.wait) from stop


def _sum(rows: object, column: str) -> tuple[int, int]:
    """How many rows, and the bytes of all."""
    found = rows.aggregate(count=Count("pk"), bytes=Sum(column))  # type: ignore[attr-defined]
    return found["count"], found["bytes"] or 0
