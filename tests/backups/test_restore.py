"""A backup brings everything back (G57): rows, bytes, sign-ins and links, into another installation."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.accounts.models import Domain, DomainState, Email, EmailState, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Album
from apps.backups import load
from apps.backups.backup import take
from apps.backups.destination import MARKER, Destination, NoBackup, open_destination
from apps.backups.envelope import BackupDamaged
from apps.backups.models import BackupCopy, BackupRun, RunState
from apps.backups.restore import restore
from apps.backups.verify import verify
from apps.media import fsck
from apps.media.models import Blob, BlobState
from apps.media.storage import store
from tests.backups.conftest import KEY, Elsewhere, every_byte
from tests.backups.rows import fingerprints
from tests.factories import PASSWORD, AlbumFactory, BlobFactory, jpeg

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]


def findings() -> list[fsck.Finding]:
    with across_studios():
        ids = list(Studio.objects.values_list("pk", flat=True))
    return [finding for pk in ids for finding in fsck.check_studio(pk, grace=timedelta(0))]


def test_every_row_and_byte_is_equal_elsewhere(
    furnished: list[Studio], place: Destination, elsewhere: Elsewhere, settings: Settings
) -> None:
    rows, data = fingerprints(), every_byte()
    run = take(place)
    assert (run.state, run.problems, run.files) == (RunState.DONE, [], len(data))
    secret = settings.SECRET_KEY
    elsewhere()
    settings.SECRET_KEY = "of the other installation, until the restore"
    restored = restore(place)
    assert restored.missing == []
    assert every_byte() == data
    assert rows["albums_photo"] is not None
    assert fingerprints() == rows
    assert findings() == []
    assert authenticate(username="alice@example.com", password=PASSWORD) is not None
    if place.is_encrypted:
        assert (Path(settings.DATA) / "secret_key").read_text() == secret
    assert restored.has_key is place.is_encrypted


def test_the_restored_tables_are_guarded_as_before(
    furnished: list[Studio], bare: Destination, elsewhere: Elsewhere
) -> None:
    def walls() -> list[tuple[object, ...]]:
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                """select relname, relrowsecurity, relforcerowsecurity,
                       (select array_agg(tgenabled order by tgname) from pg_trigger where tgrelid = c.oid)
                   from pg_class c where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname"""
            )
            return list(cursor.fetchall())

    take(bare)
    elsewhere()
    before = walls()
    restore(bare)
    assert walls() == before
    # What comes after has ids of its own: the sequences went along.
    with acting_in(furnished[0]):
        AlbumFactory.create(studio=furnished[0], title="After")


def test_the_second_backup_sends_only_what_is_new(furnished: list[Studio], place: Destination) -> None:
    first = take(place)
    blob = BlobFactory.create(studio=furnished[0], data=jpeg())
    second = take(place)
    assert (second.new_files, second.files) == (1, first.files + 1)
    with acting_in(furnished[0]):
        assert BackupCopy.known_of(furnished[0].pk, [blob.sha256, "0" * 64]) == {blob.sha256}


def test_an_encrypted_backup_tells_nothing_without_its_key(
    furnished: list[Studio], tmp_path: Path, settings: Settings
) -> None:
    parts = ("local", str(tmp_path / "backup"))
    take(open_destination(parts, KEY, create=True))
    files = [path for path in (tmp_path / "backup").rglob("*") if path.is_file()]
    with across_studios():
        hashes = set(Blob.objects.values_list("sha256", flat=True))
    assert not hashes & {path.name for path in files}
    text = b"".join(path.read_bytes() for path in files)
    assert settings.SECRET_KEY.encode() not in text
    assert b"alice@example.com" not in text
    with pytest.raises(NoBackup, match="does not open"):
        open_destination(parts, "another passphrase, as long")
    with pytest.raises(NoBackup, match="GLASSINE_BACKUP_KEY"):
        open_destination(parts, None)


def test_without_a_key_the_secret_key_stays_at_home(furnished: list[Studio], bare: Destination) -> None:
    take(bare)
    assert [entry.key for entry in bare.store.entries() if entry.key.endswith("secret_key")] == []


def test_a_restore_refuses_an_installation_that_is_not_empty(furnished: list[Studio], bare: Destination) -> None:
    take(bare)
    with pytest.raises(NoBackup, match="not empty"):
        restore(bare)


def test_one_studio_comes_back_as_it_was_and_the_other_stays_as_it_is(
    furnished: list[Studio], bare: Destination, elsewhere: Elsewhere
) -> None:
    north, south = furnished
    take(bare)
    with acting_in(north):
        north.albums.update(title="Spoilt")
        Studio.objects.filter(pk=north.pk).update(name="Spoilt")
    with acting_in(south):
        south.albums.update(title="Newer than the backup")
        theirs = list(south.albums.values())
    shutil.rmtree(Path(store().root) / str(north.pk))  # type: ignore[attr-defined]
    restored = restore(bare, studio="north")
    assert restored.fetched == restored.files > 0
    with acting_in(north):
        assert not Album.objects.for_studio(north).filter(title="Spoilt").exists()
        assert Studio.objects.get(pk=north.pk).name == "North Light"
    with acting_in(south):
        assert list(south.albums.values()) == theirs
    assert findings() == []


def test_a_host_that_another_studio_has_meanwhile_is_proved_anew(furnished: list[Studio], bare: Destination) -> None:
    north, south = furnished

    def give(studio: Studio, host: str) -> None:
        with acting_in(studio):
            Domain.objects.for_studio(studio).delete()
            Domain(studio=studio, host=host, state=DomainState.VERIFIED).save(force_insert=True)
            Studio.objects.filter(pk=studio.pk).update(host=host)

    give(north, "photos.example.com")
    take(bare)
    give(north, "")
    give(south, "photos.example.com")
    restore(bare, studio="north")
    with acting_in(north):
        assert [one.state for one in Domain.objects.for_studio(north)] == [DomainState.PENDING]
        assert Studio.objects.get(pk=north.pk).host == ""
    with acting_in(south):
        assert [one.state for one in Domain.objects.for_studio(south)] == [DomainState.VERIFIED]
        assert Studio.objects.get(pk=south.pk).host == "photos.example.com"


def test_people_come_along_with_a_studio_that_is_restored_alone(
    furnished: list[Studio], bare: Destination, elsewhere: Elsewhere
) -> None:
    take(bare)
    elsewhere()
    restore(bare, studio="south")
    assert set(User.objects.values_list("email", flat=True)) == {"charlie@example.com"}
    assert authenticate(username="charlie@example.com", password=PASSWORD) is not None


def test_emails_that_were_due_are_not_sent_a_second_time(
    furnished: list[Studio], bare: Destination, elsewhere: Elsewhere
) -> None:
    north = furnished[0]
    with acting_in(north):
        for key, due_at in (("due", timezone.now()), ("later", timezone.now() + timedelta(days=1))):
            Email(studio=north, key=key, to="anna@example.com", due_at=due_at).save(force_insert=True)
    take(bare)
    elsewhere()
    restore(bare)
    with acting_in(north):
        found = {email.key: (email.state, email.error) for email in Email.objects.for_studio(north)}
    assert found["due"] == (EmailState.FAILED, load.MAY_BE_SENT)
    assert found["later"] == (EmailState.WAITING, "")


def test_altered_rows_change_nothing(furnished: list[Studio], bare: Destination, elsewhere: Elsewhere) -> None:
    take(bare)
    snapshot = bare.snapshot()
    file = Path(bare.place) / "snapshots" / snapshot / "albums_album.gz"
    file.write_bytes(file.read_bytes()[:-20])
    elsewhere()
    before = fingerprints()
    with pytest.raises(BackupDamaged, match="albums_album"):
        restore(bare)
    assert fingerprints() == before


def test_a_file_that_the_backup_lost_is_told_and_its_photo_marked(
    furnished: list[Studio], bare: Destination, elsewhere: Elsewhere
) -> None:
    take(bare)
    with acting_in(furnished[0]):
        blob = Blob.objects.for_studio(furnished[0]).filter(state=BlobState.LIVE).first()
    assert blob is not None
    bare.store.delete(bare.blob(blob.studio_id, blob.sha256))
    elsewhere()
    assert restore(bare).missing == [blob.storage_key]
    with acting_in(furnished[0]):
        assert Blob.objects.for_studio(furnished[0]).get(pk=blob.pk).state == BlobState.DAMAGED


def test_an_original_that_is_gone_fails_the_backup_and_is_told(furnished: list[Studio], bare: Destination) -> None:
    with acting_in(furnished[0]):
        blob = Blob.objects.for_studio(furnished[0]).filter(photos__isnull=False).first()
    assert blob is not None
    store().delete(blob.storage_key)
    run = take(bare)
    assert run.state == RunState.FAILED
    assert run.problems == [f"{blob.storage_key} is missing in the storage"]
    with acting_in(furnished[0]):
        assert Blob.objects.for_studio(furnished[0]).get(pk=blob.pk).alarmed_at is not None


def test_the_commands_do_both_and_ask_first(
    furnished: list[Studio], tmp_path: Path, elsewhere: Elsewhere, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = fingerprints()
    place = str(tmp_path / "backup")
    call_command("backup", place)
    assert "not encrypted" in capsys.readouterr().out
    elsewhere()
    with pytest.raises(CommandError, match="--yes"):
        call_command("restore", place)
    call_command("restore", place, yes=True)
    assert fingerprints() == rows
    with across_studios():
        assert not BackupRun.objects.exists()


def test_a_place_from_before_studios_had_keys_goes_on_as_it_was(furnished: list[Studio], tmp_path: Path) -> None:
    parts = ("local", str(tmp_path / "old"))
    open_destination(parts, None, create=True)
    marker = tmp_path / "old" / MARKER
    marker.write_text(marker.read_text().replace('"format": 2', '"format": 1'))
    place = open_destination(parts, None)
    assert take(place).problems == []
    assert not (tmp_path / "old" / "keys").exists()
    with across_studios():
        sha256 = Blob.objects.filter(studio_id=furnished[0].pk, state="live").values_list("sha256", flat=True)[0]
    assert (tmp_path / "old" / place.blob(furnished[0].pk, sha256)).name == sha256
    assert verify(place, everything=True).problems == []
