"""Albums and photos as the API shows them, field by field, and what it takes."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils import html

from apps.accounts.access import Entered
from apps.accounts.models import Studio
from apps.albums import counts
from apps.albums.models import Album, AlbumState, Photo, PhotoState, Placement, Section, Tier, Version, VersionKind
from apps.albums.stages import stages_of
from apps.media.facts import YEARS
from apps.web import strict
from apps.web.typed import distinct_titles

KEYWORDS_MOST = 100
SIZES = ("tile", "thumb", "web", "original")


class SectionSerializer(strict.Serializer[Section]):
    """A heading of an album."""

    id = serializers.UUIDField(read_only=True)
    title = serializers.CharField(read_only=True)


class FocalSerializer(strict.Serializer[Any]):
    """The point of the cover that is always seen: 0..1 from the left and from the top."""

    x = serializers.FloatField(min_value=0, max_value=1, default=0.5)
    y = serializers.FloatField(min_value=0, max_value=1, default=0.4)


class CoverSerializer(strict.Serializer[Any]):
    """photo: its id."""

    photo = serializers.UUIDField()
    focal = FocalSerializer()


class AlbumSerializer(strict.Serializer[Album]):
    """An album. size: bytes of its originals. url: its page in the studio. Needs `load_albums`."""

    id = serializers.UUIDField(read_only=True)
    title = serializers.CharField(max_length=120)
    slug = serializers.SlugField(read_only=True)
    description = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    state = serializers.ChoiceField(choices=AlbumState.choices, required=False)
    event_date = serializers.DateField(allow_null=True, required=False)
    promised_on = serializers.DateField(allow_null=True, required=False)
    brand = serializers.UUIDField(source="brand_id", allow_null=True, required=False)
    faces = serializers.ChoiceField(choices=["on", "off"], required=False, write_only=True)
    sections = SectionSerializer(many=True, read_only=True)
    cover = serializers.SerializerMethodField()
    photo_count = serializers.SerializerMethodField()
    size = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    url = serializers.SerializerMethodField()

    @extend_schema_field(CoverSerializer(allow_null=True))
    def get_cover(self, album: Album) -> dict[str, Any] | None:
        if album.cover_id is None:
            return None
        return {"photo": str(album.cover_id), "focal": {"x": album.focal_x, "y": album.focal_y}}

    def get_photo_count(self, album: Album) -> int:
        return self._total(album).photos

    def get_size(self, album: Album) -> int:
        return self._total(album).size

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, album: Album) -> str:
        url: str = self.context["request"].build_absolute_uri(album.get_absolute_url())
        return url

    def _total(self, album: Album) -> counts.Total:
        totals: dict[UUID, counts.Total] = self.context["totals"]
        return totals[album.pk]


class ChangedAlbumSerializer(AlbumSerializer):
    """An album after a change. undo: what takes the change back, null if nothing changed."""

    undo = serializers.UUIDField(allow_null=True, read_only=True)


def album_shapes(request: Request, studio: Studio, albums: Sequence[Album]) -> list[dict[str, Any]]:
    """Albums as JSON-able; two queries for any number of them."""
    by_album: dict[UUID, list[Section]] = {album.pk: [] for album in albums}
    for section in Section.objects.for_studio(studio).filter(album_id__in=by_album).order_by("rank"):
        by_album[section.album_id].append(section)
    for album in albums:
        album.studio = studio
        album._prefetched_objects_cache = {"sections": by_album[album.pk]}  # type: ignore[attr-defined]
    context = {"request": request, "totals": counts.totals(studio.pk, list(by_album))}
    shapes: list[dict[str, Any]] = [AlbumSerializer(album, context=context).data for album in albums]
    return shapes


class ArrangeSerializer(strict.Serializer[Any]):
    """photos: ids in their new order; photos not named follow in the order they have."""

    photos = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=100_000)


class VersionSerializer(strict.Serializer[Any]):
    """One file of a photo. size in bytes."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=VersionKind.choices)
    is_current = serializers.BooleanField()
    size = serializers.IntegerField(source="blob.size")
    sha256 = serializers.CharField(source="blob.sha256")
    created_at = serializers.DateTimeField()


class UrlsSerializer(strict.Serializer[Any]):
    """Where the credential of this request can fetch the bytes; null while they are not there."""

    tile = serializers.URLField(allow_null=True)
    thumb = serializers.URLField(allow_null=True)
    web = serializers.URLField(allow_null=True)
    original = serializers.URLField(allow_null=True)


class StagesSerializer(strict.Serializer[Any]):
    """How far a photo came: when each step was last done, null if it was not. backed_up: its file as it is now."""

    ingested = serializers.DateTimeField()
    thumbnailed = serializers.DateTimeField(allow_null=True)
    geocoded = serializers.DateTimeField(allow_null=True)
    faces = serializers.DateTimeField(allow_null=True)
    described = serializers.DateTimeField(allow_null=True)
    stacked = serializers.DateTimeField(allow_null=True)
    backed_up = serializers.DateTimeField(allow_null=True)


