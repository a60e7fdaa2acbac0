"""A rehearsed restore and the daily reading catch what would be missing on the day it is needed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.accounts.models import Studio
from apps.accounts.tenancy import Unscoped, across_studios
from apps.backups import drill as drills
from apps.backups import retention, schedule
from apps.backups.backup import take
from apps.backups.destination import Destination, NoBackup, open_destination, stamp
from apps.backups.drill import drill, drop, prefix
from apps.backups.envelope import FRAME, BackupDamaged, Encrypted
from apps.backups.models import BackupCopy, BackupRun, RunKind, RunState
from apps.backups.runs import AlreadyRunning, running
from apps.backups.verify import verify
from tests.backups.conftest import KEY

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]


def a_blob(place: Destination) -> Path:
    return min(path for path in (Path(place.place) / "blobs").rglob("*") if path.is_file())


def a_table(place: Destination) -> Path:
    return Path(place.place) / "snapshots" / place.snapshot() / "albums_photo.gz"


def deleted(place: Destination) -> None:
    a_blob(place).unlink()


def flipped(place: Destination) -> None:
    data = bytearray(a_blob(place).read_bytes())
    data[len(data) // 2] ^= 1
    a_blob(place).write_bytes(data)


def shorter(place: Destination) -> None:
    a_blob(place).write_bytes(a_blob(place).read_bytes()[:-1])


def truncated(place: Destination) -> None:
    a_table(place).write_bytes(a_table(place).read_bytes()[:-30])


def left_out(place: Destination) -> None:
    a_table(place).unlink()


# What is there and wrong is found in another way where it is encrypted; what is not there is missed in the same way.
OF_BYTES: list[Callable[[Destination], None]] = [flipped, shorter, truncated]
FAULTS: list[Callable[[Destination], None]] = [deleted, *OF_BYTES, left_out]


def test_the_drill_brings_everything_back_and_leaves_nothing_behind(
    furnished: list[Studio], place: Destination
) -> None:
    taken = take(place)
    run = drill(place)
    assert (run.state, run.problems, run.files) == (RunState.DONE, [], taken.files)
    assert run.rows == taken.rows > 100
    with connections["owner"].cursor() as cursor:
        cursor.execute("select count(*) from pg_database where starts_with(datname, %s)", [prefix()])
        assert cursor.fetchone() == (0,)


def test_what_a_killed_drill_left_goes_and_what_another_installation_has_stays() -> None:
    left, others = f"{prefix()}0123", f"{drills.PREFIX}_0123abcd_4567"
    names = "select datname from pg_database where datname = any(%s)"
    with connections["owner"]._nodb_cursor() as cursor:
        for name in (left, others):
            cursor.execute(f'create database "{name}" template "template0"')
        params = {**connections["owner"].get_connection_params(), "dbname": left}
        params.pop("cursor_factory", None)
        # The killed process may still be connected as the server sees it.
        lingering = psycopg.connect(
            **{key: params[key] for key in ("host", "port", "user", "password", "dbname") if params.get(key)}
        )
        try:
            for name in drills._left_behind(cursor):
                drop(cursor, name)
            cursor.execute(names, [[left, others]])
            assert cursor.fetchall() == [(others,)]
        finally:
            lingering.close()
            for name in (left, others):
                drop(cursor, name)


@pytest.fixture
def quick_scratch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scratch database is a copy of one that is migrated; asking what there is left to migrate takes seconds."""
    monkeypatch.setattr(drills, "call_command", lambda *_, **__: None)


def test_the_drill_catches(furnished: list[Studio], place: Destination, tmp_path: Path, quick_scratch: None) -> None:
    take(place)
    key = KEY if place.is_encrypted else None
    for fault in OF_BYTES if place.is_encrypted else FAULTS:
        copied = tmp_path / fault.__name__
        shutil.copytree(place.place, copied)
        broken = open_destination(("local", str(copied)), key)
        fault(broken)
        with suppress(BackupDamaged):
            drill(broken)
        with across_studios():
            run = BackupRun.objects.get(kind=RunKind.DRILL, place=str(copied))
        assert run.state == RunState.FAILED, fault
        assert len(run.problems) == 1, fault


@pytest.mark.parametrize("fault", FAULTS[:3], ids=lambda fault: fault.__name__)
def test_what_is_read_again_and_wrong_comes_anew_with_the_next_backup(
    furnished: list[Studio], place: Destination, fault: Callable[[Destination], None]
) -> None:
    take(place)
    fault(place)
    run = verify(place, everything=True)
    assert (run.state, len(run.problems)) == (RunState.FAILED, 1)
    assert take(place).new_files == 1
    assert verify(place, everything=True).problems == []


def test_a_share_is_read_each_day_and_the_oldest_first(furnished: list[Studio], bare: Destination) -> None:
    take(bare)
    with across_studios():
        copies = BackupCopy.objects.filter(destination=bare.id)
        total = copies.count()
        copies.update(checked_at=timezone.now() - timedelta(days=2))
        old = copies.order_by("pk").first()
        assert old is not None
        copies.filter(pk=old.pk).update(checked_at=timezone.now() - timedelta(days=20))
    assert 0 < verify(bare).files < total
    with across_studios():
        assert BackupCopy.objects.get(pk=old.pk).checked_at > timezone.now() - timedelta(hours=1)


