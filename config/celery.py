"""Celery: the queues, and the whole schedule."""

import logging
import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_embedded_init, beat_init, task_prerun, worker_init, worker_ready
from kombu import Queue
from kombu.exceptions import OperationalError

from config import clock

log = logging.getLogger(__name__)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
# Django's checks read every page and all of the API, 30 MB that a worker need not hold, and are of code that was
# checked before it came here.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("glassine")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_serializer="json",
    result_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    # A message is only a doorbell: acknowledged at once, never replayed. The job table holds the work.
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    task_default_queue="default",
    task_queues=[Queue("images"), Queue("faces"), Queue("video"), Queue("default")],
    task_create_missing_queues=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
        "visibility_timeout": 3600,
        # Whoever rings while the broker is away goes on at once; the sweeper rings later.
        "max_retries": 0,
    },
    # Celery would close a thread's connection with PostgreSQL before and after each task. It counts how often one was
    # used, and this is never reached: `apps.jobs.connections` sees to them.
    CELERY_DB_REUSE_MAX=1 << 62,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    timezone="UTC",
    imports=[
        "apps.accounts.tasks",
        "apps.jobs.tasks",
        "apps.media.tasks",
        "apps.albums.tasks",
        "apps.faces.tasks",
        "apps.library.tasks",
        "apps.sharing.tasks",
        "apps.tagging.tasks",
        "apps.uploads.tasks",
        "apps.backups.tasks",
        "apps.webhooks.tasks",
        "apps.portability.tasks",
        "apps.monitoring.tasks",
        "config.tasks",
    ],
)
app.conf.beat_schedule = {
    "take back lost jobs": {"task": "jobs.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "heartbeat of the workers": {"task": "jobs.heartbeat", "schedule": 10.0, "options": {"expires": 10}},
    "sweep blobs": {"task": "media.sweep", "schedule": 3600.0, "options": {"expires": 3600}},
    "re-read blobs": {"task": "media.recheck", "schedule": 3600.0, "options": {"expires": 3600}},
    "send emails": {"task": "outbox.send", "schedule": 10.0, "options": {"expires": 10}},
    "remind clients": {"task": "sharing.remind", "schedule": 600.0, "options": {"expires": 600}},
    "forget old visits": {"task": "sharing.forget", "schedule": 3600.0, "options": {"expires": 3600}},
    "forget old sessions": {"task": "accounts.forget", "schedule": 3600.0, "options": {"expires": 3600}},
    "warn of plans": {"task": "accounts.warn_of_plans", "schedule": 3600.0, "options": {"expires": 3600}},
    "check domains": {"task": "accounts.check_domains", "schedule": 300.0, "options": {"expires": 300}},
    "end visits": {"task": "accounts.end_visits", "schedule": 60.0, "options": {"expires": 60}},
    "hash anew": {"task": "albums.refresh_fingerprints", "schedule": 60.0, "options": {"expires": 60}},
    "render anew": {"task": "albums.refresh_renditions", "schedule": 60.0, "options": {"expires": 60}},
    "play anew": {"task": "media.refresh_videos", "schedule": 60.0, "options": {"expires": 60}},
    "fold versions": {"task": "albums.fold_versions", "schedule": 60.0, "options": {"expires": 60}},
    "look into the inboxes": {"task": "uploads.look", "schedule": 5.0, "options": {"expires": 5}},
    "forget old uploads": {"task": "uploads.sweep", "schedule": 3600.0, "options": {"expires": 3600}},
    "find missing faces": {"task": "faces.catch_up", "schedule": 60.0, "options": {"expires": 60}},
    "fold people": {"task": "faces.fold_counts", "schedule": 60.0, "options": {"expires": 60}},
    "group faces anew": {"task": "faces.regroup", "schedule": crontab(hour=3, minute=30), "options": {"expires": 3600}},
    "fold months": {"task": "library.fold_months", "schedule": 60.0, "options": {"expires": 60}},
    "embed texts": {"task": "tagging.embed", "schedule": 5.0, "options": {"expires": 5}},
    "complete the library": {"task": "library.complete", "schedule": 3600.0, "options": {"expires": 3600}},
    "forget old upgrades": {"task": "upgrades.forget", "schedule": 3600.0, "options": {"expires": 3600}},
    "send webhooks": {"task": "webhooks.send", "schedule": 5.0, "options": {"expires": 5}},
    "forget old webhooks": {"task": "webhooks.forget", "schedule": 3600.0, "options": {"expires": 3600}},
    "forget old exports": {"task": "portability.forget", "schedule": 3600.0, "options": {"expires": 3600}},
    "remove studios": {"task": "portability.remove_studios", "schedule": 3600.0, "options": {"expires": 3600}},
    "keep backups": {"task": "backups.keep_up", "schedule": crontab(minute=15), "options": {"expires": 3000}},
    "try the walls": {"task": "monitoring.canary", "schedule": crontab(minute="*/15"), "options": {"expires": 800}},
    "locate photos": {"task": "library.locate", "schedule": 3600.0, "options": {"expires": 3600}},
    "empty the trash": {"task": "albums.purge_trash", "schedule": 3600.0, "options": {"expires": 3600}},
}

clock.install(app)


@worker_init.connect
def give_way(**details: object) -> None:
    """Pages come first: workers stand behind them, and what they have decoded comes last."""
    # Celery names this module before its command is known.
    from apps.media import giving_way, jail

    giving_way.step_behind()
    jail.give_way()


@task_prerun.connect
def begin_task(**details: object) -> None:
    """A thread keeps its connection from task to task."""
    # Django is not set up yet when this module is read.
    from apps.jobs import connections

    connections.begin_task()


@worker_ready.connect
def say_hello(sender: Any = None, **details: object) -> None:
    """The first sign of life, so that nobody waits for the scheduler's, and then one of its own every 20 seconds."""
    # Django is not set up yet when this module is read.
    from apps.monitoring import hearts

    # Its own sign first: a broker that takes no message now, as on a full disk, must not silence it for good.
    hearts.start([f"worker:{queue.name}" for queue in sender.task_consumer.queues])
    try:
        app.send_task("jobs.heartbeat")
    except OperationalError as error:
        log.warning("the scheduler's next bell has to do: %s", error)


@beat_init.connect
@beat_embedded_init.connect
def live(**details: object) -> None:
    """The scheduler shows a sign of life too."""
    from apps.monitoring import hearts

    hearts.start(["beat"])
