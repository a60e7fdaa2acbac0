"""Events over the API: those that the studio names, their photos, shoots found by themselves, calendars of holidays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView, StudioViewSet
from apps.accounts.journal.api import UndoSerializer, undo_body
from apps.albums.serializers import PhotoSerializer, photo_shapes
from apps.jobs.serializers import AcceptedSerializer, accepted
from apps.library.event_forms import moment
from apps.library.event_models import Event, EventKind, HolidaySet
from apps.library.events import calendars, detect, keep, occasions
from apps.library.models import LibraryPhoto
from apps.media.facts import YEARS
from apps.web import strict
from apps.web.openapi import extend_schema, extend_schema_view
from apps.web.refusal import Refusal


class BadEventAsked(Refusal):
    """A span that cannot be, or a calendar that is not there."""

    status = 422
    code = "bad_event"


@extend_schema_field({"type": "string", "maxLength": 40, "examples": ["2024-05-04", "2024-05-04T18:30"]})
class WallMoment(serializers.Field[datetime, str, str, Any]):
    """A day, or a moment on the clock of the wall. is_end: a day means its last moment."""

    default_error_messages = {"unreadable": "Enter a day as 2024-05-04."}

    def __init__(self, *, is_end: bool = False, **how: Any) -> None:
        self.is_end = is_end
        super().__init__(**how)

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or len(data) > 40:
            self.fail("unreadable")
        return moment(data, is_end=self.is_end)

    def to_representation(self, value: datetime) -> str:
        return value.replace(tzinfo=None).isoformat(timespec="seconds")


class EventSerializer(strict.Serializer[Event]):
    """An event. starts_on, ends_on: on the clock of the wall, both included.  repeats: it comes every year.

    photo_count: photos of the caller's that were taken then, of a repeated one in any year.
    """

    id = serializers.UUIDField(read_only=True)
    kind = serializers.ChoiceField(choices=EventKind.choices, required=False)
    title = serializers.CharField(max_length=120)
    starts_on = WallMoment(source="starts")
    ends_on = WallMoment(source="ends", is_end=True, required=False)
    repeats = serializers.BooleanField(source="is_yearly", required=False)
    client = serializers.CharField(max_length=120, allow_blank=True, required=False)
    photo_count = serializers.SerializerMethodField()

    def get_photo_count(self, event: Event) -> int:
        counts: dict[UUID, int] = self.context["counts"]
        return counts[event.pk]

    def validate_title(self, title: str) -> str:
        return " ".join(title.split())


class ChangedEventSerializer(EventSerializer):
    """After a change. undo: what takes it back, null if nothing changed."""

    undo = serializers.UUIDField(allow_null=True, read_only=True)


class OccasionSerializer(strict.Serializer[Any]):
    """Anything that a year had: an event, a holiday, a birthday. id: of an event that the studio names, else null.

    person, age: of who has the birthday, else null.  The days are both included.
    """

    id = serializers.UUIDField(allow_null=True)
    kind = serializers.ChoiceField(choices=[(kind, kind) for kind in occasions.KINDS])
    title = serializers.CharField()
    starts_on = WallMoment()
    ends_on = WallMoment()
    repeats = serializers.BooleanField()
    person = serializers.UUIDField(allow_null=True)
    age = serializers.IntegerField(allow_null=True)
    photo_count = serializers.IntegerField()


class YearSerializer(strict.Serializer[Any]):
    """In the order of their days."""

    results = OccasionSerializer(many=True)


class CalendarSerializer(strict.Serializer[Any]):
    """country: two letters of ISO 3166-1.  region: of ISO 3166-2 behind the hyphen; "" for what all of it has."""

    country = serializers.CharField(max_length=2)
    region = serializers.CharField(max_length=20, allow_blank=True, default="")


class CalendarsSerializer(strict.Serializer[Any]):
    """sets: the calendars that the studio follows."""

    sets = serializers.ListSerializer[Any](child=CalendarSerializer(), max_length=occasions.MOST_SETS)


class KnownCalendarsSerializer(CalendarsSerializer):
    """known: all countries with the regions that have holidays of their own."""

    known = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), read_only=True)


@extend_schema(tags=["finding"])
@extend_schema_view(list=extend_schema(responses=EventSerializer(many=True)))
class EventViewSet(StudioViewSet[Event]):
    """The events that the studio names, the newest first."""

    model = Event
    serializer_class = EventSerializer
    ordering = ("-starts", "id")
    scope = "albums"
    album_scoped: ClassVar[Sequence[str]] = ("list", "retrieve", "photos")
    lookup_url_kwarg = "event_id"

    def get_queryset(self) -> Any:
        return self.model.objects.visible_to(self.entered)

    def _shapes(self, events: Sequence[Event]) -> list[dict[str, Any]]:
        context = {**self.get_serializer_context(), "counts": occasions.photo_counts(self.entered, events)}
        return [EventSerializer(event, context=context).data for event in events]

    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of events."""
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(self._shapes(page))

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """One event."""
        return Response(self._shapes([self.get_object()])[0])

    @extend_schema(responses={201: ChangedEventSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Name an event. Without `ends_on` it ends on the day on which it begins."""
        asked = self._asked(request)
        asked.setdefault("ends", moment(asked["starts"].date().isoformat(), is_end=True))
        try:
            event, entry = keep.create(self.studio, by=self.entered.user, **asked)
        except keep.BadEvent as bad:
            raise BadEventAsked(str(bad)) from bad
        return Response(self._shapes([event])[0] | undo_body(entry), status=201)

    @extend_schema(responses=ChangedEventSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Another name, time, client or kind."""
        event = self.get_object()
        event.studio = self.studio
        try:
            entry = keep.change(event, by=self.entered.user, **self._asked(request, partial=True))
        except keep.BadEvent as bad:
            raise BadEventAsked(str(bad)) from bad
        return Response(self._shapes([event])[0] | undo_body(entry))

    @extend_schema(responses={200: UndoSerializer})
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Forget it; its photos stay."""
        event = self.get_object()
        event.studio = self.studio
        return Response(undo_body(keep.remove(event, by=self.entered.user)))

    @extend_schema(operation_id="events_photos_list", responses=PhotoSerializer(many=True))
    def photos(self, request: Request, **kwargs: Any) -> Response:
        """A page of the photos that were taken then, oldest first."""
        event = self.get_object()
        self.ordering = ("wall", "id")  # type: ignore[misc]  # of this one list
        rows = LibraryPhoto.objects.visible_to(self.entered).filter(occasions.taken_at(self.entered, event))
        page = self.paginate_queryset(rows.only("id", "wall", "studio_id")) or []
        return self.get_paginated_response(photo_shapes(request, self.entered, [row.pk for row in page]))

    def _asked(self, request: Request, *, partial: bool = False) -> dict[str, Any]:
        asked = self.get_serializer(data=request.data, partial=partial)
        asked.is_valid(raise_exception=True)
        found: dict[str, Any] = dict(asked.validated_data)
        return found


class Timeline(StudioView):
    """What a year had."""

    album_scoped: ClassVar[Sequence[str]] = ("get",)

    @extend_schema(
        tags=["finding"],
        parameters=[OpenApiParameter("year", {"type": "integer", "minimum": 1826, "maximum": 2199}, required=True)],
        responses=YearSerializer,
    )
    def get(self, request: Request) -> Response:
        """Events, holidays of the calendars that the studio follows, and birthdays of its people."""
        text = request.query_params.get("year", "")
        if not (text.isascii() and text.isdigit() and len(text) == 4 and int(text) in YEARS):
            raise ValidationError({"year": ["A year from 1826 to 2199."]})
        year = int(text)
        found = occasions.occasions(self.entered, [year])
        named = Event.objects.visible_to(self.entered).in_bulk([one.event_id for one in found if one.event_id])
        counts = occasions.photo_counts(self.entered, list(named.values()))
        by_day = occasions.photos_by_day(self.entered, year)
        return Response({"results": [self._shape(one, named, counts, by_day) for one in found]})

    def _shape(
        self, one: occasions.Occasion, named: dict[UUID, Event], counts: dict[UUID, int], by_day: dict[date, int]
    ) -> dict[str, Any]:
        event = named.get(one.event_id) if one.event_id else None
        return OccasionSerializer(
            {
                "id": one.event_id,
                "kind": one.kind,
                "title": one.names[0],
                "starts_on": one.first,
                "ends_on": one.after - timedelta(microseconds=1),
                "repeats": one.kind in ("birthday", "holiday") or (event is not None and event.is_yearly),
                "person": one.person_id,
                "age": one.age,
                # Birthdays and holidays are whole days.
                "photo_count": counts[event.pk] if event else by_day.get(one.first.date(), 0),
            }
        ).data


class DetectEvents(StudioView):
    """Shoots that nobody named."""

    scope = "albums"

    @extend_schema(tags=["finding"], request=None, responses={202: AcceptedSerializer})
    def post(self, request: Request) -> Response:
        """Make an event of each shoot of the library that lies in none, as a task with one undo."""
        return accepted(detect.begin(self.entered))


class HolidaySets(StudioView):
    """The calendars whose holidays are read at photos."""

    scope = "albums"
    album_scoped: ClassVar[Sequence[str]] = ("get",)

    @extend_schema(tags=["finding"], responses=KnownCalendarsSerializer)
    def get(self, request: Request) -> Response:
        """Those that the studio follows, and all there are."""
        return Response(self._shape())

    @extend_schema(tags=["finding"], request=CalendarsSerializer, responses=KnownCalendarsSerializer)
    def put(self, request: Request) -> Response:
        """Follow these calendars and no others."""
        asked = CalendarsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = [(one["country"].upper(), one["region"].upper()) for one in asked.validated_data["sets"]]
        try:
            keep.follow(self.studio, wanted, by=self.entered.user)
        except keep.BadEvent as bad:
            raise BadEventAsked(str(bad)) from bad
        return Response(self._shape())

    def _shape(self) -> dict[str, Any]:
        rows = HolidaySet.objects.visible_to(self.entered).order_by("country", "region")
        return {
            "sets": [{"country": row.country, "region": row.region} for row in rows[: occasions.MOST_SETS]],
            "known": {country: list(regions) for country, regions in calendars.countries().items()},
        }


urlpatterns = [
    path("events", EventViewSet.as_view({"get": "list", "post": "create"}), name="api-events"),
    path("events/detect", DetectEvents.as_view(), name="api-events-detect"),
    path("events/timeline", Timeline.as_view(), name="api-events-timeline"),
    path("events/holiday-sets", HolidaySets.as_view(), name="api-holiday-sets"),
    path(
        "events/<uuid:event_id>",
        EventViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="api-event",
    ),
    path("events/<uuid:event_id>/photos", EventViewSet.as_view({"get": "photos"}), name="api-event-photos"),
]
