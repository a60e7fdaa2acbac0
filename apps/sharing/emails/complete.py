"""Everyone who knows a gallery is told at once, as that it is complete. Call it in `acting_in(album.studio)`."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from django.utils import timezone

from apps.accounts.models import EmailState, User
from apps.albums.models import Album
from apps.sharing.emails import composing, recipients, writing
from apps.sharing.links.terms import Standing, Terms
from apps.sharing.models import ClientEmail, EmailKind, ShareLink
from apps.web.ids import uuid7

# An email that failed or was cancelled never told anybody of the gallery.
_TOLD = (EmailState.WAITING, EmailState.SENDING, EmailState.SENT, EmailState.KEPT)


def tell_everyone(album: Album, *, by: User, kind: EmailKind = EmailKind.COMPLETE, batch: UUID | None = None) -> int:
    """Email everyone who signed in through a link that opens, or to whom such a link was sent; how many they are.

    One email for each address, in the language that it was written to before, through the client's own link if it
    came by several. batch: the same one again writes nothing new. Raises recipients.Unsendable; then nobody is told.
    """
    known, batch = set[str](), batch or uuid7()
    wanted: list[tuple[ShareLink, str, list[str]]] = []
    for link in _open_links(album):
        for language, addresses in _people(link, known).items():
            wanted.append((link, language, addresses))
    for link, language, addresses in wanted:
        writing.deliver(
            link,
            kind=kind,
            to=addresses,
            note="",
            language=language,
            due_at=None,
            batch=batch,
            by=by,
        )
    return len(known)


def _open_links(album: Album) -> list[ShareLink]:
    """The client's own first."""
    now, found = timezone.now(), []
    for link in album.share_links.filter(revoked_at__isnull=True).order_by("-is_main", "-created_at", "-id"):
        link.album, link.studio = album, album.studio
        if link.url and Terms.of(link, album).standing(now) == Standing.OPEN:
            found.append(link)
    return found


def _people(link: ShareLink, known: set[str]) -> dict[str, list[str]]:
    """Addresses of a link by language; those in `known` are left out, and the others put into it."""
    mine = ClientEmail.objects.for_studio(link.studio_id).filter(link_id=link.pk, kind__in=ClientEmail.DELIVERIES)
    told = mine.filter(email__state__in=_TOLD).order_by("pk").values_list("email__to", "language")
    languages: dict[str, str] = dict(told)
    fallback = composing.language_of(link.album)
    for visitor in recipients.visitors_of(link):
        if visitor.email:
            languages.setdefault(visitor.email, fallback)
    found: dict[str, list[str]] = defaultdict(list)
    for address, language in languages.items():
        if address not in known:
            known.add(address)
            found[language].append(address)
    return found
