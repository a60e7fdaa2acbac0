"""How bytes become a blob: once, durable before the row, or not at all. G29 (order), G40."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import resource
import subprocess
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.accounts.models import Studio
from apps.accounts.tenancy import StudioQuerySet, acting_in
from apps.albums.models import Photo
from apps.media import cas, storage
from apps.media.formats import NotAnImage
from apps.media.models import Blob, BlobEvent, BlobState
from apps.media.storage import LocalStore, store
from tests.factories import BlobFactory, PhotoFactory, jpeg, kept
from tests.media.conftest import files_below
from tests.parallel import together

pytestmark = pytest.mark.django_db(transaction=True)

MEGABYTE = 1 << 20


def blobs_of(studio: Studio) -> list[Blob]:
    with acting_in(studio):
        rows: StudioQuerySet[Blob] = Blob.objects.for_studio(studio)
        return list(rows.order_by("id"))


def received(data: bytes) -> cas.Stored:
    return cas.receive(io.BytesIO(data), limit=len(data))


# -- once --------------------------------------------------------------------------------------------


def test_what_is_kept_can_be_read_back(local: LocalStore, north: Studio) -> None:
    data = jpeg()
    with store().open(kept(north, data).storage_key) as file:
        assert file.read() == data


def test_the_crc_for_archives_is_counted_while_receiving(local: LocalStore, north: Studio, tmp_path: Path) -> None:
    data = jpeg(400, 300)
    assert kept(north, data).crc32 == zlib.crc32(data)
    (tmp_path / "made").write_bytes(data)
    known = hashlib.sha256(data).hexdigest()
    for sha256 in (None, known):
        taken = cas.receive_path(tmp_path / "made", sha256=sha256)
        assert (taken.crc32, taken.sha256, taken.size) == (zlib.crc32(data), known, len(data))


def test_the_key_is_made_of_studio_hash_and_an_id(local: LocalStore, north: Studio) -> None:
    data = jpeg()
    digest = hashlib.sha256(data).hexdigest()
    folder, name = kept(north, data).storage_key.rsplit("/", 1)
    assert folder == f"{north.pk}/{digest[:2]}/{digest[2:4]}"
    assert UUID(name.removeprefix(f"{digest}."))


def test_the_same_bytes_again_are_the_same_blob_and_one_file(local: LocalStore, north: Studio) -> None:
    data = jpeg()
    assert kept(north, data) == kept(north, data)
    assert len(files_below(local.root)) == 1


def test_the_same_bytes_from_eight_threads_at_once_are_one_row_and_one_file(local: LocalStore, north: Studio) -> None:
    data = jpeg(400, 300)
    results = together(8, lambda _: kept(north, data).pk)
    assert len(set(results)) == 1
    assert len(blobs_of(north)) == 1
    assert len(files_below(local.root)) == 1


def test_without_the_unique_index_eight_threads_would_make_several_rows(
    local: LocalStore, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant: rows of another state escape the index, as if there were none."""
    monkeypatch.setattr(cas, "_seen_again", lambda *_: None)
    monkeypatch.setattr(Blob._meta.get_field("state"), "default", BlobState.DOOMED)
    data = jpeg()
    together(8, lambda _: kept(north, data).pk)
    assert len(blobs_of(north)) == 8


def test_the_same_bytes_in_two_studios_are_two_blobs(local: LocalStore, north: Studio, south: Studio) -> None:
    data = jpeg()
    assert kept(north, data).storage_key != kept(south, data).storage_key


def statements_to_keep(studio: Studio, stored: cas.Stored) -> list[str]:
    """The statements of keeping something new, without their values."""
    with CaptureQueriesContext(connection) as statements, acting_in(studio):
        assert cas.keep(studio, cas.place(studio, stored))[1]
    return [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in statements.captured_queries]


def test_bytes_that_another_studio_holds_are_new_here_and_cost_the_same(
    local: LocalStore, north: Studio, south: Studio
) -> None:
    """G5: neither the answer nor the work tells that somebody else has the file."""
    data = jpeg()
    kept(north, data)
    known_elsewhere, unknown = received(data), received(jpeg())
    assert statements_to_keep(south, known_elsewhere) == statements_to_keep(south, unknown)


def test_a_doomed_blob_is_not_revived_by_an_upload(local: LocalStore, north: Studio) -> None:
    data = jpeg()
    doomed = kept(north, data)
    with acting_in(north):
        Blob.objects.for_studio(north).update(state=BlobState.DOOMED, doomed_at=timezone.now())
    fresh = kept(north, data)
    assert (fresh.pk != doomed.pk, fresh.storage_key != doomed.storage_key) == (True, True)


