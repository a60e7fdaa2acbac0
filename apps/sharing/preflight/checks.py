"""Delivery preflight: what a client will meet behind a link, looked at before it is sent.

Run in the studio's transaction. Each check says in a sentence how things are, and names the page or deed that mends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from apps.albums.cover import Cover, cover_of
from apps.albums.models import Album, AlbumState, Photo, PhotoState
from apps.media.models import Rendition
from apps.media.presets import PRESETS
from apps.sharing.access.shown import ShownAlbum
from apps.sharing.emails import composing, templates
from apps.sharing.links.terms import Standing, Terms, day_words
from apps.sharing.models import EmailKind, ShareLink
from apps.web.templatetags.sizes import file_size

# Lighthouse's "slow 4G", which its mobile score is measured on: 1.6 Mbit/s and 150 ms for a round trip
# (github.com/GoogleChrome/lighthouse, docs/throttling.md).
BYTES_PER_SECOND: Final = 1_600_000 / 8
ROUND_TRIP: Final = 0.15
# Name, connection, TLS and the question itself come before the page, and one more before the picture.
ROUND_TRIPS: Final = 5
# HTML and stylesheet of a gallery, compressed, which come before its cover.
PAGE_BYTES: Final = 60_000
# From the tap in the email to the first photo.
SECONDS: Final = 2.5
SHORT: Final = timedelta(days=14)


class Light(StrEnum):
    """How a check stands; in words for who sees no colours."""

    GREEN = "Good"
    AMBER = "Look at this"
    RED = "Fix this"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    repair: what the button says.  address: where it leads; as a deed, what it posts to.
    """

    name: str
    light: Light
    sentence: str
    repair: str = ""
    address: str = ""
    is_deed: bool = False

    @property
    def tone(self) -> str:
        """For the stylesheet."""
        return self.light.name.lower()


def look(link: ShareLink, *, now: datetime) -> list[Check]:
    """All checks of a link, in the order in which a client meets what they are about. Seven queries.

    The link's `album` and `studio` are at hand.
    """
    pages = _Pages(link)
    cover = cover_of(ShownAlbum(link.album).stream(link.audience))
    return [
        *_standing(link, pages, now),
        *_promised(link, pages),
        _cover(link, cover, pages),
        _preview(link, cover, pages),
        *_secrets(link, pages),
        _rights(link, pages),
        _renditions(link.album, pages),
    ]


@dataclass(frozen=True)
class _Pages:
    """Where things are mended."""

    link: ShareLink

    def of(self, name: str, *more: object) -> str:
        return reverse(name, args=[self.link.studio.slug, self.link.album_id, *more])

    @property
    def edit(self) -> str:
        return self.of("sharing:link", self.link.pk)

    @property
    def gallery(self) -> str:
        return str(self.link.album.get_absolute_url())


def _standing(link: ShareLink, pages: _Pages, now: datetime) -> Iterator[Check]:
    name, standing = "Link", Terms.of(link, link.album).standing(now)
    if standing in (Standing.DRAFT, Standing.ARCHIVED):
        state = "a draft" if link.album.state == AlbumState.DRAFT else "archived"
        publish = pages.of("sharing:publish")
        yield Check(name, Light.RED, f"The gallery is {state}, so the link does not open.", "Publish", publish, True)
    elif standing == Standing.REVOKED:
        restore = pages.of("sharing:link_restore", link.pk)
        yield Check(name, Light.RED, "The link is turned off.", "Turn on", restore, True)
    elif standing == Standing.OPEN:
        yield Check(name, Light.GREEN, "The link opens.")


def _promised(link: ShareLink, pages: _Pages) -> Iterator[Check]:
    """Whether the link is open on the promised day, and long enough after it."""
    name, promised, last = "Expiry", link.album.promised_on, link.expires_on
    edit = ("Change the date", pages.edit)
    if last is None:
        yield Check(name, Light.GREEN, "The link has no end date.")
    elif link.is_expired:
        yield Check(name, Light.RED, f"The link expired at the end of {day_words(last)}.", *edit)
    elif promised is not None and last < promised:
        said = f"The link closes on {day_words(last)}, before the promised {day_words(promised)}."
        yield Check(name, Light.RED, said, *edit)
    elif last - (promised or last) < SHORT and promised is not None:
        said = f"The link closes on {day_words(last)}, soon after the promised {day_words(promised)}."
        yield Check(name, Light.AMBER, said, *edit)
    else:
        yield Check(name, Light.GREEN, f"The link is open until the end of {day_words(last)}.")


