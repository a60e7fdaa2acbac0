"""What the library knows of each photo, in the shape in which it is searched."""

from __future__ import annotations

from typing import ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from apps.accounts.tenancy import StudioModel, Works
from apps.accounts.tenant_keys import SameStudio, TenantKey
from apps.albums.models import Photo, Placement, Tier
from apps.library.count_models import ValueCount
from apps.library.duplicate_models import Different, DuplicateGroup, DuplicatePhoto
from apps.library.event_models import Event, EventAlbum, HolidaySet
from apps.library.keyword_models import Keyword
from apps.library.person_models import PersonPhoto
from apps.library.place_models import GeoName, MapChange, MapSquare, NamedPlace, PhotoPlace
from apps.library.word_models import KnownWord

__all__ = [
    "Different",
    "DuplicateGroup",
    "DuplicatePhoto",
    "Event",
    "EventAlbum",
    "GeoName",
    "HolidaySet",
    "Keyword",
    "KnownWord",
    "LibraryPhoto",
    "MapChange",
    "MapSquare",
    "MonthCount",
    "NamedPlace",
    "PersonPhoto",
    "PhotoPlace",
    "ValueCount",
]


# What is often asked of photos beside something else: indexes carry it, so that no row is read to tell.
BESIDE: Final = ("kind", "tier", "stacked", "rating", "label", "flag", "is_dated")


def _ordered(name: str, *columns: str, condition: Q | None = None, also: tuple[str, ...] = ()) -> models.Index:
    """An index in the order of the page of what is equal in some columns.

    condition: which photos are in it.  also: what it carries but `BESIDE`.
    """
    beside = [column for column in (*BESIDE, *also) if column not in columns]
    return models.Index(
        fields=["studio", *columns, "-wall", "-id"], condition=condition, include=beside, name=f"library_photo_{name}"
    )


class LibraryPhoto(StudioModel):
    """A photo that lies in a gallery and not in the trash. Its id is the photo's.

    Rows are written by triggers alone, from the view `library_source` (see `index`), in the transaction of the change.

    wall: what the clock on the wall showed when it was taken, written as if that were UTC; for a photo without a time,
    when it was uploaded.  is_dated: the time of capture is known.
    camera: "Canon EOS R6", without the maker's name twice.  aperture: f-number.  exposure: seconds.
    focal_length: millimetres.  latitude, longitude: degrees, both or neither.
    country, city, named: where that is (see `places`).
    kind, tier: as of the photo.  stacked: the kind of the stack in which it lies, "" for none.  has_problem: it failed.
    keywords: folded (see `folding`), each with all that is above it: animals|dog and animals.
    words: the lexemes of all its texts, and one for each gallery and section in which it lies, for its country and for
    the studio's own place there (see `names`).
    """

    photo = TenantKey(Photo, related_name="library", db_index=False)
    wall = models.DateTimeField()
    is_dated = models.BooleanField()
    uploaded_at = models.DateTimeField()
    camera = models.CharField(max_length=241, blank=True)
    lens = models.CharField(max_length=120, blank=True)
    iso = models.IntegerField(null=True)
    aperture = models.FloatField(null=True)
    exposure = models.FloatField(null=True)
    focal_length = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    country = models.CharField(max_length=2, blank=True, default="", db_default="")
    city = models.CharField(max_length=80, blank=True, default="", db_default="")
    named = TenantKey(NamedPlace, null=True, related_name="+", db_index=False)
    photographer = models.CharField(max_length=120, blank=True, default="", db_default="")
    kind = models.CharField(max_length=8, default="image", db_default="image")
    tier = models.CharField(max_length=6, default=Tier.SILVER.value, db_default=Tier.SILVER.value)
    stacked = models.CharField(max_length=8, blank=True, default="", db_default="")
    has_problem = models.BooleanField(default=False, db_default=False)
    rating = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=12, blank=True)
    flag = models.CharField(max_length=6, blank=True)
    keywords = ArrayField(models.TextField())
    words = SearchVectorField()

    ORDER: ClassVar[tuple[str, str]] = ("-wall", "-id")

    class Meta(StudioModel.Meta):
        constraints = [
            *StudioModel.Meta.constraints,
            SameStudio("photo"),
            SameStudio("named", on_delete="set null"),
            models.UniqueConstraint(fields=["studio", "photo"], name="library_libraryphoto_once"),
        ]
        indexes = [
            models.Index(fields=["studio", "-wall", "-id"], include=["is_dated"], name="library_photo_ordered"),
            # Few cameras have all lenses, so both are asked together; each other pair costs more than it saves.
            _ordered("camera", "camera", also=("lens",)),
            _ordered("lens", "lens", also=("camera",)),
            _ordered("photographer", "photographer", condition=~Q(photographer="")),
            _ordered("rating", "rating", condition=Q(rating__gt=0)),
            _ordered("label", "label", condition=~Q(label="")),
            _ordered("flag", "flag", condition=~Q(flag="")),
            _ordered("kind", "kind", condition=~Q(kind="image")),
            _ordered("tier", "tier", condition=~Q(tier="silver")),
            _ordered("stacked", "stacked", condition=~Q(stacked="")),
            _ordered("problem", condition=Q(has_problem=True)),
            # Of photos that another table has found, as those of a person, when they were taken and the same.
            models.Index(
                fields=["studio", "id"],
                include=["wall", *BESIDE],
                name="library_photo_by_id",
            ),
            models.Index(fields=["studio", "-uploaded_at", "-id"], name="library_photo_uploaded"),
            # Of these the bitmaps are laid over others'.
            models.Index(fields=["studio", "iso"], name="library_photo_iso"),
            models.Index(fields=["studio", "aperture"], name="library_photo_aperture"),
            models.Index(fields=["studio", "exposure"], name="library_photo_exposure"),
            models.Index(fields=["studio", "focal_length"], name="library_photo_focal_length"),
            models.Index(
                fields=["studio", "-wall", "-id"], condition=Q(latitude__isnull=True), name="library_photo_unplaced"
            ),
            models.Index(fields=["studio", "named"], condition=Q(named__isnull=False), name="library_photo_named"),
            models.Index(
                fields=["studio", "latitude", "longitude"],
                condition=Q(latitude__isnull=False),
                name="library_photo_position",
            ),
            models.Index(fields=["studio", "city"], condition=~Q(city=""), name="library_photo_city"),
            models.Index(fields=["studio", "country", "city"], condition=~Q(country=""), name="library_photo_country"),
            GinIndex(fields=["words"], name="library_photo_words"),
            GinIndex(fields=["keywords"], name="library_photo_keywords"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def within(cls, member: Works) -> Q:
        """What lies in a restricted member's galleries."""
        places = Placement.objects.visible_to(member).filter(trashed_at__isnull=True, album__trashed_at__isnull=True)
        return Q(pk__in=places.values("photo_id"))


class MonthCount(StudioModel):
    """Photos that a month gained or lost, or what such changes added up to; the sum of a month's rows is its count.

    month: its first day.  Rows are written by triggers, so that two uploads of one month do not wait for each other.
    """

    month = models.DateField()
    photos = models.IntegerField()

    class Meta(StudioModel.Meta):
        constraints = [*StudioModel.Meta.constraints]
        indexes = [models.Index(fields=["studio", "month"], name="library_monthcount_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.photos:+}"
