"""One request of the tus protocol: what it is, who sends it, to which upload or gallery."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from apps.accounts.access import Entered, arriving
from apps.accounts.credentials import credential_of
from apps.accounts.models import Studio, User
from apps.accounts.scopes import check_csrf, request_of
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.uploads import resumable, tus_headers
from apps.uploads.guests import entry
from apps.uploads.guests.guest import GuestSender
from apps.uploads.models import Upload
from apps.uploads.receiver import (
    DOOR,
    SIGNED_OUT,
    Body,
    Malformed,
    content_length,
    live_album,
    replaced_by,
    section_of,
    uuid_or_404,
)
from apps.uploads.tus_headers import VERSION
from apps.web.refusal import Refusal
from apps.web.wsgi_bridge import Scope

PATH = re.compile(
    r"/(?:api|studio/(?P<slug>[-\w]{1,60})|g/(?P<token>[A-Za-z0-9_.-]{1,125}))/uploads/tus"
    r"(?:/(?P<upload>[0-9a-f-]{36}))?/?"
)
_ORIGIN = re.compile(r"^https?://[^/]*", re.IGNORECASE)
PART = "application/offset+octet-stream"

Headers = list[tuple[bytes, bytes]]


class UnknownVersion(Refusal):
    """Another version of the protocol."""

    status = 412
    code = "unknown_version"
    sentence = f"This server speaks version {VERSION} of the protocol."


class NotAPart(Refusal):
    """The body is not said to be a part of an upload."""

    status = 415
    code = "not_a_part"
    sentence = f"Parts are sent as {PART}."


class NoSuchMethod(Refusal):
    """The protocol has no such request here."""

    status = 405
    code = "method_not_allowed"
    sentence = "Uploads know POST, HEAD, PATCH, DELETE and OPTIONS."


class NotSignedIn(Refusal):
    """No credential, or none that is valid any more."""

    status = 401
    code = "not_authenticated"
    sentence = "This needs a credential that is valid."


@dataclass(slots=True)
class Call:
    """One request of the protocol: its method after an override, address, headers and body.

    language: of the guest who asks, once the door knows it.
    """

    method: str
    slug: str | None
    token: str | None
    upload_id: UUID | None
    headers: dict[str, str]
    scope: Scope
    body: Body
    language: str = ""

    @property
    def has_part(self) -> bool:
        """True for a body that says it is a part. Raises NotAPart for any other that is not empty."""
        if self.headers.get("content-type", "").lower() == PART:
            return True
        if content_length(self.scope) or "transfer-encoding" in self.headers:
            raise NotAPart
        return False


@dataclass(slots=True)
class Reply:
    """What is answered. error: code and sentence."""

    status: int
    headers: Headers
    error: tuple[str, str] | None = None


def guest_of(call: Call) -> GuestSender:
    """The guest of a link that takes photos. Raises what `entry.enter` raises."""
    assert call.token is not None
    request = request_of({**call.scope, "method": call.method})
    call.language = entry.language_of(request, None)
    grant, guest = entry.enter(request, call.token)
    call.language = entry.language_of(request, grant)
    return guest


def enter_studio(call: Call) -> Entered:
    """The caller, who may send files to this studio. Raises NotSignedIn, Http404 or PermissionDenied."""
    if call.slug is None:
        credential = credential_of(call.headers.get("authorization", "").encode("latin-1"))
        if credential is None:
            raise NotSignedIn
        credential.entered.admit(DOOR)
        credential.require("upload")
        return credential.entered
    request = request_of({**call.scope, "method": call.method})
    with arriving(request, call.slug) as entered:
        if entered is None:
            raise PermissionDenied(SIGNED_OUT)
        entered.admit(DOOR)
        check_csrf(request)
        return entered


def find_upload(call: Call) -> Upload:
    """The upload of this address, if it is the caller's and its album still is where they may add to."""
    assert call.upload_id is not None
    if call.token is not None:
        guest = guest_of(call)
        with acting_in(guest.album.studio):
            found = resumable.find(guest.album.studio, call.upload_id, by=guest)
        found.studio, found.album = guest.album.studio, guest.album
        return found
    entered = enter_studio(call)
    with acting_in(entered.studio):
        upload = resumable.find(entered.studio, call.upload_id, by=entered.user)
        upload.studio = entered.studio
        if upload.album_id:
            entered.admit(DOOR, album=upload.album_id)
            upload.album = live_album(entered.studio, upload.album_id)
        elif entered.is_restricted and not upload.is_partial:
            raise Http404
    return upload


@dataclass(frozen=True, slots=True)
class UploadTarget:
    """Where a new upload goes, and whose it is."""

    studio: Studio
    by: User | GuestSender
    album: Album | None
    metadata: str


def target_of(call: Call, *, is_piece: bool = False) -> UploadTarget:
    """What door and metadata say of a new upload. A piece goes nowhere before its file does."""
    guest = guest_of(call) if call.token is not None else None
    entered = None if guest else enter_studio(call)
    text = call.headers.get("upload-metadata", "")
    told = tus_headers.metadata(text)
    if guest is not None:
        return UploadTarget(guest.album.studio, guest, guest.album, text)
    assert entered is not None
    album = None if is_piece else _album(entered, told)
    return UploadTarget(entered.studio, entered.user, album, text)


def _album(entered: Entered, told: dict[str, str]) -> Album | None:
    """The gallery that a member's metadata name, once all that they say of it can be done."""
    if not told.get("album"):
        if entered.is_restricted:
            raise Malformed("Name one of your galleries.")
        return None
    with acting_in(entered.studio):
        album_id = uuid_or_404(told["album"])
        entered.admit(DOOR, album=album_id)
        album = live_album(entered.studio, album_id)
        section_of(album, told.get("section", ""))
        if replaced_by(album, told.get("replace", "")) and entered.is_contributor:
            raise PermissionDenied("Contributors can add photos, but not replace them.")
    return album


def piece_id(call: Call, address: str) -> UUID:
    """The id in the address of a partial upload, whole or without its host. It is reached by the same door."""
    match = PATH.fullmatch(_ORIGIN.sub("", address))
    if match is None or not match["upload"] or (match["slug"], match["token"]) != (call.slug, call.token):
        raise Http404
    return uuid_or_404(match["upload"])