def test_only_one_run_is_at_work_and_a_dead_one_frees_the_place(bare: Destination) -> None:
    with running(RunKind.BACKUP, bare) as run:
        with pytest.raises(AlreadyRunning), running(RunKind.VERIFY, bare):
            pass
        with across_studios():
            BackupRun.objects.filter(pk=run.row.pk).update(beat_at=timezone.now() - BackupRun.SILENT * 2)
        with running(RunKind.VERIFY, bare), across_studios():
            assert BackupRun.objects.get(pk=run.row.pk).state == RunState.FAILED
    assert run.row.state == RunState.DONE


def test_studios_cannot_see_the_runs(bare: Destination) -> None:
    with running(RunKind.BACKUP, bare):
        pass
    with pytest.raises(Unscoped):
        BackupRun.objects.count()
    with connections["default"].cursor() as cursor:
        cursor.execute("select count(*) from backups_backuprun")
        assert cursor.fetchone() == (0,)


# -- retention ---------------------------------------------------------------------------------------------------


def test_days_weeks_and_months_are_kept() -> None:
    now = datetime(2026, 11, 28, 3, tzinfo=UTC)
    daily = [stamp(now - timedelta(days=days)) for days in range(500)]
    kept = sorted(retention.kept(daily, now), reverse=True)
    assert kept[:7] == daily[:7]
    months = {name[:6] for name in kept}
    assert len(months) == 12
    assert len(kept) <= 7 + 5 + 12
    assert retention.kept(daily[400:401], now) == {daily[400]}


def test_bytes_leave_with_the_last_backup_that_names_them(
    furnished: list[Studio], bare: Destination, monkeypatch: pytest.MonkeyPatch, quick_scratch: None
) -> None:
    take(bare)
    first = bare.snapshot()
    old = Path(bare.place) / "snapshots" / first
    old.rename(old.with_name("20250101T000000.000000Z"))
    stray = a_blob(bare)
    with across_studios():
        copies = BackupCopy.objects.filter(studio_id=stray.parts[-3])
        [known] = [one for one in copies if bare.blob_name(one.studio_id, one.sha256) == stray.name]
        known.delete()
    monkeypatch.setattr(retention, "MONTHS", 1)
    monkeypatch.setattr(retention, "WEEKS", 1)
    unneeded = Path(bare.place) / "blobs" / stray.parts[-3] / "00" / ("0" * 64)
    unneeded.parent.mkdir(parents=True, exist_ok=True)
    unneeded.write_bytes(b"of no snapshot")
    take(bare)
    assert bare.snapshots() != []
    assert "20250101T000000.000000Z" not in bare.snapshots()
    assert not unneeded.exists()
    assert stray.exists()
    assert drill(bare).problems == []


# -- schedule ----------------------------------------------------------------------------------------------------


def test_what_is_due_is_done_and_then_not_due(
    furnished: list[Studio], tmp_path: Path, settings: Settings, quick_scratch: None
) -> None:
    assert schedule.keep_up() == []
    settings.BACKUP = ("local", str(tmp_path / "nightly"))
    assert schedule.keep_up() == [RunKind.BACKUP, RunKind.VERIFY, RunKind.DRILL]
    assert schedule.keep_up() == []
    with across_studios():
        BackupRun.objects.update(started_at=timezone.now() - timedelta(hours=24))
    assert schedule.keep_up() == [RunKind.BACKUP, RunKind.VERIFY]


def test_a_place_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    with pytest.raises(NoBackup, match="other files"):
        open_destination(("local", str(tmp_path / "home")), None, create=True)


# -- encryption --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME])
def test_an_envelope_opens_to_what_was_put_in(size: int, tmp_path: Path) -> None:
    envelope, data = Encrypted(b"k" * 32), bytes(size)
    file = tmp_path / "file"
    file.write_bytes(b"".join(envelope.closed([data], "name")))
    assert file.stat().st_size == envelope.size(size)
    with file.open("rb") as read:
        assert b"".join(envelope.opened(read, "name")) == data


def test_frames_can_be_neither_swapped_cut_nor_moved(tmp_path: Path) -> None:
    envelope, data = Encrypted(b"k" * 32), b"a" * FRAME + b"b" * FRAME + b"c"
    sealed = b"".join(envelope.closed([data], "name"))
    head, frame = 20, FRAME + 16
    first, second = sealed[head : head + frame], sealed[head + frame : head + 2 * frame]
    for bad, name in (
        (sealed[: head + 2 * frame], "name"),
        (sealed[:head] + second + first + sealed[head + 2 * frame :], "name"),
        (sealed[:head], "name"),
        (sealed, "another name"),
    ):
        (tmp_path / "file").write_bytes(bad)
        with (tmp_path / "file").open("rb") as read, pytest.raises(BackupDamaged):
            list(envelope.opened(read, name))
