"""What clients say of the photos of an album, over the API: per visitor, merged, and the studio's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioViewSet
from apps.accounts.tenancy import StudioQuerySet
from apps.albums.api import InAlbum
from apps.albums.models import Flag, Photo
from apps.albums.serializers import Moment
from apps.sharing.activity import record
from apps.sharing.models import Activity, ActivityKind, Comment, Mark, Pick, Selection, Verdict, Work
from apps.sharing.review import answers
from apps.sharing.review.answers import Said
from apps.web import strict
from apps.web.openapi import extend_schema, extend_schema_view


class PickSerializer(strict.Serializer[Any]):
    """A client's list with the photo in it. round: the one in which it came in.  work: how far the studio is."""

    title = serializers.CharField()
    round = serializers.IntegerField()
    work = serializers.ChoiceField(choices=Work.choices)


class VisitorMarksSerializer(strict.Serializer[Any]):
    """What one visitor says of the photo. verdict and label are "" and stars 0 where there is none."""

    visitor = serializers.UUIDField()
    name = serializers.CharField()
    picks = PickSerializer(many=True)
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_blank=True)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    stars = serializers.IntegerField(min_value=0, max_value=5)


class MergedMarksSerializer(strict.Serializer[Any]):
    """All visitors as one: picked by how many, the most stars, the verdict and label given last."""

    picked_by = serializers.IntegerField()
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_blank=True)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    stars = serializers.IntegerField(min_value=0, max_value=5)


class OwnMarksSerializer(strict.Serializer[Any]):
    """The studio's own."""

    rating = serializers.IntegerField(min_value=0, max_value=5)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    flag = serializers.ChoiceField(choices=Flag.choices, allow_blank=True)


class CommentShape(strict.Serializer[Any]):
    """A comment that was not taken back. visitor: null for the studio's answers.  x, y: its pin, 0..1, or null."""

    id = serializers.UUIDField()
    visitor = serializers.UUIDField(allow_null=True)
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]
    body = serializers.CharField()
    x = serializers.FloatField(allow_null=True)
    y = serializers.FloatField(allow_null=True)
    created_at = serializers.DateTimeField()


class PhotoMarksSerializer(strict.Serializer[Any]):
    """What is said of one photo. Comments are at most the first hundred; comment_count counts all."""

    photo = serializers.UUIDField()
    camera_name = serializers.CharField()
    visitors = VisitorMarksSerializer(many=True)
    merged = MergedMarksSerializer()
    own = OwnMarksSerializer()
    comments = CommentShape(many=True)
    comment_count = serializers.IntegerField()


MOST_COMMENTS = 100
Shape: TypeAlias = dict[str, Any]
Shapes: TypeAlias = list[Shape]
SINCE = OpenApiParameter(
    "since",
    OpenApiTypes.DATETIME,
    description=(
        "Only photos about which something was said, changed or deleted after this moment. "
        "A photo of a list that changed is named too; asking twice about the same moment is safe."
    ),
)


