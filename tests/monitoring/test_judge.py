"""Each part that is not well is told within 90 s, once by email, and kept for 60 days; so is silence."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.accounts.emails import EmailState
from apps.accounts.models import Email, Studio
from apps.accounts.tenancy import across_studios, acting_in
from apps.backups.models import BackupRun, RunKind, RunState
from apps.faces import engine_server
from apps.jobs.models import Job, Lane, Queue
from apps.monitoring import checks, hearts, judge, overview, probes
from apps.monitoring.checks import HEARTS, NAMES, PartFinding
from apps.monitoring.models import Condition, Heartbeat, ServicePeriod, ServiceState
from apps.web.ids import uuid7
from tests.installation import free_port
from tests.nginx import write_certificate
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def operators(settings: Settings) -> None:
    settings.OPERATORS = ("ops@example.com",)


def finding(service: str) -> PartFinding:
    return next(one for one in checks.every() if one.service == service)


def emails() -> list[Email]:
    with across_studios():
        return list(Email.objects.filter(studio__isnull=True, key__startswith="fault:"))


def later(service: str, by: timedelta) -> None:
    """Let so much time pass for what is written of a part."""
    with across_studios():
        for row in ServiceState.objects.filter(service=service):
            row.since, row.seen_at = row.since - by, row.seen_at - by
            row.save()
        for period in ServicePeriod.objects.filter(service=service):
            period.began_at, period.seen_at = period.began_at - by, period.seen_at - by
            period.save()


# -- signs of life -----------------------------------------------------------------------------------------------


def test_every_queue_has_a_heart_and_a_name() -> None:
    assert {f"worker:{queue}" for queue in Queue.values} < set(HEARTS) < set(NAMES)


def test_a_process_that_beats_is_well_and_a_silent_one_is_not() -> None:
    hearts.beat(["web", "worker:images"])
    assert finding("web").condition == Condition.OK
    assert finding("beat").condition == Condition.FAULT
    with across_studios():
        Heartbeat.objects.update(at=timezone.now() - Heartbeat.SILENT - timedelta(seconds=1))
    assert {one.service for one in checks.every() if one.condition == Condition.FAULT} >= set(HEARTS)
    assert timedelta(seconds=100) >= Heartbeat.SILENT + judge.EVERY


def test_the_engine_of_selfies_lives_while_it_answers_a_web_process(tmp_path: Path, settings: Settings) -> None:
    settings.FACES_SOCKET = str(tmp_path / "faces")
    assert hearts.answering(["web"]) == []
    with engine_server.serve(tmp_path / "faces") as server:
        # A connection alone is no answer: the system takes it for a process that hangs.
        assert hearts.answering(["web"]) == []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        assert hearts.answering(["web"]) == ["selfies"]
        assert hearts.answering(["worker:images"]) == []
        server.shutdown()
    assert hearts.answering(["web"]) == []
    assert "no selfie is taken" in finding("selfies").remedy


def test_who_has_just_started_waits_for_the_others() -> None:
    hearts.beat(["beat"])
    young = {one.service: one.condition for one in checks.every(is_starting=True)}
    assert {young[service] for service in HEARTS} == {Condition.OK}
    assert finding("web").condition == Condition.FAULT


def test_a_part_at_which_nobody_looks_any_more_is_not_well() -> None:
    judge.note([PartFinding("database")])
    shown = {service.service: service.condition for service in overview.services()}
    assert shown["database"] == Condition.OK
    later("database", overview.UNSEEN_AFTER + timedelta(seconds=1))
    assert {service.condition for service in overview.services()} == {Condition.FAULT}


def test_one_process_looks_and_the_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "every", lambda **_: [PartFinding("database")])
    assert [judge.look_if_due() for _ in range(3)] == [True, False, False]
    later(judge.TURN, judge.EVERY + timedelta(seconds=1))
    assert judge.look_if_due()


def test_clocks_that_differ_are_told() -> None:
    hearts.beat(["web"])
    assert finding("clock").condition == Condition.OK
    with across_studios():
        Heartbeat.objects.update(drift_ms=-61_000)
    assert "61 s" in finding("clock").sentence


# -- parts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["redis", "storage", "emails", "originals"])
def test_a_part_that_does_not_answer_is_told_with_what_mends_it(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert finding(part).condition == Condition.OK

    def broken() -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setitem(probes.PROBES, part, broken)
    found = finding(part)
    assert found.condition == Condition.FAULT
    assert found.sentence
    assert found.remedy
    assert "hunter2" not in found.sentence


def test_work_that_nobody_takes_is_told_and_a_long_queue_at_work_is_not(north: Studio) -> None:
    old = timezone.now() - timedelta(minutes=10)
    with acting_in(north):
        key = f"render:{uuid7()}"
        job = Job(studio=north, kind="render", queue=Queue.IMAGES, key=key, subject_id=uuid7(), not_before=old)
        job.save(force_insert=True)
        lane = Lane(studio=north, queue=Queue.IMAGES, served_at=timezone.now())
        lane.save(force_insert=True)
    assert finding("queues").condition == Condition.OK
    with acting_in(north):
        Lane.objects.for_studio(north).update(served_at=old)
    assert "images" in finding("queues").sentence
    assert finding("queues").facts["waiting_images"] == 1


def test_a_full_disk_is_told_before_it_is_full() -> None:
    assert checks.days_left([["2026-11-01", 100], ["2026-11-02", 90]]) is None
    assert checks.days_left([["2026-11-01", 100], ["2026-11-02", 100], ["2026-11-11", 150]]) is None
    assert checks.days_left([["2026-11-01", 100], ["2026-11-06", 90], ["2026-11-11", 50]]) == 10.0
    today = timezone.now().date()
    samples = [[(today - timedelta(days=back)).isoformat(), 10**15 * back] for back in (9, 5)]
    with across_studios():
        ServiceState(service="disk", facts={"samples": samples}).save(force_insert=True)
    found = finding("disk")
    assert found.condition == Condition.WARNING
    assert len(found.facts["samples"]) == 3


def run(kind: RunKind, state: RunState, age: timedelta) -> None:
    began = timezone.now() - age
    with across_studios():
        BackupRun(
            kind=kind, state=state, destination=uuid7(), place="here", started_at=began, ended_at=timezone.now()
        ).save(force_insert=True)


@pytest.mark.parametrize(
    ("days", "condition"), [(60, Condition.OK), (10, Condition.WARNING), (2, Condition.FAULT), (-1, Condition.FAULT)]
)
def test_a_certificate_near_its_end_is_told(
    days: int, condition: Condition, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a real server with a real certificate; a browser's refusal of one that has ended is told too."""
    write_certificate(tmp_path, days=days)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "fullchain.pem"))
    with tls_server(tmp_path) as port:
        settings.PUBLIC_URL = f"https://127.0.0.1:{port}"
        judge.look_if_due()
        found = finding("certificate")
    assert found.condition == condition
    assert (f"https://127.0.0.1:{port}" in found.sentence) is (condition != Condition.OK)
    # Asked once an hour: it is known although the server is gone.
    assert finding("certificate").condition == condition


