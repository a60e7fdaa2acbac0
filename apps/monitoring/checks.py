"""What is looked at, and what each finding means: a sentence, and what mends it."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Max
from django.utils import timezone

from apps.accounts.tenancy import across_studios
from apps.backups.models import BackupRun, RunKind, RunState
from apps.jobs.models import Job, Lane, Queue, State
from apps.media import antivirus
from apps.media.storage import temp_directory
from apps.monitoring import certificate, containers, probes
from apps.monitoring.models import Condition, Heartbeat, ServiceState
from apps.web.postgres import replica

log = logging.getLogger(__name__)

QUEUES = tuple(Queue.values)
WORKERS = tuple(f"worker:{queue}" for queue in QUEUES)
HEARTS = ("web", "beat", *WORKERS, "selfies")
NAMES = {
    "web": "Web server",
    "beat": "Scheduler",
    "worker:images": "Worker for photos",
    "worker:faces": "Worker for faces",
    "worker:video": "Worker for videos",
    "worker:default": "Worker for everything else",
    "selfies": "Selfie search",
    "database": "Database",
    "redis": "Redis",
    "storage": "Photo storage",
    "disk": "Disk",
    "queues": "Queues",
    "emails": "Emails",
    "backup": "Backup",
    "certificate": "Certificate",
    "clock": "Clocks",
    "originals": "Originals",
    "isolation": "Walls between studios",
    "containers": "Containers",
    "antivirus": "Virus scanner",
    "replica": "Replica of the database",
}
# What clients notice at once; of everything else work only waits.
VITAL = ("web", "database", "redis", "storage")
# A fault that another one brings about is shown, and told only when it outlives that one.
CAUSES = {
    "queues": frozenset({"redis", *WORKERS}),
    "emails": frozenset({"redis", "worker:default"}),
    # A web server is who asks it.
    "selfies": frozenset({"web"}),
}
UNWORKED_AFTER = timedelta(minutes=5)
DRIFT_MS = 5_000
BACKUP_AGE, DRILL_AGE = timedelta(hours=26), timedelta(days=8)
SOON_FULL_DAYS = 14
# Renewal by itself is usual 30 days before the end; who is at 14 has none, and at 3 has to hurry.
SOON_ENDS, ENDS = timedelta(days=14), timedelta(days=3)
CERTIFICATE_AGE = timedelta(hours=1)
# A round of the canary is due every quarter of an hour.
ROUND_AGE = timedelta(hours=1)
_NO_ROUND = (
    "No studio has tried the doors of another one for an hour.",
    "Look whether the scheduler and a worker for everything else run.",
)
SAMPLES = 15
REPLICA_LAG = 60.0


@dataclass(frozen=True, slots=True)
class PartFinding:
    """How one part is. facts: figures, by words that Prometheus takes."""

    service: str
    condition: Condition = Condition.OK
    sentence: str = ""
    remedy: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def every(*, is_starting: bool = False) -> list[PartFinding]:
    """All parts. A check that breaks is a finding too, and keeps no other from being made.

    is_starting: whoever asks has just started, and so may all the others, whose first sign of life is still to come.
    """
    return [*_hearts(is_starting=is_starting), *(_safely(name, check) for name, check in CHECKS.items())]


def _safely(name: str, check: Callable[[], PartFinding]) -> PartFinding:
    try:
        return check()
    except Exception as error:
        log.warning("status of %s: %s", name, error)
        return PartFinding(name, Condition.FAULT, *TROUBLE[name])


# When the part does not answer at all.
TROUBLE: dict[str, tuple[str, str]] = {
    "database": ("The database does not answer.", "Look at the PostgreSQL log and at the disk; start it again."),
    "redis": ("Redis does not answer.", "Start it again. Nothing in it can be lost: work goes on by itself."),
    "storage": (
        "The photo storage does not answer, or its disk is full.",
        "Check the disk or the bucket and its keys. Uploads wait and go on by themselves.",
    ),
    "disk": ("The disk could not be measured.", "Check whether the data directory is still mounted."),
    "queues": ("The queues could not be counted.", "Look at the log of the web server."),
    "emails": (
        "An email has been due for 15 minutes and could not be sent.",
        "Check SMTP_URL and the mail server; the Emails page says what it answered.",
    ),
    "backup": ("The backups could not be looked at.", "Look at the log of the worker."),
    "certificate": ("The certificate could not be looked at.", "Look at the log of the web server."),
    "clock": ("The clocks could not be compared.", "Look at the log of the web server."),
    "antivirus": (
        "The virus scanner does not answer, so nothing can be uploaded.",
        "Start clamd again, or check GLASSINE_CLAMD. Uploads wait and go on by themselves.",
    ),
    "containers": (
        "Docker does not answer at its socket.",
        "Check GLASSINE_DOCKER_SOCKET, and whether the user of the web server may read it.",
    ),
    "replica": (
        "The replica of the database does not answer, or follows no server.",
        "Look at its log, or check DATABASE_REPLICA_URL. Pages are made from the first server until then.",
    ),
    "isolation": ("The walls between studios could not be looked at.", "Look at the log of the worker."),
    "originals": (
        "The file of an original is damaged or missing.",
        "Its owners were told. The same file uploaded again heals the photo; a restore brings it back too.",
    ),
}


# -- signs of life ---------------------------------------------------------------------------------------------------


def _hearts(*, is_starting: bool) -> Iterator[PartFinding]:
    with across_studios():
        beats = dict(Heartbeat.objects.values_list("service").annotate(last=Max("at")))
        recent = Heartbeat.objects.filter(at__gt=timezone.now() - Heartbeat.SILENT)
        alive = list(recent.values_list("service", flat=True))
    for service in HEARTS:
        count = alive.count(service)
        if is_starting and not count:
            yield PartFinding(service, facts={"processes": 0})
        else:
            yield _heart(service, beats.get(service), count)


def _heart(service: str, last: datetime | None, alive: int) -> PartFinding:
    if alive:
        return PartFinding(service, facts={"processes": alive})
    since = f" since {timezone.localtime(last):%H:%M}" if last else ""
    remedies = {
        "web": "Start the web server again; its last lines in the log say why it ended.",
        "beat": "Start the scheduler again, exactly one. Until then nothing happens by itself.",
        "selfies": "Start the process “faces” again, on each machine with a web server. Until then no selfie is taken.",
    }
    remedy = remedies.get(service, "Start a worker for this queue again. Its work waits and loses nothing.")
    return PartFinding(
        service, Condition.FAULT, f"{NAMES[service]}: no sign of life{since}.", remedy, facts={"processes": 0}
    )


# -- parts -----------------------------------------------------------------------------------------------------------


def _database() -> PartFinding:
    with connection.cursor() as cursor:
        cursor.execute("select pg_database_size(current_database())")
        size = cursor.fetchone()[0]
    return PartFinding("database", facts={"bytes": size})


def _answering(name: str) -> Callable[[], PartFinding]:
    def check() -> PartFinding:
        probes.PROBES[name]()
        return PartFinding(name)

    return check


def _disk() -> PartFinding:
    usage = shutil.disk_usage(temp_directory())
    samples = _with_today(usage.free)
    facts = {"free_bytes": usage.free, "total_bytes": usage.total, "samples": samples}
    days = days_left(samples)
    if usage.free < 10 * probes.FULL_BELOW and usage.free < usage.total * 0.05:
        sentence = f"Only {usage.free / 10**9:.0f} GB are free on the disk."
        return PartFinding("disk", Condition.FAULT, sentence, "Free some room or add a larger disk.", facts)
    if days is not None:
        facts["days_left"] = round(days, 1)
        if days < SOON_FULL_DAYS:
            sentence = f"At the pace of the last days the disk is full in {days:.0f} days."
            return PartFinding("disk", Condition.WARNING, sentence, "Add a larger disk, or move to a bucket.", facts)
    return PartFinding("disk", facts=facts)


def _with_today(free: int) -> list[list[Any]]:
    """The free bytes of each of the last days, today's last."""
    with across_studios():
        row = ServiceState.objects.filter(service="disk").first()
    known = row.facts.get("samples", []) if row else []
    today = timezone.now().date().isoformat()
    return [*(sample for sample in known if sample[0] != today), [today, free]][-SAMPLES:]


