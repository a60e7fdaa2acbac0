"""Is the installation well? For load balancers, for owners, and the numbers of a studio."""

from __future__ import annotations

import logging
import os
import platform
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
import redis
from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from drf_spectacular.utils import extend_schema
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import outbox
from apps.accounts.api import StudioView
from apps.accounts.endpoints import API_VERSION, Open
from apps.accounts.models import Role
from apps.albums.models import Album, Photo, PhotoState, Version
from apps.jobs.models import Job, State
from apps.jobs.tasks import HEARTBEAT_KEY
from apps.media import damage
from apps.media.storage import store, temp_directory
from apps.sharing.models import ShareLink

log = logging.getLogger(__name__)

PROBED_KEY = "health"
ANSWER_SECONDS = 3.0
# With less room than two of the largest photos there may be, uploads fail.
FULL_BELOW = 2 * settings.MAX_PHOTO_BYTES
_asking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="probe")


# -- probes: each raises, or returns, or says nothing is known ------------------------------------------------


def _redis() -> redis.Redis:
    no_retry = Retry(NoBackoff(), 0)
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, retry=no_retry)


def probe_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1")


def probe_redis() -> None:
    with _redis() as client:
        client.ping()


def probe_storage() -> None:
    asked = _asking.submit(store().size, PROBED_KEY)
    try:
        # One question at a time: a bucket that hangs holds one thread, however often load balancers ask.
        asked.result(timeout=ANSWER_SECONDS)
    finally:
        asked.cancel()
    arriving = temp_directory()
    if not os.access(arriving, os.W_OK):
        raise OSError("the directory for arriving files cannot be written")
    free = shutil.disk_usage(arriving).free
    if free < FULL_BELOW:
        raise OSError(f"the disk for arriving files is full: {free} bytes are left")


def probe_worker() -> None:
    if heartbeat_age() is None:
        raise RuntimeError("no worker has shown a sign of life for a minute")


def heartbeat_age() -> int | None:
    """Seconds since the workers' last sign of life, or None if there is none."""
    with _redis() as client:
        beat = client.get(HEARTBEAT_KEY)
    return None if beat is None else max(0, int(time.time()) - int(beat))


def probe_emails() -> None:
    if outbox.is_stuck():
        raise RuntimeError("an email has been due for a while and could not be sent")


def probe_originals() -> None:
    if damage.is_any():
        raise RuntimeError("the file of an original is damaged or missing")


PROBES: dict[str, Callable[[], None]] = {
    "database": probe_database,
    "redis": probe_redis,
    "storage": probe_storage,
    "worker": probe_worker,
    "emails": probe_emails,
    "originals": probe_originals,
}
# Emails wait in the database, and galleries open without them and without a photo that is damaged: no web server must
# be taken out of service for that.
DISPENSABLE = {"emails", "originals"}


def _is_well(name: str) -> bool:
    try:
        PROBES[name]()
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
        checks = {name: "ok" if _is_well(name) else "down" for name in PROBES}
        well = all(word == "ok" for name, word in checks.items() if name not in DISPENSABLE)
        return Response(
            {"status": "ok" if well else "down", "checks": checks},
            status=200 if well else 503,
            headers={"Cache-Control": "no-store"},
        )


class StatusSerializer(serializers.Serializer[Any]):
    """heartbeat: seconds since the workers' last sign of life, or null. queues: this studio's open work.

    damaged: originals of the studio whose files are damaged or missing; the same file uploaded again heals one.
    """

    heartbeat = serializers.IntegerField(allow_null=True)
    queues = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))
    damaged = serializers.IntegerField()
    versions = serializers.DictField(child=serializers.CharField())


class StatusView(StudioView):
    """Heartbeats, the studio's queues, versions; for owners."""

    read_role = Role.OWNER
    action_scopes = {"get": "admin"}

    @extend_schema(responses=StatusSerializer)
    def get(self, request: Request) -> Response:
        damaged = damage.originals(self.studio).count()
        return Response(
            {"heartbeat": heartbeat_age(), "queues": self._queues(), "damaged": damaged, "versions": _versions()}
        )

    def _queues(self) -> dict[str, dict[str, int]]:
        queues: dict[str, dict[str, int]] = {}
        counted = Job.objects.for_studio(self.studio).exclude(state=State.DONE).values_list("queue", "state")
        for queue, state, count in counted.annotate(count=Count("id")).order_by("queue", "state"):
            queues.setdefault(queue, {})[state] = count
        return queues


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


class StatsSerializer(serializers.Serializer[Any]):
    """bytes: of the originals, as the plan counts them."""

    albums = serializers.IntegerField()
    photos = serializers.IntegerField()
    processing = serializers.IntegerField()
    failed = serializers.IntegerField()
    share_links = serializers.IntegerField()
    views = serializers.IntegerField()
    files = serializers.IntegerField()
    bytes = serializers.IntegerField()


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
                **photos.aggregate(
                    photos=Count("id"),
                    processing=Count("id", filter=Q(state=PhotoState.PROCESSING)),
                    failed=Count("id", filter=Q(state=PhotoState.FAILED)),
                ),
                **links.aggregate(share_links=Count("id"), views=Sum("views", default=0)),
                **self._room(photos),
            }
        )

    def _room(self, photos: QuerySet[Photo]) -> dict[str, int]:
        if not self.entered.is_restricted:
            return {"files": self.studio.files_used, "bytes": self.studio.bytes_used}
        files = Version.objects.for_studio(self.studio).filter(photo__in=photos)
        return files.aggregate(files=Count("id"), bytes=Sum("blob__size", default=0))
