"""What guests did, in sentences for the studio: "Lena added 5 photos to “Favourites”".

Rows of the same person that say the same of one photo after the other are one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from apps.accounts.journal.sentences import photos_word
from apps.accounts.models import Studio
from apps.sharing.models import Activity, ActivityKind, Comment

NOBODY: Final = "A guest"
ERASED: Final = "A guest (erased)"
# What people do to photo after photo.
_GROUPED: Final = (
    ActivityKind.FAVOURITE,
    ActivityKind.UNFAVOURITE,
    ActivityKind.MARKED,
    ActivityKind.HID,
    ActivityKind.SHOWED,
    ActivityKind.DOWNLOADED,
    ActivityKind.UPLOADED,
)
# A pause ends a sentence.
_PAUSE: Final = timedelta(hours=1)
_WHOLE: Final = {"all": "the whole gallery", "favourites": "their favourites", "list": "a list", "section": "a section"}


@dataclass(slots=True)
class ActivitySentence:
    """What one sentence is about. rows: newest first, at least one.  comment: what was written, if it still stands."""

    rows: list[Activity] = field(default_factory=list)
    comment: str = ""

    @property
    def newest(self) -> Activity:
        return self.rows[0]

    @property
    def who(self) -> str:
        if self.newest.visitor:
            return str(self.newest.visitor.name)
        return ERASED if self.newest.detail.get("erased") else NOBODY

    @property
    def quote(self) -> str:
        """What the guest wrote with it."""
        return self.comment or str(self.newest.detail.get("note", ""))

    @property
    def sentence(self) -> str:
        """What comes behind the name."""
        row = self.newest
        phrase = _PHRASES.get(row.kind)
        if phrase is None:
            return ActivityKind(row.kind).label.lower()
        return phrase(_photos(self.rows), row.detail)


def tell(studio: Studio, rows: Sequence[Activity]) -> list[ActivitySentence]:
    """The sentences of these rows, which stand newest first. One query."""
    told: list[ActivitySentence] = []
    for row in rows:
        if told and _goes_on(told[-1].rows[-1], row):
            told[-1].rows.append(row)
        else:
            told.append(ActivitySentence([row]))
    written = _comments(studio, {str(row.detail.get("comment", "")) for row in rows})
    for one in told:
        one.comment = written.get(str(one.newest.detail.get("comment", "")), "")
    return told


def _comments(studio: Studio, ids: Iterable[str]) -> dict[str, str]:
    wanted = [UUID(pk) for pk in ids if pk]
    kept = Comment.objects.for_studio(studio).filter(pk__in=wanted, removed_at__isnull=True)
    return {str(pk): body for pk, body in kept.values_list("pk", "body")}


def _goes_on(later: Activity, row: Activity) -> bool:
    """True if both are one sentence: the same person did the same to another photo a little before."""
    same = all(getattr(later, name) == getattr(row, name) for name in ("kind", "visitor_id", "link_id", "shown_id"))
    is_of_one_photo = row.photo_id is not None and later.photo_id is not None
    about = later.detail.get("selection") == row.detail.get("selection")
    return same and row.kind in _GROUPED and is_of_one_photo and about and later.at - row.at < _PAUSE


def _photos(rows: Collection[Activity]) -> str:
    """ "IMG_1.JPG" or "5 photos"; a photo that was touched twice is one."""
    names = {row.photo_id: row.photo.camera_name for row in rows if row.photo}
    if len(names) == 1:
        return str(next(iter(names.values())))
    return photos_word(len(names)) if names else "a photo"


Facts = dict[str, Any]


def _list(facts: Facts) -> str:
    return f"“{facts['selection']}”" if facts.get("selection") else "their favourites"


def _marked(photos: str, facts: Facts) -> str:
    if photos.endswith(" photos"):
        return f"rated {photos}"
    said = []
    if "stars" in facts:
        stars = int(facts["stars"])
        said.append(f"gave {stars} star{'' if stars == 1 else 's'} to" if stars else "took the stars off")
    if "label" in facts:
        said.append(f"put a {facts['label']} label on" if facts["label"] else "took the label off")
    verdicts = {"approved": "approved", "maybe": "marked as maybe", "rejected": "rejected"}
    if "verdict" in facts:
        said.append(verdicts.get(str(facts["verdict"]), "took back the verdict on"))
    return f"{' and '.join(said) or 'rated'} {photos}"


def _downloaded(photos: str, facts: Facts) -> str:
    what = str(facts.get("what", "photo")).partition(":")[0]
    if what == "photo":
        return f"downloaded {photos}"
    count = int(facts.get("photos", 0))
    whole = _WHOLE.get(what)
    return f"downloaded {whole}, {photos_word(count)}" if whole else f"downloaded {photos_word(count)}"


def _round(facts: Facts) -> str:
    number = int(facts.get("round", 1))
    return f" (round {number})" if number > 1 else ""


def _sent(photos: str, facts: Facts) -> str:
    return f"sent {_list(facts)} with {photos_word(int(facts.get('count', 0)))}{_round(facts)}"


def _asked_more(photos: str, facts: Facts) -> str:
    limit = f", now {facts['maximum']}" if facts.get("maximum") else ""
    return f"asked for more photos in {_list(facts)}{limit}"


_PHRASES: Final[dict[str, Callable[[str, Facts], str]]] = {
    ActivityKind.OPENED: lambda photos, facts: "opened the gallery",
    ActivityKind.UNLOCKED: lambda photos, facts: "entered the password",
    ActivityKind.FAILED: lambda photos, facts: "entered a wrong password",
    ActivityKind.FAVOURITE: lambda photos, facts: f"added {photos} to {_list(facts)}",
    ActivityKind.UNFAVOURITE: lambda photos, facts: f"removed {photos} from {_list(facts)}",
    ActivityKind.MARKED: _marked,
    ActivityKind.COMMENTED: lambda photos, facts: f"commented on {photos}",
    ActivityKind.SENT: _sent,
    ActivityKind.REOPENED: lambda photos, facts: f"reopened {_list(facts)}{_round(facts)}",
    ActivityKind.HID: lambda photos, facts: f"hid {photos} from other guests",
    ActivityKind.SHOWED: lambda photos, facts: f"showed {photos} to other guests again",
    ActivityKind.DOWNLOADED: _downloaded,
    ActivityKind.UPLOADED: lambda photos, facts: f"uploaded {photos}",
    ActivityKind.ASKED_TIME: lambda photos, facts: "asked for more time",
    ActivityKind.ASKED_MORE: _asked_more,
}
