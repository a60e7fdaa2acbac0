"""What a link allows, and until when. Pages, downloads and the studio's sentence all ask `Terms`.

Pure: no database, no clock of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils.formats import date_format

from apps.accounts.models import Studio
from apps.albums.models import Album, AlbumKind, AlbumState
from apps.sharing.models import Download, Metadata, ShareLink, ShowsPeople, TakesUploads
from apps.web.days import end_of_day

# Days beyond these are slips of the finger, and the calendar's own ends do not survive a change of zone.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
# The longest edge of the web size: what a link for that size gives at most.
WEB_EDGE = 2400
VIEWED = frozenset({"tile", "thumb", "web"})
DOWNLOADED = {
    Download.NONE: (),
    Download.WEB: ("web",),
    Download.ORIGINAL: ("original", "web"),
}

_CLEANED = {
    Metadata.ALL: "",
    Metadata.COPYRIGHT: " (no place, no serial numbers)",
    Metadata.NONE: " (no metadata at all)",
}


# What only a link to a smart collection does.
_LIVE = " It is live: photos come and go as the collection finds them. Photos only in drafts stay hidden."


class Standing(StrEnum):
    """Whether a link opens, and if not, why."""

    OPEN = "open"
    REVOKED = "revoked"
    EXPIRED = "expired"
    TRASHED = "trashed"
    ARCHIVED = "archived"
    DRAFT = "draft"


def day_words(day: date) -> str:
    """ "Tue 14 Oct 2026"."""
    return date_format(day, "D j M Y")


@dataclass(frozen=True, slots=True)
class Rights:
    """What a guest may do with the photos that the link shows.

    download_limit: how many photos may be taken through the link in all; None for any number.
    is_main: the client, who sees and may hide what is withheld from the other links.
    asks_identity: a guest says name and e-mail address before anything is shown.
    people: whether faces, or names too, stand above the photos.
    only_agreed: of the photos those alone in which everybody agrees to be shown.
    may_find: a guest may look for themselves by a picture.
    may_search: a guest may search the photos by words, names of files and days.
    shows_places: a guest sees in which town and country photos were taken, and may search for them.
    upload: whether guests send photos; by a drop link they do nothing else, so nothing else of its row counts.
    uploads_wait: what they send is hidden until the studio approves it.
    """

    download: Download
    favourite: bool = False
    comment: bool = False
    rate: bool = False
    is_main: bool = False
    download_limit: int | None = None
    needs_pin: bool = False
    metadata: Metadata = Metadata.ALL
    file_names: str = ""
    is_watermarked: bool = False
    asks_identity: bool = False
    people: ShowsPeople = ShowsPeople.OFF
    only_agreed: bool = False
    may_find: bool = False
    may_search: bool = False
    shows_places: bool = False
    upload: TakesUploads = TakesUploads.OFF
    uploads_wait: bool = True

    @classmethod
    def of(cls, link: ShareLink) -> Rights:
        """The rights as the link's row stands."""
        if link.upload == TakesUploads.DROP:
            return cls.of_drop(asks_identity=link.asks_identity, uploads_wait=link.uploads_wait)
        return cls(
            download=Download(link.download),
            favourite=link.may_favourite,
            comment=link.may_comment,
            rate=link.may_rate,
            is_main=link.is_main,
            download_limit=link.download_limit,
            needs_pin=link.has_pin,
            metadata=Metadata(link.metadata),
            file_names=link.file_names,
            is_watermarked=link.is_watermarked,
            asks_identity=link.asks_identity,
            people=ShowsPeople(link.people),
            only_agreed=link.only_agreed,
            may_find=link.may_find,
            may_search=link.may_search,
            shows_places=link.may_see_places,
            upload=TakesUploads(link.upload),
            uploads_wait=link.uploads_wait,
        )

    @classmethod
    def of_drop(cls, *, asks_identity: bool, uploads_wait: bool) -> Rights:
        """Those of a link that only takes photos."""
        return cls(Download.NONE, upload=TakesUploads.DROP, asks_identity=asks_identity, uploads_wait=uploads_wait)

    @property
    def is_drop(self) -> bool:
        """True if guests only send photos, and see none."""
        return self.upload == TakesUploads.DROP

    @property
    def shows_metadata(self) -> bool:
        """True if guests may read what stands in the files, because they may take them as they are."""
        return self.may_download("original") and self.metadata == Metadata.ALL

    @property
    def shows_facts(self) -> bool:
        """True if there is anything to read of a photo beside it."""
        return self.shows_metadata or self.shows_places

    def may_view(self, size: str) -> bool:
        """True for the sizes that pages show; an original is never shown, only downloaded."""
        return size in VIEWED and not self.is_drop

    def may_download(self, size: str) -> bool:
        """True if a file of this size may be taken home: "web", "original", or the longest edge in pixels ("2048")."""
        if size.isascii() and size.isdecimal():
            largest = {Download.NONE: 0, Download.WEB: WEB_EDGE}.get(self.download)
            return largest is None or int(size) <= largest
        return size in DOWNLOADED[self.download]

    @property
    def download_size(self) -> str | None:
        """The size that a plain Download gives: the largest allowed one, or None."""
        return next(iter(DOWNLOADED[self.download]), None)