@extend_schema(tags=["photos"])
@extend_schema_view(list=extend_schema(responses=PhotoMarksSerializer(many=True), parameters=[SINCE]))
class MarksViewSet(InAlbum, StudioViewSet[Photo]):
    """Marks of the photos of one album, in the order of the photos' ids. Photos nobody spoke of are left out."""

    model = Photo
    serializer_class = PhotoMarksSerializer
    ordering = ("id",)
    album_scoped = ("list",)

    def get_queryset(self) -> StudioQuerySet[Photo]:
        photos = super().get_queryset()
        return photos.filter(placements__album_id=self.album.pk, placements__trashed_at__isnull=True)

    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of marks."""
        photos = self.get_queryset().filter(self._spoken_of(_moment(request.query_params.get("since"))))
        page = self.paginate_queryset(photos)
        return self.get_paginated_response(self._shapes(page or []))

    def _spoken_of(self, since: datetime | None) -> Q:
        album, studio = self.album.pk, self.studio
        picks = Pick.objects.for_studio(studio).filter(selection__shown_id=album)
        marks = Mark.objects.for_studio(studio).filter(shown_id=album)
        comments = Comment.objects.for_studio(studio).filter(shown_id=album)
        own = ~Q(rating=0, label="", flag="")
        if since is None:
            return _any(picks, marks, comments) | own
        changed = _any(
            picks.filter(Q(created_at__gt=since) | Q(selection__updated_at__gt=since)),
            marks.filter(updated_at__gt=since),
            comments.filter(Q(created_at__gt=since) | Q(removed_at__gt=since)),
            self._taken_out(since),
        )
        return changed | Q(updated_at__gt=since)

    def _taken_out(self, since: datetime) -> QuerySet[Activity]:
        """What was taken out of a list is only in the log of what visitors did.

        The log leaves out what goes on and off again and again (see `activity.record`): then a list of the visitor
        changed.
        """
        lists = Selection.objects.for_studio(self.studio).filter(visitor=OuterRef("visitor"), updated_at__gt=since)
        taken = Activity.objects.for_studio(self.studio).filter(shown_id=self.album.pk, kind=ActivityKind.UNFAVOURITE)
        return taken.annotate(end=F("at") + record.WHILE).filter(Q(at__gt=since) | Q(Exists(lists), end__gt=since))

    def _shapes(self, photos: Sequence[Photo]) -> Shapes:
        ids = [photo.pk for photo in photos]
        sayings = answers.said_of(self.album, ids)
        comments, counts = self._comments(ids)
        return [
            {
                "photo": photo.pk,
                "camera_name": photo.camera_name,
                "visitors": [_visitor(said) for said in sayings.get(photo.pk, [])],
                "merged": _merged(sayings.get(photo.pk, [])),
                "own": {"rating": photo.rating, "label": photo.label, "flag": photo.flag},
                "comments": comments.get(photo.pk, []),
                "comment_count": counts.get(photo.pk, 0),
            }
            for photo in photos
        ]

    def _comments(self, photos: Sequence[UUID]) -> tuple[dict[UUID, Shapes], dict[UUID, int]]:
        rows = Comment.objects.for_studio(self.studio).filter(
            shown_id=self.album.pk, photo_id__in=photos, removed_at__isnull=True
        )
        place = Window(RowNumber(), partition_by=F("photo_id"), order_by=("created_at", "pk"))
        first = rows.annotate(place=place).filter(place__lte=MOST_COMMENTS)
        by_photo: dict[UUID, Shapes] = {}
        for row in first.order_by("photo_id", "created_at", "pk"):
            by_photo.setdefault(row.photo_id, []).append(_comment(row))
        return by_photo, dict(rows.order_by().values_list("photo_id").annotate(Count("pk")))


def _any(*rows: QuerySet[Any]) -> Q:
    """True for photos that one of these rows speaks of."""
    found = Q()
    for one in rows:
        found |= Q(Exists(one.filter(photo_id=OuterRef("pk"))))
    return found


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment: datetime = Moment().run_validation(text)
    except exceptions.ValidationError as error:
        raise exceptions.ValidationError({"since": error.detail}) from None
    return moment


def _visitor(said: Said) -> dict[str, Any]:
    return {
        "visitor": said.visitor_id,
        "name": said.name,
        "picks": [{"title": title, "round": number, "work": work} for title, number, work in said.picks],
        "verdict": said.verdict,
        "label": said.label,
        "stars": said.stars,
    }


def _merged(sayings: Sequence[Said]) -> dict[str, Any]:
    whole = answers.merged(sayings)
    return {
        "picked_by": sum(1 for said in sayings if said.picks),
        "verdict": whole.verdict if whole else "",
        "label": whole.label if whole else "",
        "stars": whole.stars if whole else 0,
    }


def _comment(row: Comment) -> dict[str, Any]:
    return {
        "id": row.pk,
        "visitor": row.visitor_id,
        "parent": row.parent_id,
        "body": row.body,
        "x": row.pin_x,
        "y": row.pin_y,
        "created_at": row.created_at.isoformat(),
    }


urlpatterns = [path("albums/<uuid:album_id>/marks", MarksViewSet.as_view({"get": "list"}), name="api-marks")]
