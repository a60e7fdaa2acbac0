"""An album in which clients picked, marked and commented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, Photo
from apps.sharing.models import (
    Comment,
    Mark,
    Pick,
    Selection,
    SelectionPreset,
    SelectionState,
    ShareLink,
    Visitor,
)
from tests.factories import AlbumFactory, PhotoFactory, PlacementFactory, ShareLinkFactory


@dataclass
class Proofing:
    """photos: IMG_0001.JPG and so on."""

    studio: Studio
    album: Album
    link: ShareLink
    photos: list[Photo]

    @property
    def base(self) -> str:
        return f"/studio/{self.studio.slug}/albums/{self.album.pk}/proofing/"

    def visitor(self, name: str) -> Visitor:
        row = Visitor(
            studio=self.studio,
            shown_id=self.album.pk,
            link=self.link,
            name=name,
            email=f"{name.lower()}@example.com",
        )
        return self.save(row)

    def preset(self, title: str = "Album", **limits: Any) -> SelectionPreset:
        return self.save(SelectionPreset(studio=self.studio, shown_id=self.album.pk, title=title, **limits))

    def selection(
        self, visitor: Visitor, *numbers: int, sent: bool = False, title: str = "Favourites", **fields: Any
    ) -> Selection:
        """A list with the photos of these numbers, counted from 1."""
        state = {"state": SelectionState.SENT, "sent_at": timezone.now()} if sent else {}
        row = self.save(
            Selection(studio=self.studio, shown_id=self.album.pk, visitor=visitor, title=title, **{**state, **fields})
        )
        for number in numbers:
            self.save(Pick(studio=self.studio, selection=row, photo=self.photos[number - 1]))
        return row

    def mark(self, visitor: Visitor, number: int, **fields: Any) -> Mark:
        photo = self.photos[number - 1]
        return self.save(Mark(studio=self.studio, shown_id=self.album.pk, visitor=visitor, photo=photo, **fields))

    def comment(self, visitor: Visitor | None, number: int, body: str, **fields: Any) -> Comment:
        photo = self.photos[number - 1]
        row = Comment(studio=self.studio, shown_id=self.album.pk, photo=photo, visitor=visitor, body=body, **fields)
        return self.save(row)

    def save(self, row: Any) -> Any:
        with acting_in(self.studio):
            row.save(force_insert=True)
        return row

    def fresh(self, row: Any) -> Any:
        """The row as it is now."""
        with acting_in(self.studio):
            return type(row).objects.for_studio(self.studio).get(pk=row.pk)

    def works(self, selection: Selection) -> list[str]:
        """How far the studio is, photo by photo."""
        with acting_in(self.studio):
            rows = Pick.objects.for_studio(self.studio).filter(selection=selection)
            return list(rows.order_by("photo__camera_name").values_list("work", flat=True))


def make_proofing(studio: Studio, photos: int = 6) -> Proofing:
    """An album with a link and some photos, in the order of their names."""
    album = AlbumFactory.create(studio=studio, title="Anna & Tom", slug="anna-tom")
    link = ShareLinkFactory.create(album=album, may_favourite=True, may_comment=True)
    made = []
    for number in range(1, photos + 1):
        photo = PhotoFactory.create(studio=studio, camera_name=f"IMG_{number:04}.JPG")
        PlacementFactory.create(album=album, photo=photo, sort_key=f"{number:05}")
        made.append(photo)
    return Proofing(studio, album, link, made)