def days_left(samples: list[list[Any]]) -> float | None:
    """Days until nothing is free, at the pace of these samples ([ISO date, free bytes], oldest first).

    None for fewer than three days, and while nothing is used up.
    """
    if len(samples) < 3:
        return None
    (first, before), (last, free) = samples[0], samples[-1]
    days = (datetime.fromisoformat(last) - datetime.fromisoformat(first)).days
    used = before - free
    return None if days <= 0 or used <= 0 else float(free) * days / used


def _queues() -> PartFinding:
    """Work that waits although nobody works: in no lane of the queue was anything claimed for a while."""
    now = timezone.now()
    waiting, stuck = {}, []
    with across_studios():
        for queue in QUEUES:
            pending = Job.objects.filter(queue=queue, state=State.PENDING)
            waiting[queue] = pending.count()
            served = Lane.objects.filter(queue=queue).aggregate(last=Max("served_at"))["last"]
            is_idle = served is None or served < now - UNWORKED_AFTER
            if is_idle and pending.filter(not_before__lt=now - UNWORKED_AFTER).exists():
                stuck.append(queue)
        given_up = Job.objects.filter(state=State.QUARANTINED).count()
    facts = {f"waiting_{queue}": count for queue, count in waiting.items()} | {"given_up": given_up}
    if stuck:
        names = " and ".join(stuck)
        sentence = f"No worker has taken anything from the queue {names} for five minutes, and work is waiting."
        remedy = "Start a worker again, or one for this queue."
        return PartFinding("queues", Condition.FAULT, sentence, remedy, facts)
    return PartFinding("queues", facts=facts)


