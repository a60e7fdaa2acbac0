"""The numbers of a studio: what came in, what it takes, by whom and with what, and what clients did. Run in its
transaction.

A restricted member's numbers are those of the own galleries. What lies in the trash is not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Case, Count, DateField, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, ExtractHour, ExtractIsoWeekDay, TruncMonth

from apps.accounts.access import Entered
from apps.albums.models import Album, AlbumState, Photo, PhotoState, Tier, Version
from apps.faces.models import PersonCount
from apps.library import value_counts
from apps.library.models import LibraryPhoto
from apps.media.models import Rendition
from apps.sharing.models import Activity, ActivityKind, Pick

MONTHS: Final = 24
MOST_NAMES: Final = 20
MOST_GALLERIES: Final = 50
# Activity of the last year; visits are kept no longer than a little more.
SPAN: Final = timedelta(days=365)
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_COUNTED: Final = ("tier", "camera", "lens")
_KINDS: Final = {"image": "Photos", "raw": "RAW", "video": "Videos"}


@dataclass(frozen=True, slots=True)
class StoredKind:
    """What one kind of file takes. size: bytes."""

    name: str
    files: int
    size: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far clients came in one gallery. favourites: photos in their lists.  downloads: times of taking some."""

    title: str
    visits: int
    favourites: int
    downloads: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """uploads: (first day of the month, photos) of the last 24 months, oldest first, months without photos too.

    storage: by kind of file.  tiers: photos by how far their record is.  cameras, lenses, people: (name, photos), most
    first, at most 20.  activity: what guests did by weekday (0 is Monday) and hour in the studio's zone, over a year.
    """

    uploads: list[tuple[date, int]]
    storage: list[StoredKind]
    tiers: list[tuple[str, int]]
    cameras: list[tuple[str, int]]
    lenses: list[tuple[str, int]]
    people: list[tuple[str, int]]
    activity: list[list[int]] = field(default_factory=list)
    galleries: list[Funnel] = field(default_factory=list)


def numbers_of(entered: Entered, *, now: datetime) -> Numbers:
    """All of it. At most eleven queries, whatever the studio holds."""
    photos = Photo.objects.visible_to(entered).filter(trashed_at__isnull=True)
    counted = _counted(photos, entered) if entered.is_restricted else value_counts.of_studio(entered.studio, _COUNTED)
    tiers = dict(counted["tier"])
    return Numbers(
        uploads=_uploads(photos, entered, now),
        storage=_storage(photos, entered),
        tiers=[(one.value, tiers.get(one.value, 0)) for one in Tier],
        cameras=_most(counted["camera"]),
        lenses=_most(counted["lens"]),
        people=_people(entered),
        activity=_activity(entered, now),
        galleries=_galleries(entered),
    )


def _uploads(photos: QuerySet[Photo], entered: Entered, now: datetime) -> list[tuple[date, int]]:
    zone = entered.studio.zone
    months = _last_months(now.astimezone(zone).date())
    # A day more on the far side: months begin at another moment in the studio's zone.
    since = now - timedelta(days=31 * (MONTHS + 1))
    found: Counter[date] = Counter()
    if entered.is_restricted:
        month = Cast(TruncMonth("created_at", tzinfo=zone), DateField())
        counted = photos.filter(created_at__gt=since).order_by().annotate(month=month)
        found.update(dict(counted.values_list("month").annotate(n=Count("pk"))))
    else:
        for seconds, count in value_counts.uploaded(entered.studio, since):
            found[datetime.fromtimestamp(seconds, zone).date().replace(day=1)] += count
    return [(first, found[first]) for first in months]


def _last_months(today: date) -> list[date]:
    last = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(last - MONTHS + 1, last + 1)]


def _storage(photos: QuerySet[Photo], entered: Entered) -> list[StoredKind]:
    """Two queries: the files of photos, and what was made from them."""
    kept = Version.objects.for_studio(entered.studio).filter(photo__in=photos).order_by()
    by_kind = kept.values_list("photo__kind").annotate(files=Count("pk"), size=Sum("blob__size"))
    rows = [StoredKind(_KINDS.get(kind, kind.title()), files, int(size)) for kind, files, size in by_kind]
    sources = kept.values("blob_id")
    made = Rendition.objects.for_studio(entered.studio).filter(source_id__in=sources)
    files, size = made.aggregate(files=Count("pk"), size=Sum("blob__size", default=0)).values()
    return sorted([*rows, StoredKind("Previews", files, int(size))], key=lambda row: row.size, reverse=True)