def test_a_certificate_that_cannot_be_looked_at_is_no_fault(settings: Settings, tmp_path: Path) -> None:
    write_certificate(tmp_path, days=1)
    with tls_server(tmp_path) as port:
        for url in (f"https://127.0.0.1:{port}", f"https://127.0.0.1:{free_port()}", "http://127.0.0.1:1"):
            settings.PUBLIC_URL = url
            assert finding("certificate").condition == Condition.OK


@contextmanager
def tls_server(folder: Path) -> Iterator[int]:
    """Shows the certificate of `folder` to whoever comes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "fullchain.pem", folder / "privkey.pem")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
                with context.wrap_socket(line, server_side=True):
                    pass
            except ssl.SSLError:
                continue
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def test_a_stale_backup_and_a_failed_drill_are_told(settings: Settings) -> None:
    assert finding("backup").condition == Condition.WARNING
    settings.BACKUP = ("local", "/backup")
    assert "There is none" in finding("backup").sentence
    run(RunKind.BACKUP, RunState.DONE, timedelta(hours=30))
    run(RunKind.BACKUP, RunState.FAILED, timedelta(hours=1))
    assert finding("backup").condition == Condition.FAULT
    run(RunKind.BACKUP, RunState.DONE, timedelta(hours=2))
    assert finding("backup").condition == Condition.WARNING
    run(RunKind.DRILL, RunState.DONE, timedelta(hours=2))
    assert finding("backup").condition == Condition.OK
    run(RunKind.DRILL, RunState.FAILED, timedelta(hours=1))
    assert "drill failed" in finding("backup").sentence


def test_a_check_that_breaks_keeps_no_other_from_being_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise RuntimeError

    monkeypatch.setitem(checks.CHECKS, "backup", broken)
    assert {one.service for one in checks.every()} == set(NAMES)
    assert finding("backup").condition == Condition.FAULT


# -- history and emails --------------------------------------------------------------------------------------------


def test_a_fault_is_one_email_and_the_next_fault_another() -> None:
    fault = PartFinding("redis", Condition.FAULT, "Redis does not answer.", "Start it again.")
    judge.note([fault])
    assert emails() == []
    later("redis", judge.TELL_AFTER)
    for _ in range(3):
        judge.note([fault])
    assert [email.to for email in emails()] == ["ops@example.com"]
    assert "Start it again." in mail.outbox[0].body
    judge.note([PartFinding("redis")])
    later("redis", judge.TELL_AFTER + timedelta(seconds=1))
    judge.note([fault])
    later("redis", judge.TELL_AFTER)
    judge.note([fault])
    assert len(emails()) == 2


def test_a_part_that_comes_back_for_a_moment_is_the_same_fault() -> None:
    fault = PartFinding("redis", Condition.FAULT, "Redis does not answer.", "Start it again.")
    judge.note([fault])
    later("redis", judge.TELL_AFTER / 2)
    judge.note([PartFinding("redis")])
    judge.note([fault])
    assert emails() == []
    later("redis", judge.TELL_AFTER / 2)
    judge.note([fault])
    assert len(emails()) == 1
    judge.note([PartFinding("redis")])
    judge.note([fault])
    later("redis", judge.TELL_AFTER)
    judge.note([fault])
    assert len(emails()) == 1


def test_faults_of_one_moment_are_one_email() -> None:
    """A machine that is lost takes all its parts along."""
    faults = [PartFinding(service, Condition.FAULT, f"No {service}.", "Start it.") for service in ("web", "beat")]
    judge.note(faults)
    for service in ("web", "beat"):
        later(service, judge.TELL_AFTER)
    judge.note(faults)
    (email,) = emails()
    assert email.subject == "Glassine: Web server and 1 other part need you"
    assert "No web." in mail.outbox[0].body
    assert "No beat." in mail.outbox[0].body


def test_what_another_fault_brings_about_is_told_only_when_it_outlives_it() -> None:
    queues = PartFinding("queues", Condition.FAULT, "Nothing is taken.", "Start a worker.")
    judge.note([PartFinding("redis", Condition.FAULT, "No Redis.", "Start it."), queues])
    for service in ("redis", "queues"):
        later(service, judge.TELL_AFTER)
    judge.note([PartFinding("redis", Condition.FAULT, "No Redis.", "Start it."), queues])
    assert [email.subject for email in emails()] == ["Glassine: Redis needs you"]
    judge.note([PartFinding("redis"), queues])
    assert sorted(email.subject for email in emails())[0] == "Glassine: Queues needs you"


def test_the_process_that_finds_a_fault_sends_the_email_itself(smtp_server: SmtpServer) -> None:
    """No worker runs here, and where one is missing none would."""
    fault = PartFinding("worker:default", Condition.FAULT, "Nobody works.", "Start a worker.")
    judge.note([fault])
    later("worker:default", judge.TELL_AFTER)
    judge.note([fault])
    judge.note([fault])
    assert smtp_server.taken == ["ops@example.com"]
    assert emails()[0].state == EmailState.SENT


def test_a_warning_is_no_email() -> None:
    judge.note([PartFinding("disk", Condition.WARNING, "Soon full.")])
    later("disk", judge.TELL_AFTER * 2)
    judge.note([PartFinding("disk", Condition.WARNING, "Soon full.")])
    assert emails() == []


def test_history_keeps_60_days_and_shows_when_nobody_was_there() -> None:
    judge.note([PartFinding("redis")])
    later("redis", timedelta(minutes=4))
    judge.note([PartFinding("redis")])
    later("redis", timedelta(minutes=10))
    judge.note([PartFinding("redis", Condition.FAULT, "Redis does not answer.")])
    judge.note([PartFinding("redis")])
    assert [one.condition for one in overview.history("redis")] == ["ok", "fault", "ok"]
    today = timezone.localdate()
    assert overview.days(overview.history(), "redis", today)[-1].condition == "fault"
    assert len(overview.days([], "redis", today)) == 60
    later("redis", timedelta(days=61))
    judge.note([PartFinding("redis")])
    assert len(overview.history("redis")) == 1


def test_studios_see_none_of_it() -> None:
    hearts.beat(["web"])
    judge.note([PartFinding("redis")])
    with connection.cursor() as cursor:
        for table in ("heartbeat", "servicestate", "serviceperiod"):
            cursor.execute(f"select count(*) from monitoring_{table}")
            assert cursor.fetchone() == (0,)
