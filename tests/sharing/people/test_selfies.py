"""G53: a guest finds themselves by a selfie, of which nothing is kept; and may ask to be hidden."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.core.files import uploadhandler
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Placement
from apps.faces import consent, engine_server, people, selfies
from apps.faces.findings import FaceBox, Found
from apps.faces.models import Face
from apps.sharing.models import FoundPhotos, HideRequest
from apps.sharing.people import finder
from config import asgi
from tests.faces.makers import embedding, new_face, switched_on
from tests.sharing.conftest import Make, Share
from tests.sharing.known import address

pytestmark = pytest.mark.django_db(transaction=True)
ME, OTHER = 1, 2


def seen_as(*whom: int) -> list[Found]:
    """What the engine says of a selfie with these people in it."""
    box = FaceBox(0.3, 0.2, 0.4, 0.5)
    return [Found(box, 0.9, 200.0, 4.0, 0.5, tuple(embedding(one, 99)), b"RIFF crop") for one in whom]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Found]]:
    """An engine that says what stands in `faces`."""
    said = {"faces": seen_as(ME)}
    monkeypatch.setattr(selfies, "faces_of", lambda picture: said["faces"])
    return said


@pytest.fixture
def share(shared: Make, alice_user: User) -> Share:
    """I am in photos 0 and 1, somebody else in 2."""
    share = shared(may_find=True, download="original")
    switched_on(share.studio, alice_user)
    for number, who in enumerate((ME, ME, OTHER)):
        new_face(share.album, who, number, photo=share.photos[number])
    return share


def guest(share: Share) -> Client:
    client = Client()
    client.get(share.url())
    return client


def send(client: Client, share: Share, picture: bytes = b"JPEG", **form: Any) -> Any:
    file = SimpleUploadedFile("me.jpg", picture, "image/jpeg")
    return client.post(address(share, "find"), {"agreed": "1", "selfie": file, **form})


def shown(client: Client, share: Share) -> set[int]:
    html = client.get(f"{share.url()}?only=found").content.decode()
    return {n for n, photo in enumerate(share.photos) if f'id="p-{photo.pk}"' in html}


def test_a_guest_finds_the_photos_that_show_them(share: Share, engine: Any) -> None:
    client = guest(share)
    assert b"I agree that my face" in client.get(address(share, "find")).content
    answer = send(client, share)
    assert (answer.status_code, answer["Location"]) == (303, f"{share.url()}?only=found")
    assert shown(client, share) == {0, 1}
    html = client.get(f"{share.url()}?only=found").content.decode()
    assert "2 photos that may be you" in html
    assert html.count('name="photos"') == 2
    client.post(address(share, "find_forget"))
    with acting_in(share.studio):
        assert not FoundPhotos.objects.for_studio(share.studio).exists()


def test_what_was_found_belongs_to_one_browser_for_a_day_and_the_door_decides(share: Share, engine: Any) -> None:
    client = guest(share)
    send(client, share)
    assert shown(guest(share), share) == {0, 1, 2}, "another browser sees the gallery"
    with acting_in(share.studio):
        Placement.objects.for_studio(share.studio).filter(photo=share.photos[0]).update(is_hidden=True)
    assert shown(client, share) == {1}
    with acting_in(share.studio):
        old = timezone.now() - FoundPhotos.KEPT
        FoundPhotos.objects.for_studio(share.studio).update(created_at=old)
    assert "photos that may be you" not in client.get(f"{share.url()}?only=found").content.decode()
    assert finder.forget_old() == 1


def test_two_browsers_of_one_second_share_nothing(share: Share, engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    me, other = guest(share), guest(share)
    names = {name: cookie.value for name, cookie in me.cookies.items()}
    for name, value in names.items():
        assert other.cookies[name].value != value, f"{name} is the same in two browsers"
    for client in (me, other):
        send(client, share)
    [mine] = [name for name in me.cookies if name not in names and "found" in name]
    assert me.cookies[mine].value != other.cookies[mine].value
    finder_of_other = other.cookies[mine].value
    other.post(address(share, "find_forget"))
    assert shown(me, share) == {0, 1}, "what another browser forgets is its own"
    # A result is read by its own signature only, and nothing of one browser opens what another found.
    me.cookies[mine] = finder_of_other.replace(":", "0:", 1)
    assert "photos that may be you" not in me.get(f"{share.url()}?only=found").content.decode()


@pytest.mark.parametrize("reason", ["hidden", "passport", "gallery off", "right"])
def test_nobody_finds_whom_or_where_it_is_not_allowed(reason: str, share: Share, engine: Any, alice_user: User) -> None:
    client = guest(share)
    if reason in ("hidden", "passport"):
        with acting_in(share.studio):
            face = Face.objects.for_studio(share.studio).select_related("person").filter(photo=share.photos[0]).get()
            assert face.person is not None
            face.person.studio = share.studio
            change = {"is_hidden": True} if reason == "hidden" else {"passport": "no"}
            people.change(face.person, by=alice_user, **change)
        assert b"No photo of you was found" in send(client, share).content
        return
    if reason == "right":
        share.change(may_find=False)
    else:
        with acting_in(share.studio):
            consent.set_gallery(share.album, False, by=alice_user)
    for name in ("find", "hide_me"):
        assert client.get(address(share, name)).status_code == 404
    assert send(client, share).status_code == 404
    assert client.post(address(share, "find_face"), {"face": "x"}).status_code == 404


def test_without_the_box_nothing_is_looked_at(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    monkeypatch.setattr(selfies, "faces_of", asked.append)
    answer = send(guest(share), share, agreed="")
    assert answer.status_code == 422
    assert b"Tick the box first" in answer.content
    assert asked == []


def test_of_several_faces_the_guest_chooses_one(share: Share, engine: Any) -> None:
    engine["faces"] = seen_as(OTHER, ME)
    client = guest(share)
    html = send(client, share).content.decode()
    words = [part.split('"')[0] for part in html.split('name="face" value="')[1:]]
    assert len(words) == 2
    assert client.post(address(share, "find_face"), {"face": words[1]}).status_code == 303
    assert shown(client, share) == {0, 1}
    bent = client.post(address(share, "find_face"), {"face": words[0][:-2] + "zz"})
    assert (bent.status_code, bent["Location"]) == (303, address(share, "find"))
    assert shown(client, share) == {0, 1}


def test_three_tries_in_a_quarter_of_an_hour(share: Share, engine: Any) -> None:
    client = guest(share)
    assert [send(client, share).status_code for _ in range(4)] == [303, 303, 303, 429]


def test_a_form_of_another_site_is_refused(share: Share, engine: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(share.url())
    assert send(client, share).status_code == 403


def test_a_guest_asks_to_be_hidden_and_the_studio_answers(share: Share, engine: Any, alice: Client) -> None:
    client = guest(share)
    ask = address(share, "hide_me")
    assert client.post(ask, {"name": "Rosa"}).status_code == 409, "nothing was found yet"
    send(client, share)
    assert client.post(ask, {"name": " "}).status_code == 422
    assert b"has your request" in client.post(ask, {"name": "Rosa"}).content
    with acting_in(share.studio):
        asked = HideRequest.objects.for_studio(share.studio).get()
        assert {asked.name, *asked.photos} == {"Rosa", share.photos[0].pk, share.photos[1].pk}
    page = "/studio/north/people/requests/"
    assert "Rosa" in alice.get(page).content.decode()
    assert alice.post(f"{page}{asked.pk}/", {"answer": "hide"}).status_code == 303
    assert "Rosa" not in alice.get(page).content.decode()
    assert f"p-{share.photos[0].pk}" not in client.get(share.url()).content.decode()
    assert f"p-{share.photos[2].pk}" in client.get(share.url()).content.decode()
    with acting_in(share.studio):
        asked.refresh_from_db()
        assert (asked.answer, asked.photos) == ("hide", [])


# -- the engine itself -------------------------------------------------------------------------------------------------


@pytest.fixture
def real_engine(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """The process that is asked, in a thread of this one; its decoders are processes as ever."""
    settings.FACES_SOCKET = str(tmp_path / "faces.sock")
    with engine_server.serve(Path(settings.FACES_SOCKET)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path
        server.shutdown()


def traces(needle: bytes, *folders: Path) -> list[str]:
    """Where these bytes lie: files below the folders, every row of the database, every value in Redis."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    found = [str(path) for path in files if needle in path.read_bytes()]
    with connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_schema = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
    hexed = needle.hex()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'select count(*) from "{table}" t where position(%s in t::text) > 0', [hexed])
            found += [table] if cursor.fetchone()[0] else []
    redis = cache._cache.get_client()  # type: ignore[attr-defined]
    for key in redis.scan_iter():
        if needle in (redis.dump(key) or b""):
            found.append(str(key))
    return found


