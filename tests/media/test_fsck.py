"""Comparing rows with bytes: every injected fault is found, and no other. G37, G38."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.accounts.models import Studio
from apps.accounts.tenancy import StudioQuerySet, acting_in
from apps.media import fsck
from apps.media.models import Blob, BlobEvent, BlobState
from apps.media.storage import LocalStore, store
from tests.factories import PhotoFactory, jpeg, kept

pytestmark = pytest.mark.django_db(transaction=True)


def blobs(studio: Studio) -> StudioQuerySet[Blob]:
    rows: StudioQuerySet[Blob] = Blob.objects.for_studio(studio)
    return rows


def photo_blob(studio: Studio, data: bytes | None = None) -> Blob:
    """A blob that a photo refers to."""
    blob: Blob = PhotoFactory.create(studio=studio, original=kept(studio, data or jpeg())).original
    return blob


def found(studio: Studio, *, read: bool = True) -> list[tuple[str, str]]:
    """Kind and key of what fsck says about a studio."""
    return sorted((finding.kind, finding.key) for finding in fsck.check_studio(studio.pk, read=read))


def make_old(local: LocalStore, key: str) -> None:
    long_ago = time.time() - 8 * 86400
    os.utime(local.root / key, (long_ago, long_ago))


# -- the faults --------------------------------------------------------------------------------------


def lose_bytes(local: LocalStore, blob: Blob) -> str:
    local.delete(blob.storage_key)
    return blob.storage_key


def flip_a_bit(local: LocalStore, blob: Blob) -> str:
    data = bytearray(local.open(blob.storage_key).read())
    data[-1] ^= 1
    (local.root / blob.storage_key).write_bytes(data)
    return blob.storage_key


def cut_off(local: LocalStore, blob: Blob) -> str:
    path = local.root / blob.storage_key
    path.write_bytes(path.read_bytes()[:-1])
    return blob.storage_key


def leave_bytes(local: LocalStore, blob: Blob) -> str:
    key = f"{blob.studio_id}/ab/cd/{'0' * 64}.{uuid4()}"
    (local.root / key).parent.mkdir(parents=True, exist_ok=True)
    (local.root / key).write_bytes(b"nobody's")
    make_old(local, key)
    return key


def doom(local: LocalStore, blob: Blob) -> str:
    with acting_in(blob.studio_id):
        blobs(blob.studio).filter(pk=blob.pk).update(state=BlobState.DOOMED, doomed_at=timezone.now())
    return blob.storage_key


FAULTS: dict[str, Callable[[LocalStore, Blob], str]] = {
    "missing": lose_bytes,
    "hash": flip_a_bit,
    "size": cut_off,
    "orphan": leave_bytes,
    "doomed": doom,
}


def test_where_nothing_is_wrong_nothing_is_found(local: LocalStore, north: Studio) -> None:
    for _ in range(5):
        photo_blob(north)
    assert found(north) == []


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_found_and_no_other(local: LocalStore, north: Studio, kind: str) -> None:
    rows = [photo_blob(north) for _ in range(3)]
    key = FAULTS[kind](local, rows[1])
    assert found(north) == [(kind, key)]


def test_all_faults_together_are_found_exactly(local: LocalStore, north: Studio) -> None:
    rows = [photo_blob(north) for _ in range(12)]
    injected = [(kind, fault(local, rows[at])) for at, (kind, fault) in enumerate(FAULTS.items())]
    assert found(north) == sorted(injected)


def test_a_look_at_lengths_only_misses_a_flipped_bit(local: LocalStore, north: Studio) -> None:
    """The broken variant, and what --quick gives up."""
    flip_a_bit(local, photo_blob(north))
    assert found(north, read=False) == []


def test_bytes_of_an_upload_in_flight_are_no_orphan(local: LocalStore, north: Studio) -> None:
    key = leave_bytes(local, photo_blob(north))
    os.utime(local.root / key)
    assert found(north) == []


def test_a_fault_of_another_studio_is_not_reported_here(local: LocalStore, north: Studio, south: Studio) -> None:
    photo_blob(north)
    lose_bytes(local, photo_blob(south))
    assert found(north) == []


def test_bytes_of_no_studio_are_found(local: LocalStore, north: Studio) -> None:
    photo_blob(north)
    key = f"{uuid4()}/ab/cd/lost"
    (local.root / key).parent.mkdir(parents=True)
    (local.root / key).write_bytes(b"whose?")
    make_old(local, key)
    assert [(finding.kind, finding.key) for finding in fsck.check_strangers()] == [("orphan", key)]


def test_a_blob_swept_while_fsck_looks_is_no_finding(
    local: LocalStore, north: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = kept(north, jpeg())

    def swept_meanwhile(row: Blob, *, read: bool) -> tuple[str, str]:
        with acting_in(north):
            blobs(north).filter(pk=blob.pk).delete()
        return "missing", ""

    monkeypatch.setattr(fsck, "_difference", swept_meanwhile)
    assert found(north) == []


# -- repairing ---------------------------------------------------------------------------------------


def repair_all(studio: Studio) -> list[str]:
    return [fsck.repair(finding) for finding in list(fsck.check_studio(studio.pk))]


def test_looking_changes_no_byte(local: LocalStore, north: Studio) -> None:
    rows = [photo_blob(north) for _ in range(6)]
    for at, fault in enumerate(FAULTS.values()):
        fault(local, rows[at])
    before = {path: path.read_bytes() for path in local.root.rglob("*") if path.is_file()}
    found(north)
    assert {path: path.read_bytes() for path in local.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("kind", ["hash", "size", "orphan"])
def test_wrong_bytes_are_set_aside_not_deleted(local: LocalStore, north: Studio, kind: str) -> None:
    key = FAULTS[kind](local, photo_blob(north))
    data = (local.root / key).read_bytes()
    repair_all(north)
    assert (store().size(key), (local.root / ".quarantine" / key).read_bytes()) == (None, data)


@pytest.mark.parametrize("kind", ["hash", "size", "missing"])
def test_a_row_with_wrong_bytes_is_marked_and_keeps_being_reported(local: LocalStore, north: Studio, kind: str) -> None:
    key = FAULTS[kind](local, photo_blob(north))
    repair_all(north)
    assert found(north) == [("damaged", key)]
    with acting_in(north):
        assert [event.event for event in BlobEvent.objects.for_studio(north)] == ["quarantined", "damaged"]


@pytest.mark.parametrize("kind", ["hash", "size", "missing"])
def test_sending_the_same_bytes_again_heals_the_photo(local: LocalStore, north: Studio, kind: str) -> None:
    data = jpeg()
    blob = photo_blob(north, data)
    FAULTS[kind](local, blob)
    repair_all(north)
    kept(north, data)
    with acting_in(north):
        healed = blobs(north).get(pk=blob.pk)
    assert store().open(healed.storage_key).read() == data
    assert found(north) == []


def test_without_repair_the_same_bytes_again_would_be_taken_for_known(local: LocalStore, north: Studio) -> None:
    """Why a row is marked: an upload trusts a live row and drops its own copy."""
    data = jpeg()
    key = lose_bytes(local, photo_blob(north, data))
    kept(north, data)
    assert found(north) == [("missing", key)]


def test_a_blob_healed_between_finding_and_repair_is_left_alone(local: LocalStore, north: Studio) -> None:
    data = jpeg()
    lose_bytes(local, photo_blob(north, data))
    findings = list(fsck.check_studio(north.pk))
    repair_all(north)
    kept(north, data)
    assert [fsck.repair(finding) for finding in findings] == [""]
    assert found(north) == []


# -- the command -------------------------------------------------------------------------------------


def run(**options: object) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("fsck", stdout=out, **options)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_ends_with_0_when_all_agrees(local: LocalStore, north: Studio) -> None:
    photo_blob(north)
    assert run()[0] == 0


def test_the_command_ends_with_1_and_names_the_fault(local: LocalStore, north: Studio) -> None:
    key = lose_bytes(local, photo_blob(north))
    code, text = run(studio=north.slug)
    assert (code, key in text, "1 findings: 1 missing" in text) == (1, True, True)


def test_the_command_can_speak_json(local: LocalStore, north: Studio) -> None:
    blob = photo_blob(north)
    flip_a_bit(local, blob)
    first, last = (json.loads(line) for line in run(json=True)[1].splitlines())
    assert (first["kind"], first["blob_id"], first["done"]) == ("hash", str(blob.pk), "")
    assert last == {"findings": 1, "by_kind": {"hash": 1}}


def test_the_command_repairs_only_when_told(local: LocalStore, north: Studio) -> None:
    key = flip_a_bit(local, photo_blob(north))
    run()
    assert store().size(key)
    run(repair=True)
    assert store().size(key) is None


def test_an_unknown_studio_is_refused_with_a_sentence(local: LocalStore, north: Studio) -> None:
    with pytest.raises(CommandError, match="no studio 'nort'"):
        run(studio="nort")


# -- re-reading --------------------------------------------------------------------------------------


def age(blob: Blob, days: float) -> None:
    with acting_in(blob.studio):
        blobs(blob.studio).filter(pk=blob.pk).update(checked_at=timezone.now() - timedelta(days=days))


def looked_at(studio: Studio) -> set[object]:
    with acting_in(studio):
        recent = blobs(studio).filter(checked_at__gt=timezone.now() - timedelta(minutes=5))
        return set(recent.values_list("pk", flat=True))


def test_what_nobody_read_for_longest_is_read_first(local: LocalStore, north: Studio) -> None:
    rows = [photo_blob(north) for _ in range(4)]
    for at, blob in enumerate(rows):
        age(blob, days=10 + at)
    fsck.recheck()
    assert looked_at(north) == {rows[3].pk}


def test_shares_of_thirty_days_are_all_blobs(local: LocalStore, north: Studio) -> None:
    rows = [photo_blob(north) for _ in range(40)]
    for blob in rows:
        age(blob, days=40)
    fsck.recheck(every=timedelta(days=1))
    assert 1 <= len(looked_at(north)) <= 3
    for _ in range(29):
        fsck.recheck(every=timedelta(days=1))
    assert looked_at(north) == {blob.pk for blob in rows}


def test_a_bit_that_flipped_meanwhile_raises_an_alarm(
    local: LocalStore, north: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    blob = photo_blob(north)
    age(blob, days=10)
    flip_a_bit(local, blob)
    fsck.recheck()
    assert "is wrong (hash)" in caplog.text
    with acting_in(north):
        assert [event.event for event in BlobEvent.objects.for_studio(north)] == ["damaged"]


def test_re_reading_changes_neither_row_nor_bytes(local: LocalStore, north: Studio) -> None:
    blob = photo_blob(north)
    age(blob, days=10)
    key = flip_a_bit(local, blob)
    fsck.recheck()
    assert store().size(key)
    with acting_in(north):
        assert blobs(north).get(pk=blob.pk).state == BlobState.LIVE
