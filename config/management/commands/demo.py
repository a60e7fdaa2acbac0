"""`manage.py demo`: a studio with sample photos, sections and a share link."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from apps.accounts.models import Membership, Role, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Album, AlbumState, PhotoState
from apps.sharing.links import lifecycle
from apps.sharing.models import Download
from apps.uploads.ingest import ingest_file
from config.env import ROOT

EMAIL, PASSWORD = "demo@example.com", "glassine demo"
LINK_PASSWORD = "rosen 2026"
SECTIONS = {
    "Getting ready": ("japanese-shop.jpg", "cyclamen_persicum.jpg", "empty_gps.jpg", "polemonium_reptans.jpg",
                      "notocactus_minimus.jpg", "orychophragmus_violaceus.jpg"),
    "Ceremony": ("church_orientation6.heic", "tanners_ridge.jpg", "wood_anemones.jpg", "s1pro_2.jpg",
                 "IMG_9002.jpg", "s1pro_3.jpg"),
    "Party": ("pug.heic", "icc_profile_big.jpg", "prairie_falcon.jpg", "silver_fir.jpg", "flower.webp",
              "IMG_9050.jpg"),
}  # fmt: skip
# More galleries of the same photos, which are stored once: title, slug, state, date, cover, photos.
OTHERS = (
    ("Lena & Tom", "lena-and-tom", AlbumState.LIVE, date(2026, 10, 3), "tanners_ridge.jpg",
     ("tanners_ridge.jpg", "wood_anemones.jpg", "IMG_9002.jpg", "s1pro_2.jpg")),
    ("Garden portraits", "garden-portraits", AlbumState.DRAFT, date(2026, 11, 14), "orychophragmus_violaceus.jpg",
     ("orychophragmus_violaceus.jpg", "polemonium_reptans.jpg", "cyclamen_persicum.jpg")),
    ("Family Berger", "family-berger", AlbumState.ARCHIVED, date(2025, 12, 20), "empty_gps.jpg",
     ("empty_gps.jpg", "pug.heic", "notocactus_minimus.jpg")),
)  # fmt: skip
COVER = "japanese-shop.jpg"


class Command(BaseCommand):
    help = "Make a studio with sample photos (from tests/data), sections and a share link. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--photos", type=Path, default=ROOT / "tests" / "data", help="where the photos are")

    def handle(self, *args: Any, photos: Path, **options: Any) -> None:
        studio, user = self._studio()
        with acting_in(studio):
            album, _ = studio.albums.get_or_create(
                slug="a-day-in-spring",
                defaults={"title": "A day in spring", "description": "Sample photos, yours to try things on."},
            )
        for title, names in SECTIONS.items():
            for name in names:
                self._keep(studio, album, photos, name, title, user)
        self._dress(album, AlbumState.LIVE, date(2026, 5, 16), COVER)
        for title, slug, state, day, cover, some in OTHERS:
            with acting_in(studio):
                other, _ = studio.albums.get_or_create(slug=slug, defaults={"title": title})
            for name in some:
                self._keep(studio, other, photos, name, None, user)
            self._dress(other, state, day, cover)
        with acting_in(studio):
            waiting = studio.photos.filter(state=PhotoState.PROCESSING).count()
            link = album.share_links.first()
            if link is None:
                link, _ = lifecycle.create(
                    album, by=user, label="Anna & Ben", password=LINK_PASSWORD, download=Download.ORIGINAL
                )
            address = link.url
        self.stdout.write(
            f"Studio  {settings.PUBLIC_URL}/studio/{studio.slug}/  sign in as {EMAIL} / {PASSWORD}\n"
            f"Gallery {address}  password {LINK_PASSWORD}\n"
            f"{waiting} photos are still being processed."
        )

    def _dress(self, album: Album, state: AlbumState, day: date, cover: str) -> None:
        with acting_in(album.studio):
            album.state, album.event_date = state, day
            album.cover = album.studio.photos.filter(camera_name=cover).first()
            album.save(update_fields=["state", "event_date", "cover"])

    def _studio(self) -> tuple[Studio, User]:
        user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, PASSWORD, name="Demo")
        with across_studios():
            studio, new = Studio.objects.get_or_create(slug="demo", defaults={"name": "Northlight Weddings"})
            if new:
                Membership(studio=studio, user=user, role=Role.OWNER).save()
        return studio, user

    def _keep(self, studio: Studio, album: Album, photos: Path, name: str, section: str | None, user: User) -> None:
        found = next(photos.rglob(name), None)
        if found is None:
            self.stderr.write(f"{name} is not below {photos}; left out")
            return
        with found.open("rb") as file:
            ingest_file(studio, album, file, name=name, by=user, section=section)
