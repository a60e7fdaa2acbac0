"""What happened when: shoots and other events that a studio names, and the calendars of holidays that it follows."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.accounts.tenancy import StudioModel, Works
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Album


class EventKind(models.TextChoices):
    SHOOT = "shoot", "Shoot"
    CUSTOM = "custom", "Event"


class Event(StudioModel):
    """Something with a name and a time; the photos taken then belong to it, whatever gallery they lie in.

    starts, ends: on the clock of the wall, written as if that were UTC (see `LibraryPhoto.wall`); both included.
    is_yearly: it comes again every year, and has come every year before.  client: for whom, in words.
    """

    noun = "event"
    journalled = {
        "kind": "kind", "title": "name", "starts": "time", "ends": "time", "is_yearly": "repetition",
        "client": "client", "created_at": "date",
    }  # fmt: skip

    kind = models.CharField(max_length=6, choices=EventKind.choices, default=EventKind.CUSTOM)
    title = models.CharField(max_length=120)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    is_yearly = models.BooleanField(default=False)
    client = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(StudioModel.Meta):
        app_label = "library"
        constraints = [
            *StudioModel.Meta.constraints,
            models.CheckConstraint(condition=Q(starts__lte=F("ends")), name="library_event_span"),
        ]
        indexes = [models.Index(fields=["studio", "-starts", "id"], name="library_event_newest")]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def within(cls, member: Works) -> Q:
        """Those of a restricted member's galleries."""
        return Q(
            pk__in=EventAlbum.objects.for_studio(member.studio)
            .filter(album_id__in=member.album_ids or ())
            .values("event")
        )


class EventAlbum(StudioModel):
    """A gallery that tells of an event."""

    noun = "gallery of an event"
    journalled = {"event_id": "event", "album_id": "gallery"}

    event = TenantKey(Event, related_name="galleries")
    album = TenantKey(Album, related_name="events")

    class Meta(StudioModel.Meta):
        app_label = "library"
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("event"),
            SameStudio("album"),
            models.UniqueConstraint(fields=["studio", "event", "album"], name="library_eventalbum_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} in {self.album_id}"


class HolidaySet(StudioModel):
    """The holidays of a country, or of a part of it, that the studio wants to read at its photos.

    country, region: as `events.calendars.countries` names them; region "" for what all of the country has.
    """

    country = models.CharField(max_length=2)
    region = models.CharField(max_length=20, blank=True)

    class Meta(StudioModel.Meta):
        app_label = "library"
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "country", "region"], name="library_holidayset_once"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.region}".strip()

    @classmethod
    def within(cls, member: Works) -> Q:
        """Calendars tell nothing of a gallery: all members read them."""
        return Q()