def test_bytes_that_come_back_heal_a_damaged_blob(local: LocalStore, north: Studio) -> None:
    data = jpeg()
    photo = PhotoFactory.create(studio=north, original=kept(north, data))
    with acting_in(north):
        Blob.objects.for_studio(north).update(state=BlobState.DAMAGED)
    store().delete(photo.original.storage_key)
    healed = kept(north, data)
    assert (healed.pk, healed.state) == (photo.original_id, BlobState.LIVE)
    with store().open(blobs_of(north)[0].storage_key) as file:
        assert file.read() == data
    with acting_in(north):
        assert BlobEvent.objects.for_studio(north).filter(event="healed").count() == 1


# -- or not at all -----------------------------------------------------------------------------------


def test_when_the_rows_fail_no_bytes_are_kept(local: LocalStore, north: Studio) -> None:
    def keep_and_fail() -> None:
        with cas.keeping(north, received(jpeg())):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        keep_and_fail()
    assert (blobs_of(north), files_below(local.root)) == ([], [])


def test_when_the_rows_fail_bytes_that_were_there_before_stay(local: LocalStore, north: Studio) -> None:
    data = jpeg()
    kept(north, data)

    def keep_and_fail() -> None:
        with cas.keeping(north, received(data)):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        keep_and_fail()
    assert len(files_below(local.root)) == 1


