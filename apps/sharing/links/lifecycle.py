"""Links are made and get other terms. Both stand in the journal; call them in `acting_in(studio)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.journal import note
from apps.accounts.models import Studio, User
from apps.albums.models import Album
from apps.sharing.links import file_names
from apps.sharing.models import LONGEST_RUN, Download, Metadata, ShareLink, Shown, ShowsPeople, TakesUploads, secrets
from apps.web.refusal import Unsuitable

PASSWORD_SHORTEST, PASSWORD_LONGEST = 6, 128
SLUG_SHORTEST, SLUG_LONGEST = 3, 60
LIMIT_MOST = 100_000
# A page shows all links of an album.
PER_ALBUM = 300

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWish:
    """How a link is to be; the rights are named as in the row.

    file_names: how downloaded files are called (see `file_names`); "" for as the camera called them.
    password: None keeps what is there, "" takes it away, else it is the new one.
    has_pin: downloads ask for a PIN. One that is there stays; else one is made.
    """

    label: str
    download: str = Download.NONE
    expires_on: date | None = None
    may_favourite: bool = False
    may_comment: bool = False
    may_rate: bool = False
    is_main: bool = False
    asks_identity: bool = False
    is_watermarked: bool = False
    people: str = ShowsPeople.OFF
    only_agreed: bool = False
    may_find: bool = False
    may_search: bool = False
    may_see_places: bool = False
    upload: str = TakesUploads.OFF
    uploads_wait: bool = True
    download_limit: int | None = None
    metadata: str = Metadata.ALL
    file_names: str = ""
    slug: str = ""
    has_pin: bool = False
    password: str | None = None

    @classmethod
    def of(cls, link: ShareLink) -> LinkWish:
        """What leaves a link as it is."""
        return cls(**{name: getattr(link, name) for name in (*STORED, "expires_on", "has_pin")})

    def check(self, link: ShareLink, studio: Studio) -> None:
        """Raises Unsuitable. link: as it was before."""
        # A date that stays as it is may lie in the past.
        if self.expires_on and self.expires_on != link.expires_on:
            check_day(self.expires_on, timezone.localdate(timezone=studio.zone))
        if self.password:
            check_password(self.password.strip())
        if self.download_limit is not None and not 1 <= self.download_limit <= LIMIT_MOST:
            raise Unsuitable("download_limit", f"Choose a number from 1 to {LIMIT_MOST:,}, or none.")
        if self.upload == TakesUploads.DROP and (self.is_main or (link.is_for_everybody and not self.password)):
            raise Unsuitable(
                "upload", "A link that only takes photos can’t be the client’s own or on your public page."
            )
        if self.file_names:
            file_names.check(self.file_names)
        if not link.album.is_gallery:
            self._check_collection()
        if self.slug:
            self._check_slug(link, studio)

    def _check_collection(self) -> None:
        # What these rights change or know belongs to one gallery: what it withholds or takes in, whose faces it has.
        for name, is_wanted in {
            "is_main": self.is_main,
            "people": self.people != ShowsPeople.OFF,
            "may_find": self.may_find,
            "upload": self.upload != TakesUploads.OFF,
        }.items():
            if is_wanted:
                raise Unsuitable(name, "A link to a collection cannot do this. Share a gallery for it.")

    def _check_slug(self, link: ShareLink, studio: Studio) -> None:
        if not (SLUG_SHORTEST <= len(self.slug) <= SLUG_LONGEST and _SLUG.fullmatch(self.slug)):
            raise Unsuitable(
                "slug",
                f"Use {SLUG_SHORTEST} to {SLUG_LONGEST} small letters, digits and single hyphens, like anna-tom.",
            )
        if link.is_for_everybody and not self.password:
            if self.is_main:
                raise Unsuitable("is_main", "Everyone can open this link, so it can’t be the client’s own.")
        elif self.password == "" and link.slug:
            raise Unsuitable("password", "A readable address can be guessed. Remove it too, or keep the password.")
        elif not self.password and (self.password == "" or not link.is_password_protected):
            raise Unsuitable("slug", "A readable address can be guessed. Add a password.")
        others = ShareLink.objects.for_studio(studio).filter(slug=self.slug).exclude(pk=link.pk)
        if others.exists():
            raise Unsuitable("slug", _TAKEN)

    def apply(self, link: ShareLink, studio: Studio) -> list[str]:
        """Put the wish into a row without saving it. Returns the columns it may have changed."""
        for name in STORED:
            setattr(link, name, getattr(self, name))
        link.label = " ".join(self.label.split()) or "Link"
        if link.expires_on != self.expires_on:
            link.set_end(self.expires_on, studio.hold_zone())
        if self.has_pin != link.has_pin:
            link.set_pin(secrets.new_pin() if self.has_pin else "")
        if self.password is not None:
            link.set_password(self.password)
        return [*STORED, "expires_on", "expires_at", *PIN, "password_hash"]


def check_day(day: date, today: date) -> None:
    """Raises Unsuitable for a last day that is over, or too far away."""
    if day < today:
        raise Unsuitable("expires_on", "That day has passed. Choose today or later.")
    if day > today + LONGEST_RUN:
        raise Unsuitable("expires_on", "A link can stay open for ten years at most.")


def check_password(password: str) -> None:
    """Raises Unsuitable for one that is too short or too long."""
    if len(password) < PASSWORD_SHORTEST:
        raise Unsuitable("password", f"Use at least {PASSWORD_SHORTEST} characters.")
    if len(password) > PASSWORD_LONGEST:
        raise Unsuitable("password", f"Use at most {PASSWORD_LONGEST} characters.")


# Columns that a wish holds as they are.
STORED = tuple(field.name for field in fields(LinkWish) if field.name not in {"expires_on", "password", "has_pin"})
PIN = ("pin_hash", "pin_sealed", "pin_version")
_TAKEN = "Another link in your studio uses this address. Choose a different one."


def create(album: Album, *, by: User, label: str, **terms: Any) -> tuple[ShareLink, str]:
    """A new link to an album, and its token. terms: those of `LinkWish`. Raises Unsuitable."""
    wish = LinkWish(label=label, **terms)
    if ShareLink.objects.for_studio(album.studio_id).filter(album_id=album.pk).count() >= PER_ALBUM:
        raise Unsuitable("label", f"A gallery has at most {PER_ALBUM} links. Delete one that is no longer used.")
    token = secrets.new_token()
    link = ShareLink(studio=album.studio, shown=Shown.of(album), album=album, created_by=by)
    link.set_token(token)
    wish.check(link, album.studio)
    wish.apply(link, album.studio)
    with one_address():
        link.save(force_insert=True)
    note(album.studio, by, "link.created", link, label=link.label, download=link.download)
    link.request_watermarks()
    return link, token


def change(link: ShareLink, *, by: User, **terms: Any) -> None:
    """Give a link other terms, the rest as it is. A new password ends every guest's session. Raises Unsuitable."""
    link.hold(*STORED, "expires_on", "expires_at", *PIN, "password_hash")
    wish = replace(LinkWish.of(link), **terms)
    before = {name: getattr(link, name) for name in (*STORED, "expires_on", "has_pin")}
    wish.check(link, link.studio)
    columns = wish.apply(link, link.studio)
    with one_address():
        link.save(update_fields=columns)
    changed = [name for name, value in before.items() if getattr(link, name) != value]
    password = "kept" if wish.password is None else "new" if wish.password else "removed"
    day = link.expires_on.isoformat() if link.expires_on else None
    note(
        link.studio,
        by,
        "link.changed",
        link,
        label=link.label,
        download=link.download,
        expires_on=day,
        password=password,
        changed=changed,
    )
    link.request_watermarks()
    if wish.password:
        link.put_guests_out()


@contextmanager
def one_address() -> Iterator[None]:
    """Raises Unsuitable in place of the IntegrityError of a slug that another link has."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "sharing_sharelink_slug" not in str(error):
            raise
        raise Unsuitable("slug", _TAKEN) from error
