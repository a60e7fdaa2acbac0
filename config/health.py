"""Is the installation well? For load balancers, for owners, and the numbers of a studio."""

from __future__ import annotations

import logging
import platform
from typing import Any

import django
from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import StudioView
from apps.accounts.endpoints import API_VERSION, Open
from apps.accounts.models import Role
from apps.albums.models import Album, Photo, PhotoState, Version
from apps.media import damage
from apps.monitoring import overview, probes
from apps.monitoring.checks import NAMES
from apps.monitoring.models import Condition
from apps.monitoring.numbers import figures
from apps.sharing.models import ShareLink
from apps.web.openapi import extend_schema

log = logging.getLogger(__name__)

# Emails wait in the database, and galleries open without them and without a photo that is damaged: no web server must
# be taken out of service for that.
DISPENSABLE = {"emails", "originals"}


def _is_well(name: str) -> bool:
    try:
        probes.PROBES[name]()
    except Exception as error:
        # The reason is for the log: the caller needs no credential.
        log.warning("health: %s is down: %s", name, error)
        return False
    return True


# -- answers ---------------------------------------------------------------------------------------------------


class HealthSerializer(serializers.Serializer[Any]):
    """checks: "ok" or "down" for database, redis, storage, worker, emails and originals."""

    status = serializers.ChoiceField(choices=["ok", "down"])
    checks = serializers.DictField(child=serializers.ChoiceField(choices=["ok", "down"]))


class HealthView(Open):
    """200 when everything works (emails may wait, an original may be damaged), else 503.

    Needs no credential and tells nothing but this.
    """

    @extend_schema(responses={200: HealthSerializer, 503: HealthSerializer}, auth=[])
    def get(self, request: Request) -> Response:
        checks = {name: "ok" if _is_well(name) else "down" for name in probes.PROBES}
        well = all(word == "ok" for name, word in checks.items() if name not in DISPENSABLE)
        return Response(
            {"status": "ok" if well else "down", "checks": checks},
            status=200 if well else 503,
            headers={"Cache-Control": "no-store"},
        )


class ServiceSerializer(serializers.Serializer[Any]):
    """condition: ok, warning or fault.  since: when that began.  seen_at: when somebody looked last."""

    service = serializers.CharField()
    condition = serializers.ChoiceField(choices=Condition.choices)
    since = serializers.DateTimeField(allow_null=True)
    seen_at = serializers.DateTimeField(allow_null=True)


class BackupSerializer(serializers.Serializer[Any]):
    """last_at: when the last good backup began, or null."""

    last_at = serializers.DateTimeField(allow_null=True)
    files = serializers.IntegerField()
    backed_up = serializers.IntegerField()


class StatusSerializer(serializers.Serializer[Any]):
    """heartbeat: seconds since the workers' last sign of life, or null. queues: this studio's open work.

    damaged: originals of the studio whose files are damaged or missing; the same file uploaded again heals one.
    services: how the parts of the installation are.  backup: of the studio's files, and how many lie in a backup.
    """

    heartbeat = serializers.IntegerField(allow_null=True)
    queues = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))
    damaged = serializers.IntegerField()
    services = ServiceSerializer(many=True)
    backup = BackupSerializer()
    versions = serializers.DictField(child=serializers.CharField())


class StatusView(StudioView):
    """Heartbeats, the studio's queues, versions; for owners."""

    read_role = Role.OWNER
    action_scopes = {"get": "admin"}

    @extend_schema(responses=StatusSerializer)
    def get(self, request: Request) -> Response:
        shown = {
            "heartbeat": probes.heartbeat_age(),
            "queues": overview.queues_of(self.studio),
            "damaged": damage.originals(self.studio).count(),
            "services": overview.services(),
            "backup": overview.backup_of(self.studio),
            "versions": _versions(),
        }
        return Response(StatusSerializer(shown).data)


class PeriodSerializer(serializers.Serializer[Any]):
    """A time in which a part was in one condition: from `began_at` until it was last seen so."""

    service = serializers.CharField()
    condition = serializers.ChoiceField(choices=Condition.choices)
    began_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField()


class HistoryQuery(serializers.Serializer[Any]):
    """service: of this part only.  since: by default 60 days ago."""

    service = serializers.ChoiceField(choices=sorted(NAMES), required=False)
    since = serializers.DateTimeField(required=False)


class HistorySerializer(serializers.Serializer[Any]):
    results = PeriodSerializer(many=True)