def test_when_the_connection_breaks_in_the_commit_the_bytes_stay(
    local: LocalStore, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows then whether the row stands; bytes too many are found by fsck, bytes too few are a loss."""

    def keep_and_break() -> None:
        with cas.keeping(north, received(jpeg())):
            connection.connection.close()

    with pytest.raises(Exception, match="closed"):
        keep_and_break()
    connection.close()
    assert len(files_below(local.root)) == 1


def test_when_the_database_refuses_a_row_no_bytes_are_kept(local: LocalStore, north: Studio) -> None:
    def keep_and_break_a_rule() -> None:
        with cas.keeping(north, received(jpeg())) as (blob, _):
            for _ in range(2):
                Photo(studio=north, original=blob, camera_name="x.jpg").save(force_insert=True)

    with pytest.raises(IntegrityError):
        keep_and_break_a_rule()
    assert files_below(local.root) == []


@pytest.mark.parametrize(
    ("data", "limit", "error"),
    [(jpeg() * 200, 1000, cas.TooLarge), (b"<svg onload=alert(1)>" * 9, 10_000, NotAnImage), (b"", 10, NotAnImage)],
    ids=["too large", "no picture", "empty"],
)
def test_a_refused_file_leaves_nothing_behind(
    local: LocalStore, data: bytes, limit: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        cas.receive(io.BytesIO(data), limit=limit)
    assert files_below(local.root) == []


@pytest.mark.parametrize("announced", [1, 10**6], ids=["more than announced", "less than announced"])
def test_a_file_of_another_length_than_announced_leaves_nothing_behind(local: LocalStore, announced: int) -> None:
    def receive() -> None:
        with cas.receiving(limit=10**7, expected=announced) as receiver:
            receiver.feed(jpeg())
            receiver.finish()

    with pytest.raises(cas.Incomplete):
        receive()
    assert files_below(local.root) == []


# -- a full disk -------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "glassine-test", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def full_disk(settings: Settings, tmp_path: Path) -> Iterator[LocalStore]:
    """A store on a real file system of 4 MB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    with small_disk(tmp_path / "disk", 4) as disk:
        settings.STORAGE = ("local", str(disk / "blobs"))
        made = store()
        assert isinstance(made, LocalStore)
        yield made


def test_a_full_disk_is_an_error_that_leaves_nothing_behind(full_disk: LocalStore, north: Studio) -> None:
    before = kept(north, jpeg())
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        cas.receive(io.BytesIO(jpeg() + bytes(6 * MEGABYTE)), limit=8 * MEGABYTE)
    assert [path.name for path in files_below(full_disk.root)] == [before.storage_key.rsplit("/", 1)[1]]


def test_on_a_full_disk_what_is_there_can_still_be_read(full_disk: LocalStore, north: Studio) -> None:
    data = jpeg()
    before = kept(north, data)
    filler = full_disk.root / "filler"
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        filler.write_bytes(bytes(6 * MEGABYTE))
    with store().open(before.storage_key) as file:
        assert file.read() == data


def test_after_room_was_made_uploads_go_on(full_disk: LocalStore, north: Studio) -> None:
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        cas.receive(io.BytesIO(jpeg() + bytes(6 * MEGABYTE)), limit=8 * MEGABYTE)
    assert kept(north, jpeg() + bytes(2 * MEGABYTE)).size > 2 * MEGABYTE


def test_a_file_size_limit_of_the_system_is_an_error_that_leaves_nothing_behind(local: LocalStore) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, hard))
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            cas.receive(io.BytesIO(jpeg() + bytes(3 * MEGABYTE)), limit=8 * MEGABYTE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files_below(local.root) == []


# -- durable before the row: a disk that forgets what was not synced -----------------------------------


class ForgetfulDisk:
    """What a power cut would leave, derived from the calls that reach the operating system.

    Content survives once its file was synced after the last write; a name survives once its directory was
    synced after the name was made. `lost` holds the keys whose bytes a power cut would take at the moment
    when their row is written.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.unsynced_content: set[int] = set()
        self.unsynced_names: set[Path] = set()
        self.row: str | None = None
        self.lost: list[str] = []

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._after(monkeypatch, "write", lambda result, fd, *_: self.unsynced_content.add(os.fstat(fd).st_ino))
        self._after(monkeypatch, "fsync", lambda result, fd: self._synced(fd))
        self._after(monkeypatch, "link", lambda result, old, new, **_: self.unsynced_names.add(Path(new)))
        self._after(monkeypatch, "mkdir", lambda result, path, *_: self.unsynced_names.add(Path(path)))

    def _after(self, monkeypatch: pytest.MonkeyPatch, name: str, note: Callable[..., Any]) -> None:
        real = getattr(os, name)

        def call(*args: Any, **options: Any) -> Any:
            result = real(*args, **options)
            note(result, *args, **options)
            return result

        monkeypatch.setattr(os, name, call)

    def _synced(self, fd: int) -> None:
        self.unsynced_content.discard(os.fstat(fd).st_ino)
        here = Path(os.readlink(f"/proc/self/fd/{fd}"))
        self.unsynced_names = {path for path in self.unsynced_names if path.parent != here}

    def sees_row(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if 'insert into "media_blob"' in sql.lower():
            self.row = next(value for value in params if isinstance(value, str) and value.count("/") == 3)
            path = self.root / self.row
            way = {path, *path.parents}
            if not path.exists() or path.stat().st_ino in self.unsynced_content or way & self.unsynced_names:
                self.lost.append(self.row)
        return execute(sql, params, many, context)


@pytest.fixture
def disk(local: LocalStore, monkeypatch: pytest.MonkeyPatch) -> ForgetfulDisk:
    disk = ForgetfulDisk(local.root)
    disk.watch(monkeypatch)
    return disk


def keep_on(disk: ForgetfulDisk, studio: Studio) -> None:
    with connection.execute_wrapper(disk.sees_row):
        kept(studio, jpeg(200, 200))
    assert disk.row


def test_when_its_row_is_written_a_blob_would_survive_a_power_cut(disk: ForgetfulDisk, north: Studio) -> None:
    keep_on(disk, north)
    assert disk.lost == []


def test_a_blob_in_a_folder_that_another_process_has_just_made_would_survive_too(
    disk: ForgetfulDisk, local: LocalStore, north: Studio
) -> None:
    data = jpeg()
    digest = hashlib.sha256(data).hexdigest()
    os.mkdir(local.root / str(north.pk))
    os.mkdir(local.root / str(north.pk) / digest[:2])
    with connection.execute_wrapper(disk.sees_row):
        kept(north, data)
    assert disk.row
    assert disk.lost == []


def no_file_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: real(fd) if Path(f"/proc/self/fd/{fd}").resolve().is_dir() else None)


def no_directory_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "sync_directory", lambda path: None)


def no_sync_of_new_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(self: LocalStore, directory: Path) -> list[Path]:
        directory.mkdir(parents=True, exist_ok=True)
        return []

    monkeypatch.setattr(LocalStore, "_make_directories", make)


def row_before_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    real = LocalStore.put

    def later(self: LocalStore, temp: Path, key: str, *, sha256: str) -> None:
        transaction.on_commit(lambda: real(self, temp, key, sha256=sha256))

    monkeypatch.setattr(LocalStore, "put", later)


def test_a_disk_that_cannot_sync_keeps_neither_row_nor_file(
    local: LocalStore, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        kept(north, jpeg())
    with acting_in(north):
        assert not north.blobs.exists()
    assert not [path for path in files_below(local.root) if ".tmp" not in str(path)]


@pytest.mark.parametrize(
    "break_it",
    [no_file_sync, no_directory_sync, no_sync_of_new_folders, row_before_bytes],
    ids=lambda broken: broken.__name__.replace("_", " "),
)
def test_each_step_left_out_would_lose_the_blob(
    disk: ForgetfulDisk, north: Studio, monkeypatch: pytest.MonkeyPatch, break_it: Callable[..., None]
) -> None:
    """The broken variants."""
    break_it(monkeypatch)
    keep_on(disk, north)
    assert len(disk.lost) == 1


def test_rows_of_factories_do_not_pretend_to_have_bytes(local: LocalStore, north: Studio) -> None:
    assert store().size(BlobFactory.create(studio=north).storage_key) is None
