"""What the status pages, the API and Prometheus tell of the installation and of one studio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.timesince import timesince

from apps.accounts.models import Studio
from apps.accounts.tenancy import across_studios
from apps.albums.models import Photo, PhotoState
from apps.backups.models import BackupCopy, BackupRun, RunKind
from apps.jobs.models import Job, State
from apps.media.models import Blob, BlobState
from apps.monitoring import containers
from apps.monitoring.checks import NAMES, VITAL
from apps.monitoring.containers import ContainerState
from apps.monitoring.models import Condition, ServicePeriod, ServiceState
from apps.web.postgres import replica

# Looks are 30 s apart.
UNSEEN_AFTER = timedelta(seconds=90)
HISTORY_DAYS = 60
MOST_PERIODS = 500
WORDS = {Condition.OK: "OK", Condition.WARNING: "Check soon", Condition.FAULT: "Problem"}
RECENT = 12


@dataclass(frozen=True, slots=True)
class ShownService:
    """How a part is, as a page tells it. since, seen_at: None if nobody has looked yet."""

    service: str
    condition: Condition
    sentence: str = ""
    remedy: str = ""
    since: datetime | None = None
    seen_at: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return NAMES[self.service]

    @property
    def word(self) -> str:
        return WORDS[self.condition]

    @property
    def detail(self) -> str:
        """A figure worth reading while all is well."""
        if "ran_at" not in self.facts:
            return ""
        ago = timesince(datetime.fromisoformat(self.facts["ran_at"]))
        return f"{self.facts['probes']:,} probes, {self.facts['leaks']} leaks, {ago} ago"

    @property
    def is_vital(self) -> bool:
        """True for what clients notice at once."""
        return self.service in VITAL


def services() -> list[ShownService]:
    """How all parts are. A part at which nobody looks is not well: silence is a fault."""
    with across_studios():
        rows = {row.service: row for row in ServiceState.objects.all()}
    return [_shown(service, rows.get(service)) for service in names()]


def names() -> dict[str, str]:
    """The parts that this installation has."""
    given = {
        "containers": settings.DOCKER_SOCKET,
        "antivirus": settings.CLAMD,
        "replica": replica.is_there(),
    }
    return {service: name for service, name in NAMES.items() if given.get(service, True)}


def _shown(service: str, row: ServiceState | None) -> ShownService:
    nobody = "No process of Glassine checks this part: none is running, or none reaches the database."
    remedy = "Look at the log of Glassine and start it again."
    if row is None:
        return ShownService(service, Condition.FAULT, nobody, remedy)
    if row.seen_at < timezone.now() - UNSEEN_AFTER:
        return ShownService(service, Condition.FAULT, nobody, remedy, row.seen_at, row.seen_at, row.facts)
    condition = Condition(row.condition)
    return ShownService(service, condition, row.sentence, row.remedy, row.since, row.seen_at, row.facts)


def history(service: str | None = None, since: datetime | None = None) -> list[ServicePeriod]:
    """Periods of a part or of all, the newest first."""
    begin = since or timezone.now() - ServicePeriod.KEPT
    with across_studios():
        periods = ServicePeriod.objects.filter(seen_at__gte=begin, service__in=[service] if service else NAMES)
        return list(periods.order_by("-began_at")[:MOST_PERIODS])


@dataclass(frozen=True, slots=True)
class DayCondition:
    """The worst condition of a part on a day; "" if nobody looked."""

    date: date
    condition: str


def days(periods: Sequence[ServicePeriod], service: str, today: date) -> list[DayCondition]:
    """The last 60 days of a part, the oldest first."""
    order = ["", *Condition.values]
    worst: dict[date, str] = {}
    for period in periods:
        if period.service != service:
            continue
        day = max(timezone.localtime(period.began_at).date(), today - timedelta(days=HISTORY_DAYS))
        while day <= timezone.localtime(period.seen_at).date():
            worst[day] = max(worst.get(day, ""), period.condition, key=order.index)
            day += timedelta(days=1)
    span = (today - timedelta(days=back) for back in reversed(range(HISTORY_DAYS)))
    return [DayCondition(day, worst.get(day, "")) for day in span]


# -- one studio ------------------------------------------------------------------------------------------------------


def queues_of(studio: Studio) -> dict[str, dict[str, int]]:
    """The studio's open work: by queue and state how many jobs."""
    found: dict[str, dict[str, int]] = {}
    counted = Job.objects.for_studio(studio).exclude(state=State.DONE).values_list("queue", "state")
    for queue, state, count in counted.annotate(count=Count("id")).order_by("queue", "state"):
        found.setdefault(queue, {})[state] = count
    return found


def backup_of(studio: Studio) -> dict[str, Any]:
    """When the last good backup began, how many files the studio has, and how many of them lie in a backup."""
    copies = BackupCopy.objects.for_studio(studio).filter(sha256=OuterRef("sha256"))
    blobs = Blob.objects.for_studio(studio).filter(state=BlobState.LIVE)
    counted = blobs.aggregate(files=Count("id"), backed_up=Count("id", filter=Q(Exists(copies))))
    with across_studios():
        last = BackupRun.last_good(RunKind.BACKUP)
    return {"last_at": last.started_at if last else None, **counted}


def recent_photos(studio: Studio) -> list[Photo]:
    """The files that came last, with how far they are."""
    photos = Photo.objects.for_studio(studio).filter(trashed_at__isnull=True)
    return list(photos.only("id", "camera_name", "state", "created_at", "studio").order_by("-id")[:RECENT])


def failed_photos(studio: Studio) -> int:
    """Photos that could not be shown."""
    return Photo.objects.for_studio(studio).filter(trashed_at__isnull=True, state=PhotoState.FAILED).count()


# -- all studios -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QueueCount:
    """Work of a queue, of all studios."""

    queue: str
    waiting: int
    running: int
    given_up: int


def all_queues() -> list[QueueCount]:
    with across_studios():
        counted = list(
            Job.objects.filter(state__in=(State.PENDING, State.RUNNING, State.QUARANTINED))
            .values_list("queue")
            .annotate(
                waiting=Count("id", filter=Q(state=State.PENDING)),
                running=Count("id", filter=Q(state=State.RUNNING)),
                given_up=Count("id", filter=Q(state=State.QUARANTINED)),
            )
            .order_by("queue")
        )
    return [QueueCount(*row) for row in counted]


def busiest() -> list[tuple[str, int]]:
    """The studios with the most work that waits: name and how much."""
    with across_studios():
        waiting = Job.objects.filter(state=State.PENDING).values_list("studio__name")
        return list(waiting.annotate(count=Count("id")).order_by("-count")[:RECENT])


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """A file that came in, of any studio."""

    studio: str
    photo: Photo


def recent_files() -> list[ArrivedFile]:
    """The files that came last, of all studios, with how far they are. Ids are in the order of time."""
    with across_studios():
        photos = Photo.objects.filter(trashed_at__isnull=True).select_related("studio").order_by("-id")
        rows = list(photos.only("id", "camera_name", "state", "created_at", "studio__name")[:RECENT])
    return [ArrivedFile(row.studio.name, row) for row in rows]


def container_states() -> list[ContainerState] | None:
    """The containers of this installation; None while Docker does not answer."""
    try:
        return containers.all_of_ours()
    except containers.DockerAway:
        return None


def backup_runs() -> list[BackupRun]:
    """What backups, verifications and drills did last."""
    with across_studios():
        return list(BackupRun.objects.order_by("-started_at")[:RECENT])
