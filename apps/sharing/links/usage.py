"""Who opened the links of an album, and how much each of them shows. Run in the studio's transaction.

The number of queries does not grow with the number of links.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.functions import Coalesce
from django.utils.formats import date_format

from apps.albums.models import Album, Section, may_see
from apps.sharing.models import Activity, ActivityKind, ShareLink
from apps.smart_collections.asked import photos_of


@dataclass(frozen=True, slots=True)
class Used:
    """How a link was used. people: who opened it; a guest without a name counts once in each browser.

    openings, last_at: what the link's own row counted, also before there was an activity log.
    device: with which kind of device it was opened last, as in `Activity.device`; "" if unknown.
    """

    people: int
    openings: int
    last_at: datetime | None
    device: str = ""

    def words(self, zone: ZoneInfo, now: datetime) -> str:
        """ "Opened by 6 people, last from a phone, yesterday at 14:05"."""
        if self.last_at is None:
            return "Not opened yet"
        if self.people:
            opened = "Opened by one person" if self.people == 1 else f"Opened by {self.people:,} people"
        else:
            opened = "Opened once" if self.openings == 1 else f"Opened {self.openings:,} times"
        kind = self.device.partition(",")[0].lower()
        device = f" from a {kind}," if kind else ""
        return f"{opened}, last{device} {moment_words(self.last_at, zone, now)}"


def moment_words(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """ "today at 14:05", "yesterday at 14:05", "Sat 21 Nov, 14:05"."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    clock = date_format(local, "H:i")
    if local.date() == today:
        return f"today at {clock}"
    if local.date() == today - timedelta(days=1):
        return f"yesterday at {clock}"
    return f"{date_format(local, 'D j M' if local.year == today.year else 'D j M Y')}, {clock}"


def of_links(links: Sequence[ShareLink]) -> dict[UUID, Used]:
    """How each of these links of one album was used. Two queries."""
    if not links:
        return {}
    opened = (
        Activity.objects.for_studio(links[0].studio_id)
        .filter(link__in=[link.pk for link in links], kind=ActivityKind.OPENED)
        .order_by()
    )
    people = dict(opened.values_list("link_id").annotate(people=Count(Coalesce("visitor_id", "id"), distinct=True)))
    newest = opened.order_by("link_id", "-at", "-id").distinct("link_id").values_list("link_id", "at", "device")
    last = {link_id: (at, device) for link_id, at, device in newest}
    found = {}
    for link in links:
        at, device = last.get(link.pk, (link.last_opened_at, ""))
        found[link.pk] = Used(people.get(link.pk, 0), link.views, at, device)
    return found


def photos_shown(album: Album, links: Sequence[ShareLink]) -> dict[UUID, int]:
    """How many photos each of these links of the album shows. Two queries."""
    if not links:
        return {}
    audiences = {link.pk: link.audience for link in links}
    sections = list(Section.objects.for_studio(album.studio_id).filter(album_id=album.pk, audience__isnull=False))
    counted = {}
    for pk, audience in audiences.items():
        hidden = [section.pk for section in sections if not section.is_shown_to(audience)]
        counted[f"shown_{pk.hex}"] = Count("pk", filter=may_see(audience, hidden))
    figures = photos_of(album).shown().aggregate(**counted)
    return {pk: figures[f"shown_{pk.hex}"] for pk in audiences}