class Moment(serializers.DateTimeField):
    """A date and time with its offset, which is kept: it says what the clock on the wall showed."""

    default_error_messages = {
        "naive": "Add the offset, as in 2026-05-30T14:00:00+02:00.",
        "beyond": "Choose a moment between 1826 and 2199.",
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if timezone.is_naive(value):
            self.fail("naive")
        if value.year not in YEARS:
            self.fail("beyond")
        return value


class TextList(serializers.ListField):
    """A list of texts. In a form it comes as a field for each text, or as one field with JSON."""

    def get_value(self, dictionary: Any) -> Any:
        value = super().get_value(dictionary)
        if not html.is_html_input(dictionary) or not isinstance(value, list) or len(value) != 1:
            return value
        try:
            parsed = json.loads(value[0])
        except ValueError:
            return value
        return parsed if isinstance(parsed, list | dict) else value


class MarksSerializer(strict.Serializer[Photo]):
    """What may be changed of a photo."""

    caption = serializers.CharField(max_length=500, allow_blank=True)
    rating = serializers.IntegerField(min_value=0, max_value=5)
    label = serializers.CharField(max_length=12, allow_blank=True)  # type: ignore[assignment]
    keywords = TextList(child=serializers.CharField(max_length=80), max_length=KEYWORDS_MOST)
    place = serializers.CharField(max_length=200, allow_blank=True)
    photographer = serializers.CharField(max_length=120, allow_blank=True)
    taken_at = Moment(allow_null=True)

    def validate_keywords(self, words: list[str]) -> list[str]:
        return distinct_titles(words)


class PhotoSerializer(MarksSerializer):
    """A photo. width and height in pixels after orientation, null until known; size in bytes of the original.

    taken_from: who gave the time: a person (`hand`), the file with its offset (`camera`), or the file without one, read
    in the studio's zone (`zone`); null while it is unknown.  has_errors: its file could not be processed.
    """

    id = serializers.UUIDField(read_only=True)
    camera_name = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=["image", "raw", "video"], read_only=True)
    width = serializers.IntegerField(read_only=True, allow_null=True)
    height = serializers.IntegerField(read_only=True, allow_null=True)
    size = serializers.IntegerField(read_only=True, source="original.size")
    sha256 = serializers.CharField(read_only=True, source="original.sha256")
    ready = serializers.BooleanField(read_only=True, source="is_ready")
    problem = serializers.SerializerMethodField()
    has_errors = serializers.SerializerMethodField()
    taken_from = serializers.SerializerMethodField()
    tier = serializers.ChoiceField(choices=Tier.choices, read_only=True)
    versions = VersionSerializer(many=True, read_only=True)
    stages = serializers.SerializerMethodField()
    urls = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["string", "null"]})
    def get_problem(self, photo: Photo) -> str | None:
        return photo.problem or None

    def get_has_errors(self, photo: Photo) -> bool:
        return photo.state == PhotoState.FAILED

    @extend_schema_field({"type": ["string", "null"], "enum": ["hand", "camera", "zone", None]})
    def get_taken_from(self, photo: Photo) -> str | None:
        if photo.taken_by_hand:
            return "hand"
        if photo.taken_at is None:
            return None
        return "zone" if photo.taken_offset is None else "camera"

    @extend_schema_field(StagesSerializer)
    def get_stages(self, photo: Photo) -> dict[str, Any]:
        found: dict[str, Any] = StagesSerializer(self.context["stages"][photo.pk]).data
        return found

    @extend_schema_field(UrlsSerializer)
    def get_urls(self, photo: Photo) -> dict[str, str | None]:
        albums: dict[UUID, UUID] = self.context["albums"]
        album_id = albums.get(photo.pk)
        if album_id is None:
            return dict.fromkeys(SIZES)
        base = self.context["request"].build_absolute_uri(reverse("api-photo-download", args=[album_id, photo.pk]))
        ready = photo.is_ready
        return {size: f"{base}?version={size}" if ready or size == "original" else None for size in SIZES}


class ChangedPhotoSerializer(PhotoSerializer):
    """A photo after a change. undo: what takes the change back, null if nothing changed."""

    undo = serializers.UUIDField(allow_null=True, read_only=True)


def photo_shapes(
    request: Request, entered: Entered, photos: Collection[UUID], *, album: Album | None = None
) -> list[dict[str, Any]]:
    """Photos as JSON-able, in the order of the ids; the number of queries does not depend on theirs.

    album: through which their bytes are fetched; without one, any of the member's in which a photo lies.
    """
    studio = entered.studio
    versions = Prefetch("versions", Version.objects.for_studio(studio).select_related("blob").order_by("created_at"))
    rows = Photo.objects.for_studio(studio).filter(pk__in=photos).select_related("original").prefetch_related(versions)
    known = {photo.pk: photo for photo in rows}
    if album is not None:
        albums = dict.fromkeys(known, album.pk)
    else:
        places = Placement.objects.visible_to(entered).filter(
            photo_id__in=known, trashed_at__isnull=True, album__trashed_at__isnull=True
        )
        albums = dict(places.values_list("photo_id", "album_id"))
    context = {"request": request, "albums": albums, "stages": stages_of(studio.pk, list(known))}
    return [PhotoSerializer(known[pk], context=context).data for pk in photos if pk in known]
