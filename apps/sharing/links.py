"""What a studio does with its links. Every deed stands in the journal; call them in `acting_in(studio)`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from apps.accounts.journal import note
from apps.accounts.models import Studio, User, secret_hash
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.sharing import seals
from apps.sharing.access import Grant
from apps.sharing.models import Download, ShareLink
from apps.sharing.terms import end_of_day

PASSWORD_SHORTEST, PASSWORD_LONGEST = 6, 128
LONGEST_RUN = timedelta(days=10 * 366)


class Unsuitable(ValueError):
    """What was asked cannot be a link.

    field: which entry is wrong.  The message says why, to a photographer.
    """

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Wish:
    """How a link is to be. password: None keeps what is there, "" takes it away, else it is the new one."""

    label: str
    download: Download = Download.NONE
    expires_on: date | None = None
    password: str | None = None

    def check(self, studio: Studio) -> None:
        """Raises Unsuitable."""
        today = timezone.localdate(timezone=studio.zone)
        if self.expires_on and self.expires_on < today:
            raise Unsuitable("expires_on", "That day is over. Choose today or later.")
        if self.expires_on and self.expires_on > today + LONGEST_RUN:
            raise Unsuitable("expires_on", "A link can stay open for ten years at most.")
        if self.password:
            length = len(self.password.strip())
            if length < PASSWORD_SHORTEST:
                raise Unsuitable("password", f"Use at least {PASSWORD_SHORTEST} characters.")
            if length > PASSWORD_LONGEST:
                raise Unsuitable("password", f"Use at most {PASSWORD_LONGEST} characters.")

    def apply(self, link: ShareLink, studio: Studio) -> None:
        """Put the wish into a row, without saving it and without the password, whose hash is slow."""
        link.label = " ".join(self.label.split()) or "Link"
        link.download = self.download
        if link.expires_on != self.expires_on:
            link.expires_on = self.expires_on
            link.expires_at = end_of_day(self.expires_on, studio.zone) if self.expires_on else None


def create(
    album: Album,
    *,
    by: User,
    label: str,
    password: str | None = None,
    download: str = Download.NONE,
    expires_on: date | None = None,
) -> tuple[ShareLink, str]:
    """A new link to an album, and its token. Raises Unsuitable."""
    wish = Wish(label, Download(download), expires_on, password)
    wish.check(album.studio)
    token = seals.new_token()
    link = ShareLink(studio=album.studio, album=album, created_by=by)
    wish.apply(link, album.studio)
    link.token_hash, link.token_sealed = secret_hash(token), seals.seal(token)
    link.password_hash = seals.hash_password(password) if password else ""
    link.save(force_insert=True)
    note(album.studio, by, "link.created", link, label=link.label, download=link.download)
    return link, token


def change(
    link: ShareLink,
    *,
    by: User,
    label: str,
    password: str | None,
    download: str,
    expires_on: date | None,
) -> None:
    """Give a link other terms. A new password ends every guest's session. Raises Unsuitable."""
    # A date that stays as it is may lie in the past.
    Wish(label, Download(download), expires_on if expires_on != link.expires_on else None, password).check(link.studio)
    Wish(label, Download(download), expires_on, password).apply(link, link.studio)
    if password is not None:
        link.password_hash = seals.hash_password(password) if password else ""
    link.save(update_fields=["label", "download", "expires_on", "expires_at", "password_hash"])
    note(
        link.studio,
        by,
        "link.changed",
        link,
        label=link.label,
        download=link.download,
        expires_on=link.expires_on.isoformat() if link.expires_on else None,
        password="kept" if password is None else "new" if password else "removed",
    )
    if password:
        _end_sessions(link)


def revoke(link: ShareLink, *, by: User) -> None:
    """Close a link; every guest is out. Revoking twice keeps the first moment."""
    if link.is_revoked:
        return
    link.revoked_at = timezone.now()
    link.save(update_fields=["revoked_at"])
    _end_sessions(link)
    note(link.studio, by, "link.revoked", link)


def restore(link: ShareLink, *, by: User) -> None:
    """Let a revoked link open again. Its guests give the password anew."""
    if not link.is_revoked:
        return
    link.revoked_at = None
    link.save(update_fields=["revoked_at"])
    note(link.studio, by, "link.restored", link)


def delete(link: ShareLink, *, by: User) -> None:
    """Remove a link for ever; its address then leads nowhere."""
    note(link.studio, by, "link.deleted", link, label=link.label)
    link.delete()


def _end_sessions(link: ShareLink) -> None:
    """Guests' passes are bound to the version."""
    ShareLink.objects.for_studio(link.studio_id).filter(pk=link.pk).update(version=F("version") + 1)
    link.refresh_from_db(fields=["version"])


def count_opening(grant: Grant) -> None:
    """A guest opened the link for the first time in this browser."""
    with acting_in(grant.studio):
        ShareLink.objects.for_studio(grant.studio).filter(pk=grant.link_id).update(
            views=F("views") + 1, last_opened_at=timezone.now()
        )


def token_of(link: ShareLink) -> str:
    """The link's token, for editors and owners only; "" if it cannot be shown any more."""
    return seals.unseal(link.token_sealed)


def address_of(link: ShareLink) -> str:
    """What the studio sends to the client; "" if it cannot be shown any more."""
    token = token_of(link)
    return f"{settings.PUBLIC_URL}{reverse('sharing:gallery', args=[token])}" if token else ""