def _backup() -> PartFinding:
    now = timezone.now()
    with across_studios():
        good = BackupRun.last_good(RunKind.BACKUP)
        drill = BackupRun.objects.filter(kind=RunKind.DRILL).exclude(state=RunState.RUNNING)
        last_drill = drill.order_by("-started_at").first()
    facts = {"age_seconds": int((now - good.started_at).total_seconds())} if good else {}
    if settings.BACKUP is None and (good is None or good.started_at < now - BACKUP_AGE):
        sentence = "There is no automatic backup."
        return PartFinding("backup", Condition.WARNING, sentence, "Set GLASSINE_BACKUP to a folder or bucket.", facts)
    if good is None or good.started_at < now - BACKUP_AGE:
        last = f"The last good backup is of {timezone.localtime(good.started_at):%d %b}." if good else "There is none."
        remedy = "Look at what the last run says, and whether the place for backups can be written."
        return PartFinding("backup", Condition.FAULT, f"The backup is stale. {last}", remedy, facts)
    if last_drill is not None and last_drill.state == RunState.FAILED:
        remedy = "Run manage.py backup, then manage.py restore --drill."
        return PartFinding(
            "backup", Condition.FAULT, f"The restore drill failed: {last_drill.message}"[:300], remedy, facts
        )
    if last_drill is None or last_drill.started_at < now - DRILL_AGE:
        remedy = "Run manage.py restore --drill."
        return PartFinding("backup", Condition.WARNING, "No restore has been rehearsed for a week.", remedy, facts)
    return PartFinding("backup", facts=facts)


def _certificate() -> PartFinding:
    """Of the public address, if that is https. The server is asked once an hour."""
    if not settings.PUBLIC_URL.startswith("https://"):
        return PartFinding("certificate")
    now = timezone.now()
    with across_studios():
        row = ServiceState.objects.filter(service="certificate").first()
    facts = row.facts if row else {}
    if "asked_at" not in facts or datetime.fromisoformat(facts["asked_at"]) < now - CERTIFICATE_AGE:
        facts = {"asked_at": now.isoformat(), "ends_at": _end_of_certificate(now)}
    if not facts["ends_at"]:
        return PartFinding("certificate", facts=facts)
    left = datetime.fromisoformat(facts["ends_at"]) - now
    facts["days_left"] = round(left / timedelta(days=1), 1)
    if left > SOON_ENDS:
        return PartFinding("certificate", facts=facts)
    day = timezone.localtime(now + left)
    sentence = (
        f"The certificate of {settings.PUBLIC_URL} {'ends on' if left > timedelta(0) else 'ended by'} {day:%d %b}."
    )
    remedy = "Renew it, and let the proxy read it again: browsers refuse the address once it has ended."
    return PartFinding("certificate", Condition.WARNING if left > ENDS else Condition.FAULT, sentence, remedy, facts)


def _end_of_certificate(now: datetime) -> str:
    """ISO time; now, if it has ended; "" if nobody can tell from here."""
    try:
        end = certificate.ends_at(settings.PUBLIC_URL)
    except certificate.CertificateEnded:
        return now.isoformat()
    return end.isoformat() if end else ""


