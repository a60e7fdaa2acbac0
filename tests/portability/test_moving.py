"""A studio takes everything along (G54): the export is complete, opens without us, and imports with equal ids."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.accounts.models import OperatorVisit, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import Photo, Version, VersionKind
from apps.backups import dump
from apps.media.models import Blob
from apps.media.storage import store
from apps.portability import packing
from apps.portability.layout import LEFT_OUT, SECRETS, STUDIO, USERS
from apps.portability.models import StudioExport
from apps.sharing.links import lifecycle
from apps.sharing.models import ShareLink
from tests.factories import BlobFactory, jpeg
from tests.portability.conftest import Elsewhere

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]

KEY = "a passphrase that nobody guesses"
# What cannot be equal elsewhere: where bytes lie, what was counted while they left, and secrets (asked for below).
OF_THE_PLACE = {
    "media_blob": {"storage_key", "crc32"},
    STUDIO: {"slug"},
    **{name: set(some) for name, some in SECRETS.items()},
}


def table_by_table(studio: Studio) -> dict[str, str]:
    """Of each table that moves a hash over the studio's rows."""
    found = {}
    with across_studios(), connection.cursor() as cursor:
        for name, columns in dump.tables(cursor):
            if name not in LEFT_OUT and ("studio_id" in columns or name == STUDIO):
                shown = ", ".join(f'"{one}"' for one in columns if one not in OF_THE_PLACE.get(name, ()))
                column = "id" if name == STUDIO else "studio_id"
                own = f"and mime <> '{StudioExport.MIME}'" if name == "media_blob" else ""
                cursor.execute(
                    f"select count(*), md5(string_agg(r::text, chr(10) order by r::text)) "
                    f'from (select {shown} from "{name}" where {column} = %s {own}) r',
                    [studio.pk],
                )
                found[name] = str(cursor.fetchone())
    return found


def bytes_by_hash(studio: Studio) -> dict[str, bytes]:
    found = {}
    with acting_in(studio):
        rows = Blob.objects.for_studio(studio).exclude(mime=StudioExport.MIME).order_by("pk")
        keys = list(rows.values_list("sha256", "storage_key"))
    for sha256, key in keys:
        with store().open(key) as file:
            found[sha256] = file.read()
    return found


@pytest.fixture
def north_full(furnished: list[Studio], alice_user: User) -> Studio:
    """With a link under a password, and a photo whose file was replaced."""
    north = furnished[0]
    with acting_in(north):
        album = north.albums.get()
        lifecycle.create(album, by=alice_user, label="Closed", password="rosebud", download="original", has_pin=True)
        one = Photo.objects.for_studio(north).earliest("pk")
        Version.objects.for_studio(north).filter(photo=one).update(is_current=False)
    blob = BlobFactory.create(studio=north, data=jpeg(90, 60))
    with acting_in(north):
        Version(studio=north, photo=one, blob=blob, kind=VersionKind.RETOUCHED, name="Kiss.jpg").save(force_insert=True)
    return north


def export(folder: Path) -> Path:
    call_command("export_studio", "north", str(folder))
    return folder


@pytest.mark.parametrize("key", [KEY, ""], ids=["with a passphrase", "without"])
def test_every_table_and_byte_is_equal_elsewhere_and_links_live_on_by_the_passphrase(
    north_full: Studio, tmp_path: Path, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch, key: str, settings: Any
) -> None:
    monkeypatch.setenv("GLASSINE_EXPORT_KEY", key)
    export(tmp_path / "export")
    rows, data = table_by_table(north_full), bytes_by_hash(north_full)
    with acting_in(north_full):
        before = {
            link.label: (link.token_hash, link.token, link.pin) for link in ShareLink.objects.for_studio(north_full)
        }
    elsewhere()
    settings.SECRET_KEY = "of the other installation"
    call_command("import_studio", str(tmp_path / "export"))
    assert table_by_table(north_full) == rows
    assert bytes_by_hash(north_full) == data
    with acting_in(north_full):
        links = {link.label: link for link in ShareLink.objects.for_studio(north_full)}
        assert len(links) == len(before) > 1
        for label, (token_hash, token, pin) in before.items():
            assert (links[label].token_hash == token_hash) is bool(key)
            assert not key or links[label].token == token
            assert (links[label].pin == pin) is (bool(key) or not pin)
            assert links[label].has_pin is bool(pin)
        closed = links["Closed"]
        # Nobody knows its password, so it cannot come along; open to everybody it must not be.
        assert closed.is_password_protected
        assert not closed.is_password("rosebud")
    alice = User.objects.get(email="alice@example.com")
    assert not alice.has_usable_password()


