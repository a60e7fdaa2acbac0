"""A sign of life from the workers."""

import time

import redis
from celery import shared_task
from django.conf import settings

HEARTBEAT_KEY = "glassine:heartbeat:worker"
HEARTBEAT_SECONDS = 60


@shared_task(name="jobs.heartbeat")
def heartbeat() -> None:
    """Say that scheduler, broker and worker work together. The sign fades after a minute."""
    redis.Redis.from_url(settings.REDIS_URL).set(HEARTBEAT_KEY, int(time.time()), ex=HEARTBEAT_SECONDS)
