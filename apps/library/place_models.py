"""Places: those of the world, those that a studio names, and where each photo was taken."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.accounts.tenancy import StudioModel, Works
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Photo, Placement


class GeoName(models.Model):
    """An inhabited place of the world, the same for all studios (see `geonames`). Degrees.

    country: code of two letters.  folded: the name, as `folding.fold` gives it.
    """

    country = models.CharField(max_length=2)
    latitude = models.FloatField()
    longitude = models.FloatField()
    population = models.IntegerField()
    name = models.CharField(max_length=80)
    folded = models.CharField(max_length=120)

    class Meta:
        app_label = "library"
        indexes = [models.Index(fields=["folded"], opclasses=["varchar_pattern_ops"], name="library_geoname_folded")]

    def __str__(self) -> str:
        return self.name


class NamedPlace(StudioModel):
    """A place as the studio calls it ("Gasthof Huber"): all that lies within a radius. Degrees, metres."""

    noun = "place"
    journalled = {"name": "name", "latitude": "position", "longitude": "position", "radius": "radius"}

    name = models.CharField(max_length=120)
    latitude = models.FloatField()
    longitude = models.FloatField()
    radius = models.PositiveIntegerField()

    class Meta(StudioModel.Meta):
        app_label = "library"
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "name"], name="library_namedplace_name"),
            models.CheckConstraint(
                condition=Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="library_namedplace_on_earth",
            ),
            models.CheckConstraint(condition=Q(radius__gte=10, radius__lte=50_000), name="library_namedplace_radius"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def within(cls, member: Works) -> Q:
        """Those at which photos of a restricted member's galleries were taken."""
        taken = PhotoPlace.objects.visible_to(member).filter(named__isnull=False)
        return Q(pk__in=taken.values("named_id"))


class PhotoPlace(StudioModel):
    """Where a photo was taken. Degrees; null if a person said that it is unknown.

    by_hand: a person said so, and the file is not asked again.  from_camera: the person had it taken from the photo of
    this camera that was nearest in time (see `places.borrowed`), from_seconds away; "" and null otherwise. A position
    that the file itself gets later comes before such a one.  country: its code, "" in the open sea.
    city: "" if none is near.  named: the studio's own place there, the smallest if several are.
    """

    noun = "photo"
    journalled = {
        "latitude": "place", "longitude": "place", "by_hand": "place", "country": "place", "city": "place",
        "named_id": "place", "from_camera": "place", "from_seconds": "place",
    }  # fmt: skip

    photo = TenantKey(Photo, related_name="places", db_index=False)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    by_hand = models.BooleanField(default=False)
    from_camera = models.CharField(max_length=120, blank=True, default="", db_default="")
    from_seconds = models.PositiveIntegerField(null=True)
    country = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=80, blank=True)
    named = TenantKey(NamedPlace, null=True, related_name="photos")

    class Meta(StudioModel.Meta):
        app_label = "library"
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("photo"),
            SameStudio("named", on_delete="set null"),
            models.UniqueConstraint(fields=["studio", "photo"], name="library_photoplace_once"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="library_photoplace_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(from_camera="", from_seconds__isnull=True)
                | ~Q(from_camera="") & Q(from_seconds__isnull=False),
                name="library_photoplace_borrowed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["studio", "latitude", "longitude"],
                condition=Q(latitude__isnull=False),
                name="library_photoplace_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.photo_id} at {self.latitude}, {self.longitude}"

    @classmethod
    def within(cls, member: Works) -> Q:
        """Where the photos of a restricted member's galleries were taken."""
        lies = Placement.objects.visible_to(member).filter(trashed_at__isnull=True, album__trashed_at__isnull=True)
        return Q(photo_id__in=lies.values("photo_id"))


class MapChange(StudioModel):
    """Photos that a square of the finest level gained or lost, until added to `MapSquare` (see `places.squares`).

    Written by triggers, in the transaction of the change, so that two uploads of one place do not wait for each other.
    x, y, photos, latitudes, longitudes: as there.
    """

    x = models.IntegerField()
    y = models.IntegerField()
    photos = models.IntegerField()
    latitudes = models.BigIntegerField()
    longitudes = models.BigIntegerField()

    class Meta(StudioModel.Meta):
        app_label = "library"
        constraints = [*StudioModel.Meta.constraints]

    def __str__(self) -> str:
        return f"{self.x}, {self.y}: {self.photos:+}"


class MapSquare(StudioModel):
    """How many photos a square of the map has, without the changes that wait.

    level: such squares are 360 / 2 ** (level + 2) degrees wide and high.
    x, y: columns from 180 degrees west and lines from the south pole, from 0.
    latitudes, longitudes: the sums of its photos', in ten-millionths of a degree.
    """

    level = models.SmallIntegerField()
    x = models.IntegerField()
    y = models.IntegerField()
    photos = models.IntegerField()
    latitudes = models.BigIntegerField()
    longitudes = models.BigIntegerField()

    class Meta(StudioModel.Meta):
        app_label = "library"
        constraints = [
            *StudioModel.Meta.constraints,
            models.UniqueConstraint(fields=["studio", "level", "y", "x"], name="library_mapsquare_once"),
        ]

    def __str__(self) -> str:
        return f"{self.level}: {self.x}, {self.y}: {self.photos}"
