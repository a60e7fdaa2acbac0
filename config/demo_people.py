"""The demo's gallery with people: faces are found, two of them have names, and guests choose photos by them."""

from __future__ import annotations

from typing import Final

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album
from apps.faces import consent, listing, people
from apps.faces.models import Person, Scan
from apps.sharing.links import lifecycle
from apps.sharing.models import Download, ShowsPeople

TITLE, SLUG, GUESTS = "Rosa & Leo", "rosa-and-leo", "Guests find themselves"
#: Two people, alone and together. CC BY 4.0, see tests/data/LICENCES.md.
PHOTOS: Final = ("s05_0084.jpg", "s05_0074.jpg", "s01_0001.jpg", "two_s01_s05.jpg", "s03_orientation6.jpg")
COVER: Final = "s05_0084.jpg"
#: For those who are in most photos, in this order.
NAMES: Final = ("Rosa", "Leo")


def begin(studio: Studio, by: User) -> Album:
    """The gallery, still without photos. Faces are switched on, unless they ever were: then that stays as it is."""
    with acting_in(studio):
        if consent.settings_of(studio).consent_at is None:
            consent.switch_on(studio, by=by, agreed=True, in_all_galleries=True)
        album: Album
        album, _ = studio.albums.get_or_create(slug=SLUG, defaults={"title": TITLE})
        album.studio = studio
    return album


def is_looked_at(album: Album) -> bool:
    """True when faces were looked for in all of its photos, or are looked for in none."""
    with acting_in(album.studio):
        photos = album.placements.values("photo_id")
        looked_at = Scan.objects.for_studio(album.studio).filter(photo_id__in=photos).count()
        return looked_at >= photos.count() or not consent.is_on_in(album)


def finish(album: Album, by: User) -> str:
    """Give names to who has none, and let guests choose photos by them: the address of their link. Twice is once."""
    studio = album.studio
    with acting_in(studio):
        if consent.settings_of(studio).is_on and not Person.objects.for_studio(studio).exclude(name="").exists():
            for name, shown in zip(NAMES, listing.wall(studio.pk, limit=len(NAMES)).people, strict=False):
                person = Person.objects.for_studio(studio).get(pk=shown.id)
                person.studio = studio
                people.change(person, by=by, name=name)
        link = album.share_links.filter(label=GUESTS).first()
        if link is None:
            rights = {"download": Download.WEB, "people": ShowsPeople.NAMES, "may_find": True}
            link, _ = lifecycle.create(album, by=by, label=GUESTS, **rights)
        return str(link.url)
