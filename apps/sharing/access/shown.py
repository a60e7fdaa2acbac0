"""What a link shows, as its guests may read it. Whatever the kind: what is hidden from guests is hidden here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.albums.models import Album, AlbumKind, Audience, PlacementQuerySet, Section, hidden_from
from apps.albums.scope import Scope
from apps.albums.stream import Stream, sections_of
from apps.smart_collections.asked import question_of


@dataclass(frozen=True)
class ShownAlbum:
    """A gallery as a link shows it. Of a collection it is the collection's own, with the photos that are in it now.

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
    def is_live(self) -> bool:
        """True for the answer to a question, in which photos come and go by themselves."""
        return self.album.kind == AlbumKind.SMART

    @property
    def cover_id(self) -> UUID | None:
        """The photo that was chosen as cover, if one was."""
        return self.album.cover_id

    @property
    def design(self) -> dict[str, Any]:
        """What differs from the studio's own look."""
        design: dict[str, Any] = self.album.design
        return design

    @cached_property
    def question(self) -> QuerySet[Any] | None:
        """Of a smart collection the ids that it finds, asked anew with each query that holds it; else None."""
        return question_of(self.album)

    def sections(self) -> list[Section]:
        """All its sections in order; a collection has none. One query."""
        return sections_of(self.album)

    def stream(
        self, audience: Audience, sections: Sequence[Section] | None = None, *, version: str | None = None
    ) -> Stream:
        """Its photos in order, as this audience may read them.

        sections: all of it, version: the album's, as in `Stream`; if they are at hand.
        """
        return Stream(self.album, audience=audience, sections=sections, question=self.question, version=version)

    def scope(self, audience: Audience) -> Scope:
        """All that this audience may see, by ids. One query."""
        return Scope(
            self.album.studio_id,
            self.album.pk,
            audience,
            hidden_from(audience, self.album),
            is_collected=not self.album.is_gallery,
            question=self.question,
        )

    def photos(self, audience: Audience) -> PlacementQuerySet:
        """All that this audience may see."""
        return self.scope(audience).placements()