def _counted(photos: QuerySet[Photo], entered: Entered) -> dict[str, list[tuple[str, int]]]:
    """Of who works in some galleries: how many photos have which tier, camera and lens. Three queries."""
    tier = Case(
        When(approved_at__isnull=False, then=Value(Tier.GOLD.value)),
        When(state=PhotoState.READY, then=Value(Tier.SILVER.value)),
        default=Value(Tier.BRONZE.value),
    )
    library = LibraryPhoto.objects.visible_to(entered).order_by()
    return {
        "tier": list(photos.order_by().annotate(step=tier).values_list("step").annotate(Count("pk"))),
        **{one: list(library.values_list(one).annotate(n=Count("pk"))) for one in ("camera", "lens")},
    }


def _most(counted: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    known = [(value, count) for value, count in counted if value]
    return sorted(known, key=lambda one: (-one[1], one[0]))[:MOST_NAMES]


def _people(entered: Entered) -> list[tuple[str, int]]:
    """Those with a name; a restricted member has no page of people."""
    if entered.is_restricted:
        return []
    known = PersonCount.objects.for_studio(entered.studio).filter(person__name__gt="", person__is_ignored=False)
    counted = known.order_by().values_list("person_id", "person__name").annotate(n=Sum("photos")).filter(n__gt=0)
    return [(name, count) for _, name, count in counted.order_by("-n", "person__name")[:MOST_NAMES]]


def _activity(entered: Entered, now: datetime) -> list[list[int]]:
    zone = entered.studio.zone
    acts = Activity.objects.visible_to(entered).filter(at__gt=now - SPAN, shown__album__trashed_at__isnull=True)
    acts = acts.exclude(kind=ActivityKind.FAILED).order_by()
    day, hour = ExtractIsoWeekDay("at", tzinfo=zone), ExtractHour("at", tzinfo=zone)
    grid = [[0] * 24 for _ in DAYS]
    for weekday, at, count in acts.annotate(day=day, hour=hour).values_list("day", "hour").annotate(n=Count("pk")):
        grid[weekday - 1][at] = count
    return grid


def _galleries(entered: Entered) -> list[Funnel]:
    """The newest that are or were live. Three queries."""
    rows = Album.objects.visible_to(entered).filter(trashed_at__isnull=True).exclude(state=AlbumState.DRAFT)
    albums = dict(rows.order_by("-created_at", "id").values_list("pk", "title")[:MOST_GALLERIES])
    acts = Activity.objects.for_studio(entered.studio).filter(shown_id__in=albums).order_by().values_list("shown_id")
    visits, took = Q(kind=ActivityKind.OPENED), Q(kind=ActivityKind.DOWNLOADED)
    counted = acts.annotate(visits=Count("pk", filter=visits), downloads=Count("pk", filter=took))
    did = {pk: (visits, downloads) for pk, visits, downloads in counted}
    picked = Pick.objects.for_studio(entered.studio).filter(selection__shown_id__in=albums).order_by()
    hearts = dict(picked.values_list(F("selection__shown_id")).annotate(n=Count("photo_id", distinct=True)))
    found = ((pk, title, *did.get(pk, (0, 0))) for pk, title in albums.items())
    return [Funnel(title, visits, hearts.get(pk, 0), downloads) for pk, title, visits, downloads in found]


def tables_of(numbers: Numbers) -> dict[str, list[Sequence[Any]]]:
    """Each part as rows for a table file, the head first."""
    names = {"tiers": "Tier", "cameras": "Camera", "lenses": "Lens", "people": "Person"}
    plain: dict[str, list[Sequence[Any]]] = {
        part: [(head, "Photos"), *getattr(numbers, part)] for part, head in names.items()
    }
    return {
        "uploads": [("Month", "Photos"), *((f"{first:%Y-%m}", count) for first, count in numbers.uploads)],
        "storage": [("Kind", "Files", "Bytes"), *((row.name, row.files, row.size) for row in numbers.storage)],
        **plain,
        "activity": [
            ("Day", *(f"{hour:02}:00" for hour in range(24))),
            *((day, *counts) for day, counts in zip(DAYS, numbers.activity, strict=True)),
        ],
        "galleries": [
            ("Gallery", "Visits", "Favourites", "Downloads"),
            *((one.title, one.visits, one.favourites, one.downloads) for one in numbers.galleries),
        ],
    }
