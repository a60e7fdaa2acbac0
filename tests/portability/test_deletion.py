"""A deleted studio is closed at once, restored by one click, and after its grace gone to the last byte (G54)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Email, EmailState, Membership, Role, Studio, User
from apps.accounts.tenancy import across_studios, acting_in
from apps.albums.models import AlbumState
from apps.backups import dump
from apps.backups.backup import take
from apps.backups.destination import Destination, open_destination
from apps.backups.envelope import KeyDestroyed
from apps.media.models import Blob
from apps.media.storage import store
from apps.media.store import DeletionRefused
from apps.portability import deletion
from apps.sharing.links import lifecycle
from tests.factories import PASSWORD, AlbumFactory, InvitationFactory

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

GUEST = "a-guest-of-the-north@example.com"


def page(studio: Studio) -> str:
    return reverse("portability:deletion", args=[studio.slug])


def ask(client: Client, studio: Studio, *, name: str = "", password: str = PASSWORD) -> int:
    return client.post(page(studio), {"name": name or studio.name, "current": password}).status_code


@pytest.fixture
def token(north: Studio, alice_user: User) -> str:
    album = AlbumFactory.create(studio=north, state=AlbumState.LIVE)
    with acting_in(north):
        return lifecycle.create(album, by=alice_user, label="Couple", password=None)[1]


def test_name_and_password_are_asked(north: Studio, alice: Client, bob: Client) -> None:
    assert ask(bob, north) == 403
    assert ask(alice, north, name="South Light") == 422
    assert ask(alice, north, password="not the password") == 422
    with acting_in(north):
        north.refresh_from_db()
    assert not north.is_closing
    assert ask(alice, north) == 303


def test_links_close_and_open_again_and_every_member_is_told(
    north: Studio, alice: Client, bob: Client, bob_user: User, token: str
) -> None:
    gallery = reverse("sharing:gallery", args=[token])
    assert Client().get(gallery).status_code == 200
    ask(alice, north)
    assert Client().get(gallery).status_code == 410
    with acting_in(north):
        told = Email.objects.for_studio(north).filter(subject__endswith="was deleted")
        assert {email.to for email in told} == {"alice@example.com", bob_user.email}
    assert alice.post(reverse("portability:restore", args=[north.slug])).status_code == 303
    assert Client().get(gallery).status_code == 200
    with acting_in(north):
        assert Email.objects.for_studio(north).filter(subject__endswith="was restored").count() == 2
        verbs = set(north.journal.values_list("verb", flat=True))
    assert {"studio.deleted", "studio.restored"} <= verbs


def test_until_then_it_can_be_read_exported_and_not_changed(north: Studio, alice: Client, bob: Client) -> None:
    ask(alice, north)
    galleries = reverse("albums:list", args=[north.slug])
    for client in (alice, bob):
        shown = client.get(galleries)
        assert shown.status_code == 200
        assert "can only be read" in shown.content.decode()
    assert alice.post(reverse("accounts:settings", args=[north.slug]), {"name": "New"}).status_code == 403
    assert alice.post(reverse("albums:create", args=[north.slug]), {"title": "New"}).status_code == 403
    assert alice.get(reverse("portability:export", args=[north.slug])).status_code == 200
    assert bob.post(reverse("portability:restore", args=[north.slug])).status_code == 403
    with acting_in(north):
        assert not north.albums.exists()


def test_the_api_of_a_deleted_studio_changes_nothing(north: Studio, alice: Client, alice_user: User) -> None:
    ask(alice, north)
    login = {"email": alice_user.email, "password": PASSWORD}
    answer = Client().post("/api/auth/token", login, content_type="application/json").json()
    key = {"authorization": f"Bearer {answer['access']}"}
    assert Client().get("/api/albums", headers=key).status_code == 200
    made = Client().post("/api/albums", {"title": "New"}, content_type="application/json", headers=key)
    assert made.status_code == 403


def rows_of(studio: Studio) -> dict[str, int]:
    """How many rows each table has of a studio."""
    with across_studios(), connection.cursor() as cursor:
        found = {}
        for name, columns in dump.tables(cursor):
            column = "id" if name == "accounts_studio" else "studio_id"
            if column in columns:
                cursor.execute(f'select count(*) from "{name}" where {column} = %s', [studio.pk])
                found[name] = cursor.fetchone()[0]
    return found


def mentions(text: str) -> list[str]:
    """Tables in which any row has this text."""
    with across_studios(), connection.cursor() as cursor:
        found = []
        for name, _columns in dump.tables(cursor):
            cursor.execute(f'select exists (select from "{name}" r where r::text ilike %s)', [f"%{text}%"])
            if cursor.fetchone()[0]:
                found.append(name)
    return found


@pytest.mark.slow
def test_after_its_grace_every_table_and_the_storage_are_empty_and_the_other_studio_is_untouched(
    furnished: list[Studio], settings: Any, tmp_path: Path
) -> None:
    north, south = furnished
    before = rows_of(south)
    # A table that is added later has rows in `furnish`, and enters here by itself.
    assert [name for name, count in rows_of(north).items() if not count] == []
    settings.EMAIL_FILE_PATH = tmp_path / "emails"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH.mkdir()
    with acting_in(north):
        mail = Email(studio=north, key="guest", to=GUEST, state=EmailState.KEPT)
        mail.save(force_insert=True)
        north.visitors.update(email=GUEST)
        keys = list(Blob.objects.for_studio(north).values_list("storage_key", flat=True))
        store().set_aside(keys[0])
        Studio.objects.filter(pk=north.pk).update(closing_since=timezone.now() - timedelta(days=31))
    (settings.EMAIL_FILE_PATH / "one.log").write_text(f"Message-ID: <{mail.pk.hex}@x>\nTo: {GUEST}")
    (settings.EMAIL_FILE_PATH / "other.log").write_text("To: somebody@example.com")
    assert "sharing_visitor" in mentions(GUEST)
    assert deletion.remove_due() == 1
    assert {name: count for name, count in rows_of(north).items() if count} == {}
    assert mentions(GUEST) == []
    assert mentions(str(north.pk)) == []
    assert list(store().entries(f"{north.pk}/")) == []
    files = [path for path in Path(store().root).rglob("*") if path.is_file()]  # type: ignore[attr-defined]
    assert [path for path in files if str(north.pk) in str(path)] == []
    assert [path.name for path in settings.EMAIL_FILE_PATH.iterdir()] == ["other.log"]
    assert rows_of(south) == before
    assert len(list(store().entries(f"{south.pk}/"))) > 0
    # Alice worked nowhere else; Charlie does.
    assert set(User.objects.values_list("email", flat=True)) == {"charlie@example.com"}


@pytest.mark.slow
def test_who_works_in_another_studio_too_keeps_the_account(furnished: list[Studio], alice_user: User) -> None:
    north, south = furnished
    with acting_in(south):
        Membership(studio=south, user=alice_user, role=Role.VIEWER).save(force_insert=True)
        Studio.objects.filter(pk=south.pk).update(closing_since=timezone.now())
    with acting_in(north):
        Studio.objects.filter(pk=north.pk).update(closing_since=timezone.now() - timedelta(days=31))
    deletion.remove_due()
    assert User.objects.filter(pk=alice_user.pk).exists()
    # The grace of the other one is not over.
    with across_studios():
        assert list(Studio.objects.values_list("pk", flat=True)) == [south.pk]


def test_a_studio_that_is_not_closing_is_never_removed(north: Studio) -> None:
    InvitationFactory.create(studio=north)
    deletion.remove(north.pk)
    assert rows_of(north)["accounts_invitation"] == 1


def test_the_bytes_of_an_erased_studio_are_unreadable_in_old_backups(
    furnished: list[Studio], tmp_path: Path, settings: Any
) -> None:
    """The files stay until the retention takes them; the key that opens them goes with the studio."""
    gone, stays = furnished
    settings.BACKUP, settings.BACKUP_KEY = ("local", str(tmp_path / "backup")), None
    place = open_destination(settings.BACKUP, None, create=True)
    take(place)
    with across_studios():
        mine, theirs = (
            Blob.objects.filter(studio_id=one.pk, state="live").values_list("sha256", flat=True)[0] for one in furnished
        )
        Studio.objects.filter(pk=gone.pk).update(closing_since=timezone.now() - deletion.GRACE - timedelta(days=1))
    kept = b"".join(place.blob_chunks(gone.pk, mine))
    lying = place.blob(gone.pk, mine)
    with place.store.open(lying) as file:
        assert kept not in file.read(), "also where the backup has no passphrase"
    assert deletion.remove_due() == 1
    later = open_destination(settings.BACKUP, None)
    assert later.store.size(lying) is not None
    with pytest.raises(KeyDestroyed):
        b"".join(later.blob_chunks(gone.pk, mine))
    assert b"".join(later.blob_chunks(stays.pk, theirs))
    assert take(later).problems == []


def test_a_studio_is_not_said_to_be_gone_while_its_key_is_there(
    furnished: list[Studio], tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the backup cannot be reached, or a lock of the bucket holds the key."""
    settings.BACKUP, settings.BACKUP_KEY = ("local", str(tmp_path / "backup")), None
    take(open_destination(settings.BACKUP, None, create=True))

    def refuse(*args: Any) -> None:
        raise DeletionRefused("AccessDenied")

    with across_studios():
        due = Studio.objects.filter(pk=furnished[0].pk)
        due.update(closing_since=timezone.now() - deletion.GRACE - timedelta(days=1))
    with monkeypatch.context() as held:
        held.setattr(Destination, "destroy_key", refuse)
        assert deletion.remove_due() == 0
    with across_studios():
        assert due.exists()
        assert not Blob.objects.filter(studio_id=furnished[0].pk).exists()
    assert deletion.remove_due() == 1
    with across_studios():
        assert not due.exists()