def _clock() -> PartFinding:
    with across_studios():
        recent = Heartbeat.objects.filter(at__gt=timezone.now() - Heartbeat.SILENT)
        drifts = dict(recent.values_list("service", "drift_ms").order_by("drift_ms"))
    worst = max(drifts.items(), key=lambda pair: abs(pair[1]), default=("", 0))
    facts = {"drift_ms": abs(worst[1])}
    if abs(worst[1]) > DRIFT_MS:
        sentence = (
            f"The clock of {NAMES[worst[0]].lower()} and that of the database differ by {abs(worst[1]) // 1000} s."
        )
        return PartFinding(
            "clock", Condition.FAULT, sentence, "Switch on time synchronisation (NTP) on both machines.", facts
        )
    return PartFinding("clock", facts=facts)


def _containers() -> PartFinding:
    """Of this compose project, where Docker's socket is given. A Docker that does not answer stops no gallery."""
    try:
        found = containers.all_of_ours()
    except containers.DockerAway as error:
        log.warning("Docker does not answer: %s", error)
        return PartFinding("containers", Condition.WARNING, *TROUBLE["containers"])
    facts = {"containers": len(found), "restarts": sum(one.restarts or 0 for one in found)}
    if ill := [one for one in found if one.trouble]:
        sentence = " ".join(f"The container {one.name} {one.trouble}." for one in ill)[:300]
        remedy = "The status page has its last lines. docker compose up -d starts what has ended."
        return PartFinding("containers", Condition.FAULT, sentence, remedy, facts)
    return PartFinding("containers", facts=facts)


def _antivirus() -> PartFinding:
    """Where the operator has one. Until it answers nothing is let in."""
    if settings.CLAMD:
        antivirus.probe()
    return PartFinding("antivirus")


def _replica() -> PartFinding:
    """Where there is one. Without it pages are made as if there were none."""
    if not replica.is_there():
        return PartFinding("replica")
    try:
        seconds = replica.lag()
    except (DatabaseError, InterfaceError) as error:
        log.warning("the replica: %s", error)
        return PartFinding("replica", Condition.WARNING, *TROUBLE["replica"])
    facts = {"lag_seconds": round(seconds, 1)}
    if seconds > REPLICA_LAG:
        sentence = f"The replica of the database is {seconds:.0f} s behind."
        remedy = "Look at its disk and at the line to it. Pages are made from the first server until it is there."
        return PartFinding("replica", Condition.WARNING, sentence, remedy, facts)
    return PartFinding("replica", facts=facts)


def _isolation() -> PartFinding:
    """What the last round of the canary found."""
    with across_studios():
        row = ServiceState.objects.filter(service="isolation").first()
    if row is None or "ran_at" not in row.facts:
        young = row is None or row.since > timezone.now() - ROUND_AGE
        return PartFinding("isolation") if young else PartFinding("isolation", Condition.WARNING, *_NO_ROUND)
    return isolation(row.facts)


def isolation(facts: dict[str, Any]) -> PartFinding:
    """How a round of the canary ended (`canary.rounds.Round.facts`), or that it is long ago."""
    if facts["leaks"]:
        sentence = f"An address of one studio answers another one: {facts['first_leaks'][0]}."
        remedy = "Take this installation off the network and tell its maintainers; the log has all addresses."
        return PartFinding("isolation", Condition.FAULT, sentence, remedy, facts)
    if datetime.fromisoformat(facts["ran_at"]) < timezone.now() - ROUND_AGE:
        return PartFinding("isolation", Condition.WARNING, *_NO_ROUND, facts)
    if facts["uncovered"]:
        sentence = f"{facts['uncovered']} addresses are not tried: {', '.join(facts['first_uncovered'][:3])}."
        remedy = "Tell the maintainers: each new address belongs into this check."
        return PartFinding("isolation", Condition.WARNING, sentence, remedy, facts)
    return PartFinding("isolation", facts=facts)


CHECKS: dict[str, Callable[[], PartFinding]] = {
    "database": _database,
    "redis": _answering("redis"),
    "storage": _answering("storage"),
    "disk": _disk,
    "queues": _queues,
    "emails": _answering("emails"),
    "backup": _backup,
    "certificate": _certificate,
    "clock": _clock,
    "originals": _answering("originals"),
    "isolation": _isolation,
    "containers": _containers,
    "antivirus": _antivirus,
    "replica": _replica,
}
