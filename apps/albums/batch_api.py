"""One act on many photos over the API: a few at once, very many as a task."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView
from apps.accounts.long_tasks import Task
from apps.accounts.models import JournalEntry
from apps.albums import bulk, marks, placements, relocate, reprocess
from apps.albums.api import album_or_404
from apps.albums.models import Album, Photo, Section
from apps.jobs.serializers import AcceptedSerializer, accepted
from apps.web import strict
from apps.web.openapi import extend_schema
from apps.web.typed import distinct_titles

NOT_THERE = "This photo is not there."
NOT_INSIDE = "This photo is not in the gallery."


# What each verb needs beside the photos.
NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "move": ("album", "section"),
    "copy": ("album",),
    "trash": ("album",),
    "reprocess": (),
    "tag": ("keywords",),
    "untag": ("keywords",),
    "rate": ("rating",),
    "label": ("label",),
}


class BatchRequest(strict.Serializer[Any]):
    """photos: ids.  section: where to; null for none.  rating: 0 for none.  label: "" for none.

    album: in which it is done, for `copy` the one that the photos come into too; `move`, `copy` and `trash` need it,
    and for `reprocess` so does a member of some galleries.
    """

    photos = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=Task.MOST)
    do = serializers.ChoiceField(choices=list(NEEDED))
    album = serializers.UUIDField(required=False)
    section = serializers.UUIDField(required=False, allow_null=True)
    keywords = serializers.ListField(
        child=serializers.CharField(max_length=marks.LONGEST_KEYWORD),
        allow_empty=False,
        max_length=marks.MOST_KEYWORDS,
        required=False,
    )
    rating = serializers.IntegerField(min_value=0, max_value=marks.MOST_STARS, required=False)
    label = serializers.ChoiceField(choices=marks.LABELS, allow_blank=True, required=False)  # type: ignore[assignment]

    def validate_keywords(self, words: list[str]) -> list[str]:
        return distinct_titles(" ".join(word.split()) for word in words)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        missing = {name: ["This is needed here."] for name in NEEDED.get(attrs["do"], ()) if name not in attrs}
        if missing:
            raise ValidationError(missing)
        return attrs


class RefusedSerializer(strict.Serializer[Any]):
    photo = serializers.UUIDField()
    reason = serializers.CharField()


class BatchResult(strict.Serializer[Any]):
    """done: how many photos.  refused: those passed over, and why.  undo: id in the journal, or null."""

    done = serializers.IntegerField()
    refused = RefusedSerializer(many=True)
    undo = serializers.UUIDField(allow_null=True)


class Batch(StudioView):
    """Many photos at once."""

    scope = "albums"
    album_scoped = ("post",)

    @extend_schema(tags=["photos"], request=BatchRequest, responses={200: BatchResult, 202: AcceptedSerializer})
    def post(self, request: Request) -> Response:
        """Do one thing to many photos. More than 200 of them go on as a task, which is answered with 202."""
        asked = BatchRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        photos, values = list(dict.fromkeys(asked.validated_data["photos"])), asked.validated_data
        album = album_or_404(self, values["album"]) if "album" in values else None
        if values["do"] == "reprocess":
            if album is None and self.entered.is_restricted:
                raise ValidationError({"album": ["Name one of your galleries."]})
            return self._reprocess(album, photos)
        if values["do"] == "copy":
            assert album is not None, "the serializer asks for it"
            return self._copy(album, photos)
        if values["do"] in ("tag", "untag"):
            return self._tag(photos, {"add" if values["do"] == "tag" else "remove": values["keywords"]}, album)
        if values["do"] in ("rate", "label"):
            name = "rating" if values["do"] == "rate" else "label"
            return self._mark(photos, {name: values[name]}, album)
        assert album is not None, "the serializer asks for it"
        if values["do"] == "trash":
            return self._trash(album, photos)
        return self._move(album, photos, self._section(album, values["section"]))

    def _there(self, photos: list[UUID], album: Album | None = None) -> list[UUID]:
        """Those of the photos that the caller sees, in their order."""
        rows = Photo.objects.visible_to(self.entered).filter(pk__any=photos, trashed_at__isnull=True)
        if album is not None:
            rows = rows.filter(placements__album_id=album.pk, placements__trashed_at__isnull=True)
        known = set(rows.values_list("pk", flat=True))
        return [pk for pk in photos if pk in known]

    def _copy(self, album: Album, photos: list[UUID]) -> Response:
        there, by, mine = self._there(photos), self.entered.user, self.entered.album_ids
        if len(there) > bulk.AT_ONCE:
            return accepted(bulk.begin_relocate(album, there, by=by, mine=mine, leaves=False))
        entry = relocate.copy_into(album, there, by=by, mine=mine) if there else None
        return _answer(photos, there, NOT_THERE, entry)

    def _tag(self, photos: list[UUID], changes: dict[str, Any], album: Album | None) -> Response:
        there, by, mine = self._there(photos, album), self.entered.user, self.entered.album_ids
        if len(there) > bulk.AT_ONCE:
            return accepted(bulk.begin_tag(self.studio, there, by=by, mine=mine, **changes))
        entry = marks.tag(self.studio, there, by=by, albums=mine or (), **changes)
        return _answer(photos, there, NOT_INSIDE if album else NOT_THERE, entry)

    def _mark(self, photos: list[UUID], values: dict[str, Any], album: Album | None) -> Response:
        there, by, mine = self._there(photos, album), self.entered.user, self.entered.album_ids
        if len(there) > bulk.AT_ONCE:
            return accepted(bulk.begin_mark(self.studio, there, by=by, mine=mine, **values))
        entry = marks.set_own_anywhere(self.studio, there, by=by, albums=mine or (), **values)
        return _answer(photos, there, NOT_INSIDE if album else NOT_THERE, entry)

    def _section(self, album: Album, section_id: UUID | None) -> Section | None:
        if section_id is None:
            return None
        section: Section | None = album.sections.filter(pk=section_id).first()
        if section is None:
            raise ValidationError({"section": ["This gallery has no such section."]})
        return section

    def _move(self, album: Album, photos: list[UUID], section: Section | None) -> Response:
        chosen = album.placements.live().filter(photo_id__any=photos)
        if bulk.are_many(chosen):
            return accepted(bulk.begin_move(album, chosen, section, by=self.entered.user))
        inside = list(chosen.values_list("photo_id", flat=True))
        entry = placements.move_to_section(album, inside, section, by=self.entered.user)
        return _answer(photos, inside, NOT_INSIDE, entry)

    def _trash(self, album: Album, photos: list[UUID]) -> Response:
        chosen = album.placements.live().filter(photo_id__any=photos)
        if bulk.are_many(chosen):
            return accepted(bulk.begin_trash(album, chosen, by=self.entered.user))
        inside = list(chosen.values_list("photo_id", flat=True))
        entry = placements.take_out(album, inside, by=self.entered.user)
        return _answer(photos, inside, NOT_INSIDE, entry)

    def _reprocess(self, album: Album | None, photos: list[UUID]) -> Response:
        rows = Photo.objects.for_studio(self.studio).filter(pk__any=photos, trashed_at__isnull=True)
        if album is not None:
            rows = rows.filter(placements__album_id=album.pk, placements__trashed_at__isnull=True)
        known = set(rows.values_list("pk", flat=True))
        if len(known) > bulk.AT_ONCE:
            there = [pk for pk in photos if pk in known]
            return accepted(bulk.begin_reprocess(self.studio, there, by=self.entered.user, album=album))
        for photo in rows:
            reprocess.again(photo)
        return _answer(photos, known, NOT_THERE if album is None else NOT_INSIDE)


def _answer(photos: list[UUID], done: Iterable[UUID], reason: str, entry: JournalEntry | None = None) -> Response:
    found = set(done)
    refused = [{"photo": pk, "reason": reason} for pk in photos if pk not in found]
    undo = entry.undo_id if entry else None
    return Response(BatchResult({"done": len(found), "refused": refused, "undo": undo}).data)