@pytest.mark.slow
def test_after_the_answer_no_byte_of_the_selfie_is_anywhere(
    share: Share,
    real_engine: Path,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Not for a moment either.
    monkeypatch.setattr(uploadhandler, "TemporaryUploadedFile", None)
    picture = Path("tests/data/faces/s01_0001.jpg").read_bytes()
    # Longer than what Django and the bridge would write to a file by themselves, and easy to find again.
    mark = os.urandom(32)
    held_up = picture + mark * 40_000
    temp = Path(settings.STORAGE_TEMP)
    before = set(temp.rglob("*"))
    [me] = selfies.faces_of(picture)
    assert me.embedding is not None
    with acting_in(share.studio):
        mine = Face.objects.for_studio(share.studio).filter(photo=share.photos[0])
        mine.update(embedding=list(me.embedding))
    client = guest(share)
    with caplog.at_level(logging.DEBUG):
        answer = send(client, share, held_up)
    assert answer.status_code == 303
    assert traces(mark, temp, real_engine, Path(settings.DATA) / "run") == []
    assert set(temp.rglob("*")) <= before
    assert mark.hex() not in caplog.text
    assert not any(f"{number:.6f}" in caplog.text for number in me.embedding)
    with acting_in(share.studio):
        kept = FoundPhotos.objects.for_studio(share.studio).get()
        assert share.photos[0].pk in kept.photos
        assert all(isinstance(one, UUID) for one in kept.photos)
    assert timezone.now() - kept.created_at < timedelta(minutes=5)


def test_the_bridge_writes_no_selfie_to_a_file() -> None:
    scope = {"type": "http", "method": "POST", "path": "/g/some-token/find/"}
    assert asgi._http(scope) is asgi.selfies
    assert asgi.selfies.in_memory >= asgi.selfies.bodies.limit


def test_what_is_no_picture_and_nobody_in_it_are_told_in_words(share: Share, real_engine: Path) -> None:
    client = guest(share)
    assert (send(client, share, b"junk").status_code, send(client, share, b"").status_code) == (422, 422)
    nobody = Path("tests/data/faces/noface_wood_anemones.jpg").read_bytes()
    answer = send(client, share, nobody)
    assert (answer.status_code, b"No face was found" in answer.content) == (422, True)


def test_an_engine_that_is_away_is_told(share: Share, tmp_path: Path, settings: Any) -> None:
    settings.FACES_SOCKET = str(tmp_path / "nobody.sock")
    answer = send(guest(share), share)
    assert (answer.status_code, b"cannot be looked for" in answer.content) == (503, True)
