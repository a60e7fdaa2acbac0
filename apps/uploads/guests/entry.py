"""The guests' way to send files: the link's door, their name, the right to add photos, and words for refusals."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404
from django.utils import timezone, translation
from django.utils.translation import gettext_noop as _

from apps.accounts.models import QuotaExceeded
from apps.accounts.scopes import check_csrf
from apps.accounts.tenancy import acting_in
from apps.albums.design import AUTO, Design
from apps.media import antivirus, cas
from apps.media.formats import BadFile
from apps.sharing import access
from apps.sharing.access import Grant, known
from apps.sharing.models import TakesUploads
from apps.uploads.guests.guest import GuestSender
from apps.web.refusal import Refusal


class LinkClosed(Refusal):
    """The link ended, or opens no more for this browser."""

    status = 410
    code = "closed"
    sentence = _("This link is closed. Photos that have arrived are safe.")


class NeedsPassword(Refusal):
    """The link was locked meanwhile."""

    status = 403
    code = "locked"
    sentence = _("Reload this page and enter the password. Photos that have arrived are safe.")


class WhoIsThere(Refusal):
    """Nobody has said who sends."""

    status = 409
    code = "who"
    sentence = _("Reload this page and tell us who you are. Photos that have arrived are safe.")


class NotByThisLink(Refusal):
    """The link does not take photos."""

    status = 403
    code = "forbidden"
    sentence = _("This link doesn’t take photos. Ask the photographer for one that does.")


def enter(request: ASGIRequest, token: str) -> tuple[Grant, GuestSender]:
    """Let a guest in who may send files. Raises Http404, PermissionDenied or one of the refusals above."""
    try:
        grant = access.open_link(token, request.COOKIES, now=timezone.now(), by_anyone=True, takes_drops=True)
    except (access.Missing, access.NotYet):
        raise Http404 from None
    except access.Locked as locked:
        raise NeedsPassword from locked
    except access.Closed as closed:
        raise LinkClosed from closed
    guest = guest_of(grant, request.COOKIES)
    check_csrf(request)
    return grant, guest


def guest_of(grant: Grant, cookies: dict[str, str]) -> GuestSender:
    """Who this browser is there, to send photos. Raises NotByThisLink or WhoIsThere."""
    if grant.rights.upload == TakesUploads.OFF or grant.is_preview:
        raise NotByThisLink
    with acting_in(grant.studio):
        visitor = known.known(grant.studio, grant.shown.pk, cookies, now=timezone.now())
    if visitor is None:
        raise WhoIsThere
    album = grant.shown.album
    album.studio = grant.studio
    return GuestSender(visitor, grant.link_id, album, grant.rights.uploads_wait)


def language_of(request: ASGIRequest, grant: Grant | None) -> str:
    """The language in which this guest reads: the gallery's own, else the browser's."""
    chosen = Design.of(grant.studio.design, grant.shown.design).language if grant else AUTO
    return chosen if chosen != AUTO else translation.get_language_from_request(request)


_NOT_A_PHOTO: Final = _("This file can’t be read as a photo or a video.")
_SENTENCES: Final[dict[type[Exception], str]] = {
    antivirus.Infected: _("A virus was found in this file. It was not kept."),
    cas.TooLarge: _("This file is too large."),
    QuotaExceeded: _("There is no room for more photos right now. Please tell the photographer."),
    BadFile: _NOT_A_PHOTO,
    PermissionDenied: _("This page has been open for too long. Reload it and try again."),
    Http404: _("This link is closed. Photos that have arrived are safe."),
}
# What of the studio's own refusals guests may read too, in words of theirs.
_CODES: Final = {
    "disk_full": _("There is no room for more photos right now. Please tell the photographer."),
    "too_many_uploads": _("Too many photos are on their way at once. Please wait until some have arrived."),
    "in_use": _("This file is already being uploaded in another window."),
    "checksum_mismatch": _("The file was damaged on its way. Please add it again."),
}
_FAILED: Final = _("Something went wrong. Please try again in a moment.")


def sentence(error: Exception, language: str) -> str:
    """What is said to a guest about a failure: never a figure of the studio's plan or a word of its server."""
    with translation.override(language):
        return translation.gettext(_plain(error))


def _plain(error: Exception) -> str:
    for kind, words in _SENTENCES.items():
        if isinstance(error, kind):
            return words
    if not isinstance(error, Refusal):
        return _FAILED
    return _CODES.get(error.code, _own(error))


def _own(error: Refusal) -> str:
    """The sentence of a refusal that was written for guests."""
    return error.sentence if type(error).__module__.startswith("apps.uploads.guests.") else _FAILED