@dataclass(frozen=True, slots=True)
class Terms:
    """All that decides about a link.

    expires_on: the last day, as the studio wrote it.
    expires_at: the moment that day ends in the studio's zone.
    kind: of what is shown.
    """

    rights: Rights
    needs_password: bool
    expires_on: date | None
    expires_at: datetime | None
    revoked: bool
    state: AlbumState
    trashed: bool
    kind: AlbumKind = AlbumKind.GALLERY

    @classmethod
    def of(cls, link: ShareLink, album: Album) -> Terms:
        """The terms of a link as its rows stand."""
        return cls(
            rights=Rights.of(link),
            needs_password=link.is_password_protected,
            expires_on=link.expires_on,
            expires_at=link.expires_at,
            revoked=link.is_revoked,
            state=AlbumState(album.state),
            trashed=album.trashed_at is not None,
            kind=AlbumKind(album.kind),
        )

    def standing(self, now: datetime) -> Standing:
        """What stands in the way at `now`, the most final reason first."""
        if self.trashed:
            return Standing.TRASHED
        if self.revoked:
            return Standing.REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return Standing.EXPIRED
        if self.state == AlbumState.ARCHIVED:
            return Standing.ARCHIVED
        return Standing.DRAFT if self.state == AlbumState.DRAFT else Standing.OPEN

    def sentence(self, now: datetime) -> str:
        """What the link can do, in one sentence for the studio."""
        closed = {
            Standing.TRASHED: "No one can open this link: the gallery is in the trash."
            if self.kind == AlbumKind.GALLERY
            else "No one can open this link: the collection was deleted.",
            Standing.REVOKED: "No one can open this link: it is turned off.",
            Standing.EXPIRED: f"No one can open this link: it expired at the end of {self._last_day()}.",
            Standing.ARCHIVED: "No one can open this link: the gallery is archived.",
        }
        standing = self.standing(now)
        if standing in closed:
            return closed[standing]
        offer = f"nyone with the link{self._key()} can {self._deeds()}, {self._end()}."
        if standing == Standing.DRAFT:
            return f"No one can open this link yet: the gallery is a draft. Once it is live, a{offer}"
        return f"A{offer}{_LIVE if self.kind == AlbumKind.SMART else ''}"

    def _key(self) -> str:
        password = " and its password" if self.needs_password else ""
        return f"{password} who gives a name and an email address" if self.rights.asks_identity else password

    def _deeds(self) -> str:
        """ "look at the photos, mark favourites and comment, but not download them"."""
        rights = self.rights
        add = "add photos" + (" that wait for your approval" if rights.uploads_wait else "")
        if rights.is_drop:
            return f"{add}, but not see any"
        look = "look at the photos" + (" in which everyone agrees to be shown" if rights.only_agreed else "")
        look += " under a watermark" if rights.is_watermarked else ""
        deeds = {
            "find people by their faces": rights.people == ShowsPeople.FACES,
            "find people by face and name": rights.people == ShowsPeople.NAMES,
            "find themselves by a selfie": rights.may_find,
            "search them": rights.may_search,
            "see where they were taken": rights.shows_places,
            "mark favourites": rights.favourite,
            "comment": rights.comment,
            "rate them": rights.rate,
            "hide photos from the other links": rights.is_main,
            add: rights.upload == TakesUploads.ON,
            _download_words(rights): rights.download_size is not None,
        }
        refused = {
            "download them": rights.download_size is None,
            "mark favourites": not rights.favourite,
            "comment": not rights.comment,
        }
        done = _joined([look, *(words for words, may in deeds.items() if may)], "and")
        missing = _joined([words for words, may in refused.items() if may], "or")
        return f"{done}, but not {missing}" if missing else done

    def _end(self) -> str:
        return f"until the end of {self._last_day()}" if self.expires_on else "without an end date"

    def _last_day(self) -> str:
        return day_words(self.expires_on) if self.expires_on else ""


def draft_terms(
    album: Album, studio: Studio, *, rights: Rights, needs_password: bool, expires_on: date | None
) -> Terms:
    """The terms that a link would have, before it is saved."""
    return Terms(
        rights=rights,
        needs_password=needs_password,
        expires_on=expires_on,
        expires_at=end_of_day(expires_on, studio.zone) if expires_on else None,
        revoked=False,
        state=AlbumState(album.state),
        trashed=album.trashed_at is not None,
        kind=AlbumKind(album.kind),
    )


def _download_words(rights: Rights) -> str:
    """ "download up to 20 original files with a PIN (no place, no serial numbers)"."""
    web, limit = rights.download_size == "web", rights.download_limit
    if limit is None:
        what = "them in web size (2400 px)" if web else "the original files"
    elif limit == 1:
        what = "one of them in web size (2400 px)" if web else "one of the original files"
    else:
        what = f"up to {limit:,} of them in web size (2400 px)" if web else f"up to {limit:,} original files"
    pin = " with a PIN" if rights.needs_pin else ""
    return f"download {what}{pin}{_CLEANED[rights.metadata]}"


def _joined(words: list[str], last: str) -> str:
    """ "a, b and c"."""
    *first, end = words or [""]
    return f"{', '.join(first)} {last} {end}" if first else end
