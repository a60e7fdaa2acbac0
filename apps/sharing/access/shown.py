"""What a link shows, as its guests may read it. Whatever the kind: what is hidden from guests is hidden here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.albums.models import Album, Audience, PlacementQuerySet, Section, hidden_from
from apps.albums.stream import Stream, sections_of


@dataclass(frozen=True, slots=True)
class ShownAlbum:
    """An album as a link shows it. Another kind of thing to show has the same members.

    Its photos are asked for an audience; ask in `acting_in(studio)`.
    """

    album: Album

    @property
    def pk(self) -> UUID:
        """Id of the row `models.Shown`, by which visitors, lists, marks, comments and pictures are addressed."""
        return self.album.pk

    @property
    def title(self) -> str:
        return self.album.title

    @property
    def cover_id(self) -> UUID | None:
        """The photo that was chosen as cover, if one was."""
        return self.album.cover_id

    @property
    def design(self) -> dict[str, Any]:
        """What differs from the studio's own look."""
        design: dict[str, Any] = self.album.design
        return design

    def sections(self) -> list[Section]:
        """All its sections in order. One query."""
        return sections_of(self.album)

    def stream(self, audience: Audience, sections: Sequence[Section] | None = None) -> Stream:
        """Its photos in order, as this audience may read them. sections: all of it, if they are at hand."""
        return Stream(self.album, audience=audience, sections=sections)

    def sees(self, placements: PlacementQuerySet, audience: Audience) -> PlacementQuerySet:
        """Of these placements, the ones in it that this audience may know of."""
        mine = placements.filter(album_id=self.album.pk)
        return mine.shown_to(audience, hidden_from(audience, self.album))

    def photos(self, audience: Audience) -> PlacementQuerySet:
        """All that this audience may see."""
        return self.sees(self.album.placements.all(), audience)  # type: ignore[arg-type]
