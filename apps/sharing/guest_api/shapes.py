"""A gallery and its photos as a guest's app reads them, and what it may say."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request

from apps.albums.cover import cover_of
from apps.albums.serializers import CoverSerializer
from apps.albums.tiles import TileRow
from apps.media.on_demand import VIDEO
from apps.sharing.access import Grant
from apps.sharing.links import lifecycle
from apps.sharing.models import Download, ShowsPeople, TakesUploads, Visitor
from apps.sharing.people import strip
from apps.web import strict

PICTURES: Final = ("tile", "thumb", "web")
SIZES: Final = (*PICTURES, VIDEO, "original")


class GalleryStudioSerializer(strict.Serializer[Any]):
    """Whose gallery it is."""

    name = serializers.CharField()
    slug = serializers.SlugField()


class GallerySectionSerializer(strict.Serializer[Any]):
    """A heading with photos that this link shows."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    photo_count = serializers.IntegerField()


class GalleryPersonSerializer(strict.Serializer[Any]):
    """Somebody in the photos. name: "" where the link tells none."""

    id = serializers.UUIDField()
    name = serializers.CharField(allow_blank=True)
    photo_count = serializers.IntegerField()


class VisitorSerializer(strict.Serializer[Any]):
    """Who looks."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()


class GuestRightsSerializer(strict.Serializer[Any]):
    """What this link lets its guests do, as the studio's share links name it."""

    download = serializers.ChoiceField(choices=Download.choices)
    pin = serializers.BooleanField()
    watermarked = serializers.BooleanField()
    favourite = serializers.BooleanField()
    comment = serializers.BooleanField()
    rate = serializers.BooleanField()
    people = serializers.ChoiceField(choices=ShowsPeople.choices)
    find = serializers.BooleanField()
    search = serializers.BooleanField()
    places = serializers.BooleanField()
    upload = serializers.ChoiceField(choices=TakesUploads.choices)


class GallerySerializer(strict.Serializer[Any]):
    """What a link shows. visitor: null as long as nobody has said who looks. expires_at: null for no end."""

    studio = GalleryStudioSerializer()
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    event_date = serializers.DateField(allow_null=True)
    photo_count = serializers.IntegerField()
    cover = CoverSerializer(allow_null=True)
    sections = GallerySectionSerializer(many=True)
    people = GalleryPersonSerializer(many=True)
    rights = GuestRightsSerializer()
    expires_at = serializers.DateTimeField(allow_null=True)
    visitor = VisitorSerializer(allow_null=True)


class GalleryUrlsSerializer(strict.Serializer[Any]):
    """Where this pass fetches the bytes; null for what is not there or not granted."""

    tile = serializers.URLField(allow_null=True)
    thumb = serializers.URLField(allow_null=True)
    web = serializers.URLField(allow_null=True)
    video = serializers.URLField(allow_null=True)
    original = serializers.URLField(allow_null=True)


class GalleryPhotoSerializer(strict.Serializer[Any]):
    """A photo as its guests see it. name: null where nothing is downloaded. width, height: of the size `web`."""

    id = serializers.UUIDField()
    name = serializers.CharField(allow_null=True)
    caption = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(choices=["image", "raw", "video"])
    section = serializers.UUIDField(allow_null=True)
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    color = serializers.CharField(allow_blank=True)
    is_favourite = serializers.BooleanField()
    urls = GalleryUrlsSerializer()


class UnlockRequest(strict.Serializer[Any]):
    """password: of a link that has one. pin: of a link that asks for one before downloads."""

    password = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=lifecycle.PASSWORD_LONGEST,
        trim_whitespace=False,
    )
    pin = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)


class PassSerializer(strict.Serializer[Any]):
    """expires_in: seconds for which the pass works, unless the link ends before."""

    def get_fields(self) -> dict[str, Any]:
        # "pass" is a word of Python.
        return {"pass": serializers.CharField(), "expires_in": serializers.IntegerField(), **super().get_fields()}


class IdentityRequest(strict.Serializer[Any]):
    """code: the digits that were emailed, of who proves an address that was given here before."""

    name = serializers.CharField(max_length=120)
    email = serializers.EmailField(max_length=254)
    code = serializers.CharField(required=False, allow_blank=True, default="", max_length=20)


class IdentitySerializer(PassSerializer):
    """The person, and the pass that says so from now on."""

    visitor = VisitorSerializer()


class HeartSerializer(strict.Serializer[Any]):
    """A list of favourites after a heart. maximum: null for any number."""

    on = serializers.BooleanField()
    count = serializers.IntegerField()
    maximum = serializers.IntegerField(allow_null=True)
    list = serializers.UUIDField()


def gallery_shape(grant: Grant, visitor: Visitor | None) -> dict[str, Any]:
    """The gallery as JSON-able. Run in `acting_in(grant.studio)`."""
    album, rights = grant.shown.album, grant.rights
    every_section = grant.shown.sections()
    stream = grant.stream(every_section)
    counts = stream.photo_counts
    cover = cover_of(stream)
    focal = {"x": cover.focal_x, "y": cover.focal_y} if cover else None
    return {
        "studio": {"name": grant.studio.name, "slug": grant.studio.slug},
        "title": album.title,
        "description": album.description,
        "event_date": album.event_date,
        "photo_count": counts.total,
        "cover": {"photo": cover.photo.photo_id, "focal": focal} if cover else None,
        # A section without a photo that this guest may see is not theirs to know of.
        "sections": [
            {"id": one.pk, "title": one.title, "photo_count": counts.of(one)} for one in every_section if counts.of(one)
        ],
        "people": [{"id": one.id, "name": one.name, "photo_count": one.photos} for one in strip.strip(grant)]
        if strip.shows_people(grant)
        else [],
        "rights": {
            "download": rights.download,
            "pin": rights.needs_pin,
            "watermarked": rights.is_watermarked,
            "favourite": rights.favourite,
            "comment": rights.comment,
            "rate": rights.rate,
            "people": rights.people,
            "find": rights.may_find,
            "search": rights.may_search,
            "places": rights.shows_places,
            "upload": rights.upload,
        },
        "expires_at": grant.expires_at,
        "visitor": visitor_shape(visitor) if visitor else None,
    }


def visitor_shape(visitor: Visitor) -> dict[str, Any]:
    """A person as JSON-able."""
    return {"id": visitor.pk, "name": visitor.name, "email": visitor.given_email}


def photo_shapes(
    request: Request, grant: Grant, token: str, rows: Sequence[TileRow], hearts: Collection[UUID]
) -> list[dict[str, Any]]:
    """Photos as JSON-able. hearts: which of them are favourites."""
    with_names = grant.rights.download != Download.NONE
    return [
        {
            "id": row.photo_id,
            "name": row.name if with_names else None,
            "caption": row.caption,
            "kind": row.kind,
            "section": row.section_id,
            "width": row.shown_size[0],
            "height": row.shown_size[1],
            "color": row.color,
            "is_favourite": row.photo_id in hearts,
            "urls": _urls(request, grant, token, row),
        }
        for row in rows
    ]


def _urls(request: Request, grant: Grant, token: str, row: TileRow) -> dict[str, str | None]:
    given = {size: grant.may_view(size) for size in PICTURES}
    given[VIDEO] = row.kind == "video"
    given["original"] = grant.may_download("original")
    base = request.build_absolute_uri(reverse("api-gallery-photo", args=[token, row.photo_id, "tile"]))
    return {size: f"{base.removesuffix('tile')}{size}" if may else None for size, may in given.items()}