class HistoryView(StudioView):
    """How the parts of the installation were, the newest first, at most 500 periods of 60 days; for owners."""

    read_role = Role.OWNER
    action_scopes = {"get": "admin"}

    @extend_schema(parameters=[HistoryQuery], responses=HistorySerializer)
    def get(self, request: Request) -> Response:
        asked = HistoryQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        periods = overview.history(asked.validated_data.get("service"), asked.validated_data.get("since"))
        return Response(HistorySerializer({"results": periods}).data)


def _versions() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("show server_version")
        database = str(cursor.fetchone()[0])
    return {
        "api": API_VERSION,
        "python": platform.python_version(),
        "django": django.get_version(),
        "postgresql": database,
    }


class MonthPhotosSerializer(serializers.Serializer[Any]):
    """month: its first day."""

    month = serializers.DateField()
    photos = serializers.IntegerField()


class StoredSerializer(serializers.Serializer[Any]):
    """Files of one kind: Photos, RAW, Videos, and Previews for all that was made from them."""

    kind = serializers.CharField(source="name")
    files = serializers.IntegerField()
    bytes = serializers.IntegerField(source="size")


class NamedPhotosSerializer(serializers.Serializer[Any]):
    """A tier, a camera, a lens or a person, with the number of photos."""

    name = serializers.CharField()
    photos = serializers.IntegerField()


class GalleryNumbersSerializer(serializers.Serializer[Any]):
    """How far clients came in one gallery. favourites: photos in their lists."""

    title = serializers.CharField()
    visits = serializers.IntegerField()
    favourites = serializers.IntegerField()
    downloads = serializers.IntegerField()


class StatsSerializer(serializers.Serializer[Any]):
    """bytes: of the originals, as the plan counts them.

    by_month: photos that came in, the last 24 months.  cameras, lenses, people: at most 20, most photos first.
    activity: what clients did in a year, for each weekday from Monday 24 counts, one for each hour of the studio's day.
    galleries: the newest 50 that were published.
    """

    albums = serializers.IntegerField()
    photos = serializers.IntegerField()
    processing = serializers.IntegerField()
    failed = serializers.IntegerField()
    share_links = serializers.IntegerField()
    views = serializers.IntegerField()
    files = serializers.IntegerField()
    bytes = serializers.IntegerField()
    by_month = MonthPhotosSerializer(many=True)
    storage = StoredSerializer(many=True)
    tiers = NamedPhotosSerializer(many=True)
    cameras = NamedPhotosSerializer(many=True)
    lenses = NamedPhotosSerializer(many=True)
    people = NamedPhotosSerializer(many=True)
    activity = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    galleries = GalleryNumbersSerializer(many=True)


class StatsView(StudioView):
    """The numbers of the studio, or of a restricted member's galleries.

    What lies in the trash is not counted; of the studio's `files` and `bytes` it is a part.
    """

    album_scoped = ("get",)

    @extend_schema(responses=StatsSerializer)
    def get(self, request: Request) -> Response:
        photos = Photo.objects.visible_to(self.entered).filter(trashed_at__isnull=True)
        links = ShareLink.objects.visible_to(self.entered).filter(revoked_at__isnull=True)
        return Response(
            {
                "albums": Album.objects.visible_to(self.entered).filter(trashed_at__isnull=True).count(),
                # As there is an index of these; of the others no row is read.
                **photos.filter(state__in=[PhotoState.PROCESSING, PhotoState.FAILED]).aggregate(
                    processing=Count("id", filter=Q(state=PhotoState.PROCESSING)),
                    failed=Count("id", filter=Q(state=PhotoState.FAILED)),
                ),
                **links.aggregate(share_links=Count("id"), views=Sum("views", default=0)),
                **self._room(photos),
                **self._drawn(),
            }
        )

    def _drawn(self) -> dict[str, Any]:
        """What the page of numbers draws, and how many photos that is of."""
        found = figures.numbers_of(self.entered, now=timezone.now())
        lists = {name: getattr(found, name) for name in ("tiers", "cameras", "lenses", "people")}
        return {
            "photos": sum(count for _, count in found.tiers),
            "by_month": [{"month": first.isoformat(), "photos": count} for first, count in found.uploads],
            "storage": StoredSerializer(found.storage, many=True).data,
            **{name: [{"name": one, "photos": n} for one, n in rows] for name, rows in lists.items()},
            "activity": found.activity,
            "galleries": GalleryNumbersSerializer(found.galleries, many=True).data,
        }

    def _room(self, photos: QuerySet[Photo]) -> dict[str, int]:
        if not self.entered.is_restricted:
            return {"files": self.studio.files_used, "bytes": self.studio.bytes_used}
        files = Version.objects.for_studio(self.studio).filter(photo__in=photos)
        return files.aggregate(files=Count("id"), bytes=Sum("blob__size", default=0))