def _cover(link: ShareLink, cover: Cover | None, pages: _Pages) -> Check:
    if cover is None:
        return Check("Cover", Light.RED, "The gallery shows no photo yet.", "Open the gallery", pages.gallery)
    size = _bytes_of(link, cover.photo.photo_id)
    if size is None:
        return Check("Cover", Light.RED, "The cover is not prepared.", "See problems", pages.of("albums:problems"))
    seconds = seconds_for(size)
    said = f"The cover shows after about {seconds:.1f} s on slow 4G ({file_size(size)})."
    if seconds > SECONDS:
        return Check("Cover", Light.AMBER, f"{said} A simpler photo loads faster.", "Open the gallery", pages.gallery)
    if link.album.cover_id is None:
        return Check("Cover", Light.AMBER, f"{said} It is the first photo.", "Choose a cover", pages.gallery)
    return Check("Cover", Light.GREEN, said)


def seconds_for(size: int) -> float:
    """Until a picture of so many bytes is there, on slow 4G, from the tap on the link."""
    return ROUND_TRIPS * ROUND_TRIP + (PAGE_BYTES + size) / BYTES_PER_SECOND


def _bytes_of(link: ShareLink, photo_id: UUID) -> int | None:
    """Bytes of the picture that the cover begins with; None if it is not there."""
    source = Photo.objects.for_studio(link.studio_id).filter(pk=photo_id).values("original_id")
    made = Rendition.objects.for_studio(link.studio_id).filter(source_id__in=source, kind="thumb")
    size: int | None = made.order_by("-recipe").values_list("blob__size", flat=True).first()
    return size


def _preview(link: ShareLink, cover: Cover | None, pages: _Pages) -> Check:
    name = "Link preview"
    if link.is_password_protected or link.asks_identity:
        why = "needs a password" if link.is_password_protected else "asks who is there"
        return Check(name, Light.GREEN, f"Messengers show your studio’s name only, as the link {why}.")
    if cover is None:
        return Check(name, Light.AMBER, "Messengers show no picture.", "Open the gallery", pages.gallery)
    return Check(name, Light.GREEN, "Messengers show the title and the cover.")


def _secrets(link: ShareLink, pages: _Pages) -> Iterator[Check]:
    """What the client has to be told beside the link. Emails never hold a password or a PIN."""
    if link.is_password_protected:
        words = templates.of_gallery(link.album, EmailKind.DELIVERY, composing.language_of(link.album))
        if "password_hint" in words.body:
            yield Check("Password", Light.GREEN, "The email says that a password is needed. Send it another way.")
        else:
            edit = reverse("sharing:email_template", args=[link.studio.slug, EmailKind.DELIVERY.value])
            said = "Your email does not say that a password is needed."
            yield Check("Password", Light.RED, said, "Edit the template", edit)
    if link.has_pin:
        said = "Downloads need a PIN, and emails do not hold it. Tell your client."
        yield Check("PIN", Light.AMBER, said, "See the PIN", pages.of("sharing:links"))


def _rights(link: ShareLink, pages: _Pages) -> Check:
    rights = Terms.of(link, link.album).rights
    if rights.is_drop:
        return Check("Rights", Light.AMBER, "By this link guests add photos and see none.", "Edit the link", pages.edit)
    if rights.download_size is None:
        return Check("Rights", Light.AMBER, "Clients cannot download by this link.", "Edit the link", pages.edit)
    what = "web-sized files" if rights.download_size == "web" else "the original files"
    return Check("Rights", Light.GREEN, f"Clients can download {what}.")


def _renditions(album: Album, pages: _Pages) -> Check:
    """Every photo has every size that pages show."""
    name, kinds = "Photos", [preset.name for preset in PRESETS]
    sizes = Rendition.objects.for_studio(album.studio_id).filter(source_id=OuterRef("original_id"))
    lie = album.placements.filter(trashed_at__isnull=True, photo_id=OuterRef("pk"))
    photos = Photo.objects.for_studio(album.studio_id).filter(Exists(lie))
    lacking = ~Q(*(Q(Exists(sizes.filter(kind=kind))) for kind in kinds))
    found = photos.aggregate(
        photos=Count("pk"),
        waiting=Count("pk", filter=Q(state=PhotoState.PROCESSING)),
        failed=Count("pk", filter=Q(state=PhotoState.FAILED)),
        lacking=Count("pk", filter=Q(state=PhotoState.READY) & lacking),
    )
    if found["failed"] or found["lacking"]:
        count = found["failed"] + found["lacking"]
        said = f"{_photos(count)} cannot be shown."
        return Check(name, Light.RED, said, "See problems", pages.of("albums:problems"))
    if found["waiting"]:
        said = f"Still being prepared: {_photos(found['waiting'])}."
        return Check(name, Light.AMBER, said, "Look again", pages.of("sharing:preflight") + f"?link={pages.link.pk}")
    if not found["photos"]:
        return Check(name, Light.RED, "There are no photos yet.", "Add photos", pages.gallery)
    return Check(name, Light.GREEN, f"{_photos(found['photos'])}: every size is there.")


def _photos(count: int) -> str:
    """ "1 photo" or "5 photos"."""
    return "1 photo" if count == 1 else f"{count:,} photos"