def test_the_archive_names_every_file_with_its_hash_and_opens_without_us(
    north_full: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLASSINE_EXPORT_KEY", KEY)
    [path] = export(tmp_path / "export").glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        rows = [json.loads(line) for line in archive.read("manifest-1-of-1.jsonl").splitlines()]
        assert {row["path"] for row in rows} == set(names) - {"manifest-1-of-1.jsonl"}
        for row in rows:
            data = archive.read(row["path"])
            assert (len(data), hashlib.sha256(data).hexdigest()) == (row["size"], row["sha256"])
        album = json.loads(archive.read("data/albums_album.jsonl").splitlines()[0])
        photos = [name for name in names if name.startswith("photos/")]
        assert any(re.fullmatch(rf"photos/{re.escape(album['title'])}/[^/]+/Kiss.jpg", name) for name in photos)
        assert any("/Other versions/DSC_" in name for name in photos)
        people = [json.loads(line)["name"] for line in archive.read("data/faces_person.jsonl").splitlines()]
        assert "Ben" in people
        assert b"North Light" in archive.read("README.txt")


def test_no_secret_is_in_an_export(north_full: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the rows nor, with a passphrase, anywhere in the clear (G18)."""
    monkeypatch.setenv("GLASSINE_EXPORT_KEY", KEY)
    with across_studios():
        secrets = {link.token for link in ShareLink.objects.all()}
        for columns in (("token_hash", "token_sealed", "password_hash", "pin_hash", "pin_sealed"),):
            for row in ShareLink.objects.values_list(*columns):
                secrets |= set(row)
        secrets |= set(User.objects.values_list("password", flat=True))
    text = b"".join(path.read_bytes() for path in export(tmp_path / "export").iterdir())
    assert len(secrets) > 5
    assert [one for one in secrets if one and one.encode() in text] == []
    assert b"charlie@example.com" not in text


def test_every_column_that_sounds_like_a_secret_is_one_or_is_known_to_be_none() -> None:
    harmless = {
        ("media_blob", "sha256"), ("media_blob", "storage_key"), ("media_blobevent", "sha256"),
        ("uploads_receivedfile", "sha256"), ("accounts_processingagreement", "sha256"),
        ("accounts_email", "key"), ("albums_photo", "phash"), ("albums_photo", "keywords"),
        ("albums_placement", "sort_key"), ("albums_placement", "manual_key"), ("library_libraryphoto", "keywords"),
        ("faces_person", "passport"), ("faces_person", "passport_note"), ("faces_person", "passport_at"),
        ("sharing_sharelink", "pin_version"), ("sharing_comment", "pin_x"), ("sharing_comment", "pin_y"),
        ("sharing_visitor", "code_expires_at"), ("sharing_studioclient", "code_expires_at"),
        ("tagging_aiusage", "tokens_in"), ("tagging_aiusage", "tokens_out"),
        ("faces_face", "sharpness"), ("media_rendition", "sharpness"),
    }  # fmt: skip
    with across_studios(), connection.cursor() as cursor:
        tables = [(name, columns) for name, columns in dump.tables(cursor) if name not in LEFT_OUT and name != USERS]
    found = {
        (name, column)
        for name, columns in tables
        if "studio_id" in columns
        for column in columns
        if re.search(r"hash|seal|secret|pass|token|key|code|pin_|sha", column)
    }
    assert found - harmless == {(name, column) for name, columns in SECRETS.items() for column in columns}


def test_parts_of_a_size_import_together_and_not_without_one(
    north_full: Studio, tmp_path: Path, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.portability.exports.PART_BYTES", 20_000)
    parts = sorted(export(tmp_path / "export").glob("*.zip"))
    assert len(parts) > 1
    rows = table_by_table(north_full)
    elsewhere()
    parts[-1].rename(tmp_path / "aside.zip")
    with pytest.raises(CommandError, match="is missing"):
        call_command("import_studio", str(tmp_path / "export"))
    (tmp_path / "aside.zip").rename(parts[-1])
    for path in parts:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(tmp_path / "unpacked")
    call_command("import_studio", str(tmp_path / "unpacked"))
    assert table_by_table(north_full) == rows


def test_a_dry_run_leaves_nothing_and_a_second_import_is_refused(
    north_full: Studio, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    folder = export(tmp_path / "export")
    with pytest.raises(CommandError, match="here already"):
        call_command("import_studio", str(folder))
    elsewhere()
    call_command("import_studio", str(folder), "--dry-run")
    with across_studios():
        assert not Studio.objects.exists()
    assert not User.objects.exists()
    assert list(store().entries()) == []
    call_command("import_studio", str(folder), "--slug", "nord")
    with pytest.raises(CommandError, match="here already"):
        call_command("import_studio", str(folder))
    with across_studios():
        assert Studio.objects.get().slug == "nord"


def test_an_account_with_the_same_address_is_that_person(
    north_full: Studio, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    folder = export(tmp_path / "export")
    elsewhere()
    alice = User.objects.create_user("alice@example.com", "another password", name="Alice")
    call_command("import_studio", str(folder))
    with acting_in(north_full):
        assert [member.user_id for member in north_full.memberships.filter(role="owner")] == [alice.pk]
        assert north_full.journal.filter(actor=alice).exists()
    assert User.objects.get(email="alice@example.com").check_password("another password")


def test_a_visit_of_the_operator_who_is_left_behind_is_over(
    north_full: Studio, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    with acting_in(north_full):
        OperatorVisit.objects.for_studio(north_full).update(ended_at=None)
    export(tmp_path / "export")
    elsewhere()
    call_command("import_studio", str(tmp_path / "export"))
    with acting_in(north_full):
        visit = OperatorVisit.objects.for_studio(north_full).get()
        assert (visit.reason, visit.ended_at) == ("A file.", visit.ends_at)


def test_an_altered_file_is_told_and_its_photo_is_marked(
    north_full: Studio, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    [path] = export(tmp_path / "export").glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    photo = next((tmp_path / "unpacked" / "photos").rglob("Kiss.jpg"))
    photo.write_bytes(photo.read_bytes()[:-1] + b"?")
    elsewhere()
    with pytest.raises(CommandError, match="missing: 1"):
        call_command("import_studio", str(tmp_path / "unpacked"))
    with acting_in(north_full):
        assert Blob.objects.for_studio(north_full).filter(state="damaged").count() == 1


def test_altered_rows_and_rows_of_another_studio_change_nothing(
    north_full: Studio, furnished: list[Studio], tmp_path: Path, elsewhere: Elsewhere
) -> None:
    [path] = export(tmp_path / "export").glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    rows, manifest = tmp_path / "unpacked/data/albums_album.jsonl", tmp_path / "unpacked/manifest-1-of-1.jsonl"
    before = rows.read_bytes()
    rows.write_bytes(before.replace(b'"title":', b'"title" :'))
    assert rows.read_bytes() != before
    elsewhere()
    with pytest.raises(CommandError, match="altered"):
        call_command("import_studio", str(tmp_path / "unpacked"))
    rows.write_bytes(before.replace(str(north_full.pk).encode(), str(furnished[1].pk).encode()))
    old, new = (hashlib.sha256(data).hexdigest() for data in (before, rows.read_bytes()))
    manifest.write_text(manifest.read_text().replace(old, new))
    with pytest.raises(CommandError, match="another studio"):
        call_command("import_studio", str(tmp_path / "unpacked"))
    with across_studios():
        assert not Studio.objects.exists()


def test_a_manifest_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text(json.dumps({"format": 1}))
    row = {"path": "../etc/passwd", "size": 1, "sha256": "0" * 64}
    (tmp_path / packing.manifest_name(1, 1)).write_text(json.dumps(row))
    with pytest.raises(CommandError, match="outside"):
        call_command("import_studio", str(tmp_path))
