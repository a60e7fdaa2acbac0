"""`manage.py demo`: a studio in the middle of its work, to look at in five minutes (see `config/demo.py`)."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from apps.accounts.models import Membership, Role, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Album, AlbumState, PhotoState
from apps.uploads.ingest import ingest_file
from config import demo, demo_people
from config.env import ROOT

EMAIL, PASSWORD = "demo@example.com", "glassine demo"
SECTIONS = {
    "Out in the fields": ("tanners_ridge.jpg", "s1pro_3.jpg", "s1pro_2.jpg", "IMG_9002.jpg", "icc_profile_big.jpg",
                          "wood_anemones.jpg"),
    "In bloom": ("polemonium_reptans.jpg", "cyclamen_persicum.jpg", "flower.webp", "orychophragmus_violaceus.jpg",
                 "notocactus_minimus.jpg", "silver_fir.jpg"),
    "Along the way": ("church_orientation6.heic", "prairie_falcon.jpg", "empty_gps.jpg", "pug.heic",
                      "japanese-shop.jpg", "IMG_9050.jpg"),
}  # fmt: skip
# More galleries of the same photos, which are stored once: title, slug, state, date, cover, photos.
OTHERS = (
    ("Lena & Tom", "lena-and-tom", AlbumState.LIVE, date(2026, 10, 3), "s1pro_3.jpg",
     ("s1pro_3.jpg", "wood_anemones.jpg", "IMG_9002.jpg", "s1pro_2.jpg")),
    ("Garden portraits", "garden-portraits", AlbumState.DRAFT, date(2026, 11, 14), "polemonium_reptans.jpg",
     ("polemonium_reptans.jpg", "orychophragmus_violaceus.jpg", "cyclamen_persicum.jpg")),
    ("Family Berger", "family-berger", AlbumState.ARCHIVED, date(2025, 12, 20), "flower.webp",
     ("flower.webp", "empty_gps.jpg", "pug.heic")),
)  # fmt: skip
# When the photos were promised, from today: what is still a draft is late.
PROMISED = {AlbumState.LIVE: timedelta(days=2), AlbumState.DRAFT: timedelta(days=-3), AlbumState.ARCHIVED: timedelta(0)}
COVER = "tanners_ridge.jpg"
# Seconds that the photos of the story may take.
PATIENCE = 240
# And looking for people in five of them, behind all renditions.
FACES_PATIENCE = 180


class Command(BaseCommand):
    help = "Make a studio with sample photos (from tests/data), clients, lists and comments. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--photos", type=Path, default=ROOT / "tests" / "data", help="where the photos are")
        parser.add_argument("--account-only", action="store_true", help="the studio and its owner alone")
        parser.add_argument("--photos-only", action="store_true", help="the galleries, without links and clients")

    def handle(self, *args: Any, photos: Path, account_only: bool, photos_only: bool, **options: Any) -> None:
        studio, user = self._studio()
        if account_only:
            return
        with acting_in(studio):
            album, _ = studio.albums.get_or_create(
                slug="a-day-in-spring",
                defaults={
                    "title": "A day in spring",
                    "description": "Thank you for a wonderful day. Pick your favourites for the album.",
                },
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
        if not photos_only:
            people = demo_people.begin(studio, user)
            for name in demo_people.PHOTOS:
                self._keep(studio, people, photos, name, None, user)
            self._dress(people, AlbumState.LIVE, date(2026, 9, 12), demo_people.COVER)
            self._wait(studio)
            links = demo.tell(album, user)
            self._wait_for_faces(people)
            self._say(studio, links, demo_people.finish(people, user))

    def _wait(self, studio: Studio) -> None:
        """Until the photos are ready: clients choose among photos that they see."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with acting_in(studio):
                waiting = studio.photos.filter(state=PhotoState.PROCESSING).count()
            if not waiting:
                return
            self.stdout.write(f"Preparing photos, {waiting} left")
            time.sleep(3)
        self.stderr.write("Some photos are still being prepared. Run `make demo` again to add the rest of the story.")

    def _wait_for_faces(self, album: Album) -> None:
        end = time.monotonic() + FACES_PATIENCE
        while time.monotonic() < end and not demo_people.is_looked_at(album):
            self.stdout.write("Looking for people")
            time.sleep(3)

    def _say(self, studio: Studio, links: demo.Links, people: str) -> None:
        """All that an evaluator needs, in one block."""
        self.stdout.write(
            "\n"
            "The demo is ready\n"
            "\n"
            f"  Studio          {settings.PUBLIC_URL}{studio.get_absolute_url()}\n"
            f"  Sign in         {EMAIL}\n"
            f"  Password        {PASSWORD}\n"
            "\n"
            f"  Client gallery  {links.client}\n"
            f"  Password        {demo.LINK_PASSWORD}\n"
            f"  Guest gallery   {links.guests}\n"
            f"  With people     {people}\n"
        )

    def _dress(self, album: Album, state: AlbumState, day: date, cover: str) -> None:
        with acting_in(album.studio):
            album.state, album.event_date = state, day
            if state == AlbumState.LIVE and album.published_at is None:
                album.published_at = timezone.now()
            if album.promised_on is None:
                album.promised_on = timezone.now().date() + PROMISED[state]
            album.cover = album.studio.photos.filter(camera_name=cover).first()
            album.save(update_fields=["state", "event_date", "cover", "promised_on", "published_at"])

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
