"""What members send becomes a photo, or joins one as its sidecar: the one way in for pages, programs and folders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from apps.accounts.models import Studio, User
from apps.albums.models import Album, Photo, Section
from apps.media import cas
from apps.media.formats import SIDECAR_MIME
from apps.uploads import receipts, sidecars
from apps.uploads.ingest import ingest


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of a file. photo: of a sidecar the one to which it belongs, None while it waits for it."""

    photo: Photo | None
    status: Literal["stored", "duplicate", "replaced", "sidecar"]


def arrive(
    studio: Studio,
    album: Album | None,
    stored: cas.Stored,
    *,
    name: str,
    by: User | None,
    section: Section | str | None = None,
    number: int | None = None,
    replace: Photo | Literal["name"] | None = None,
    told: receipts.OnReceipt | None = None,
) -> Arrived:
    """`ingest`, or `sidecars.keep` of received bytes that are a sidecar. Raises what these raise."""
    if stored.mime == SIDECAR_MIME:
        return Arrived(sidecars.keep(studio, album, stored, name=name, by=by, told=told), "sidecar")
    found = ingest(studio, album, stored, name=name, by=by, section=section, number=number, replace=replace, told=told)
    return Arrived(found.photo, found.status)
