"""What derives from a studio's settings and was stored: setting -> what is recomputed when it changes.

Here, because it names deeds of several apps that must not know of each other. What a page computes whenever it is asked
needs no line: dates as words, reminders (written on their day), URLs of links, names in emails that are composed when
they go out. Nothing stored derives from the title of a gallery: its slug stays, since it may stand in somebody's notes,
and an archive keeps the name under which its download began.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from apps.albums import capture_time
from apps.jobs.derived import Derivation, DerivedData
from apps.sharing.branding import watermarks
from apps.sharing.emails import planned
from apps.sharing.links import zone

# The order of photos goes with their times.
_PHOTO_TIMES: Final = Derivation("photo times", "photo time", capture_time.ids_read_in_zone, capture_time.read_again)
_LINK_ENDS: Final = Derivation("link ends", "link end", zone.ids_with_end, zone.end_again)
_PLANNED_EMAILS: Final = Derivation("planned emails", "planned email", planned.ids_planned, planned.plan_again)
_URLS_IN_EMAILS: Final = Derivation("urls in emails", "waiting email", planned.ids_with_words, planned.readdress)
_NAME_AS_WATERMARK: Final = Derivation(
    "watermarks", "watermarked gallery", watermarks.ids_marked_with_name, watermarks.spread_again
)

DERIVED: Final[dict[str, Sequence[Derivation]]] = {
    "time_zone": [_PHOTO_TIMES, _LINK_ENDS, _PLANNED_EMAILS],
    "name": [_NAME_AS_WATERMARK],
    "slug": [_URLS_IN_EMAILS],
}
_WORDS: Final = {
    "time_zone": "Moving {what} to the time zone {value}",
    "name": "Writing “{value}” over {what}",
    "slug": "Putting the address “{value}” into {what}",
}
STUDIO: Final = DerivedData(DERIVED, _WORDS)
