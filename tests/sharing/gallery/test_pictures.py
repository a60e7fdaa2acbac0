"""G19, G20, G24: who gets which bytes, addresses that cannot be bent, headers of every answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Studio, User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo, PhotoState, Placement, Version, VersionKind
from apps.media import serving
from apps.media.asgi import headers_of
from apps.media.models import Rendition
from apps.sharing.gallery import pictures
from apps.sharing.models import ShareLink
from apps.web.ttl_cache import TtlCache
from tests.actors import keep_to, signed_in
from tests.factories import BlobFactory, PlacementFactory, kept
from tests.sharing.conftest import PASSWORD, Make, Share, fetch, real_photo, unlocked

pytestmark = pytest.mark.django_db(transaction=True)
PATHSEND: dict[str, dict[str, str]] = {"http.response.pathsend": {}}


def guest(share: Share) -> Client:
    client = Client()
    assert client.get(share.url()).status_code == 200
    return client


def stored(share: Share, kind: str) -> bytes:
    with acting_in(share.studio):
        location = serving.locate(share.studio.pk, share.photos[0].pk, kind)
    assert location is not None
    assert location.path is not None
    return location.path.read_bytes()


@pytest.mark.parametrize("kind", ["tile", "thumb", "web"])
def test_a_guest_gets_the_rendition_itself(shared: Make, kind: str) -> None:
    share = shared()
    reply = fetch(guest(share), share.picture(kind))
    assert reply.status == 200
    assert reply.body == stored(share, kind)
    assert int(reply.headers["content-length"]) == len(reply.body)


def test_a_server_that_can_send_files_itself_is_given_the_path(shared: Make) -> None:
    share = shared()
    reply = fetch(guest(share), share.picture(), extensions=PATHSEND)
    assert reply.path is not None
    assert Path(reply.path).read_bytes() == stored(share, "tile")
    assert reply.body == b""


def test_an_answer_that_is_kept_is_the_answer_that_is_made(shared: Make) -> None:
    share = shared()
    client = guest(share)
    made, kept_then = (fetch(client, share.picture(), extensions=extensions) for extensions in ({}, PATHSEND))
    assert (made.status, kept_then.status) == (200, 200)
    assert made.headers == kept_then.headers


def test_nginx_is_told_where_the_file_lies(shared: Make, settings: object) -> None:
    share = shared()
    client = guest(share)
    settings.ACCEL_PREFIX = "/inside/"  # type: ignore[attr-defined]
    reply = fetch(client, share.picture(), extensions=PATHSEND)
    assert reply.headers["x-accel-redirect"].startswith(f"/inside/{share.studio.pk}/")
    assert (reply.body, reply.path) == (b"", None)


def test_head_has_the_headers_and_no_body(shared: Make) -> None:
    share = shared()
    client = guest(share)
    head, get = fetch(client, share.picture(), method="HEAD", extensions=PATHSEND), fetch(client, share.picture())
    assert head.headers == get.headers
    assert (head.status, head.body, head.path) == (200, b"", None)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(shared: Make, method: str) -> None:
    share = shared()
    reply = fetch(guest(share), share.picture(), method=method)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


def test_g24_headers_of_a_picture(shared: Make) -> None:
    share = shared()
    headers = fetch(guest(share), share.picture()).headers
    assert headers["content-type"] == "image/webp"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'self'; sandbox"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "private, max-age=30"
    assert headers["content-disposition"] == "inline"
    assert "cookie" in headers["vary"].lower()
    assert share.token not in str(headers)


@pytest.mark.parametrize("status", [404, 405])
def test_g24_headers_of_a_refusal(shared: Make, status: int) -> None:
    share = shared()
    reply = fetch(Client(), share.picture(), method="GET" if status == 404 else "POST")
    assert reply.status == status
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'self'; sandbox"
    assert "etag" not in reply.headers
    assert "content-disposition" not in reply.headers


def test_the_etag_tells_nothing_and_saves_the_bytes(shared: Make) -> None:
    share = shared()
    client = guest(share)
    etag = fetch(client, share.picture()).headers["etag"]
    with acting_in(share.studio):
        blob = Rendition.objects.for_studio(share.studio).filter(kind="tile").select_related("blob")
        assert all(row.blob.sha256[:16] not in etag for row in blob)
    again = fetch(client, share.picture(), headers={"if-none-match": etag})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)


def test_an_etag_answers_nobody_without_a_right(shared: Make) -> None:
    share = shared()
    etag = fetch(guest(share), share.picture()).headers["etag"]
    for condition in (etag, "*"):
        assert fetch(Client(), share.picture(), headers={"if-none-match": condition}).status == 404


def test_g20_an_address_bent_in_any_part_leads_nowhere(shared: Make) -> None:
    share, other = shared(), shared()
    client = guest(share)
    guest_of_both = guest(share)
    guest_of_both.get(other.url())
    good = re.fullmatch(r"/m/(\w+)/(\w+)/(\w+)\.(\w+)\.webp", share.picture())
    assert good is not None
    album, photo, kind, mac = good.groups()
    flipped = mac[:-1] + ("0" if mac[-1] != "0" else "1")
    bent = [
        f"/m/{album}/{photo}/web.{mac}.webp",
        f"/m/{album}/{photo}/original.{mac}.webp",
        f"/m/{album}/{share.photos[1].pk.hex}/{kind}.{mac}.webp",
        f"/m/{other.album.pk.hex}/{photo}/{kind}.{mac}.webp",
        f"/m/{album}/{other.photos[0].pk.hex}/{kind}.{mac}.webp",
        f"/m/{album}/{photo}/{kind}.{flipped}.webp",
        f"/m/{album}/{photo}/{kind}.{mac.upper()}.webp" if mac.upper() != mac else f"/m/{album}/{photo}/{kind}..webp",
        f"/m/{album}/{photo}/{kind}.{mac[:-2]}.webp",
        f"/m/{album}/{photo}/{kind}.{mac}.jpg",
        f"/m/{album}/{photo}/{kind}.{mac}.webp/",
        f"/m/{album}/{photo}/{kind}.{mac}.webp\n",
        f"/m/{album}/{photo}/../{photo}/{kind}.{mac}.webp",
        f"/m/{uuid4().hex}/{photo}/{kind}.{mac}.webp",
        f"//m/{album}/{photo}/{kind}.{mac}.webp",
        "/m/", "/m/x", "/m/\x00", "/m/" + "a" * 5000,
    ]  # fmt: skip
    assert fetch(client, share.picture()).status == 200
    for visitor in (client, guest_of_both):
        for path in bent:
            assert fetch(visitor, path).status == 404, path


def test_g20_a_true_address_of_a_photo_that_lies_elsewhere_leads_nowhere(shared: Make) -> None:
    """The studio could make this address; a guest of the first album must not profit."""
    share, other = shared(), shared()
    path = serving.picture_url(share.studio.pk, share.album.pk, other.photos[0].pk, "tile")
    assert fetch(guest(share), path).status == 404


def test_a_guest_of_one_album_sees_no_picture_of_another(shared: Make) -> None:
    share, other = shared(), shared()
    client = guest(share)
    assert fetch(client, share.picture()).status == 200
    assert fetch(client, other.picture()).status == 404


def test_a_photo_in_two_albums_is_seen_through_its_own_album_only(shared: Make) -> None:
    share, other = shared(), shared()
    PlacementFactory.create(album=other.album, photo=share.photos[0])
    path = serving.picture_url(share.studio.pk, other.album.pk, share.photos[0].pk, "tile")
    assert fetch(guest(share), path).status == 404
    assert fetch(guest(other), path).status == 200


def _hide(share: Share, how: str) -> None:
    placements = Placement.objects.for_studio(share.studio).filter(photo=share.photos[0])
    photos = Photo.objects.for_studio(share.studio).filter(pk=share.photos[0].pk)
    if how == "hidden":
        placements.update(is_hidden=True)
    elif how == "trashed":
        placements.update(trashed_at=timezone.now())
    else:
        photos.update(state={"failed": PhotoState.FAILED, "processing": PhotoState.PROCESSING}[how])


@pytest.mark.parametrize("how", ["hidden", "trashed", "failed", "processing"])
def test_g19_what_clients_may_not_see_is_nowhere(shared: Make, how: str) -> None:
    share = shared(download="original")
    with acting_in(share.studio):
        _hide(share, how)
    client = Client()
    page = client.get(share.url()).content.decode()
    assert str(share.photos[0].pk) not in page
    assert share.photos[0].pk.hex not in page
    assert "ZQX_0" not in page
    assert 'data-total="2"' in page
    assert "2 photos" in page
    assert client.get(share.url("photo", share.photos[0])).status_code == 404
    assert client.get(share.url("download", share.photos[0])).status_code == 404
    assert "1 of 2" in client.get(share.url("photo", share.photos[1])).content.decode()
    for kind in ("tile", "thumb", "web"):
        assert fetch(client, share.picture(kind)).status == 404


def test_g19_a_hidden_cover_is_not_the_cover(shared: Make) -> None:
    share = shared()
    with acting_in(share.studio):
        share.album.cover = share.photos[0]
        share.album.save(update_fields=["cover"])
        _hide(share, "hidden")
    assert share.photos[0].pk.hex not in Client().get(share.url()).content.decode()


def test_members_see_hidden_and_trashed_photos(shared: Make, bob: Client) -> None:
    share = shared()
    with acting_in(share.studio):
        _hide(share, "hidden")
    assert fetch(bob, share.picture()).status == 200
    # Also one who opened the link as a client would.
    bob.get(share.url())
    assert fetch(bob, share.picture()).status == 200


@pytest.mark.parametrize("role", ["contributor", "editor"])
def test_a_restricted_member_sees_the_pictures_of_their_galleries(
    shared: Make, dora_user: User, erin_user: User, role: str
) -> None:
    """Through these, and not through another gallery in which the photo lies, too."""
    share, other = shared(), shared()
    PlacementFactory.create(album=other.album, photo=share.photos[0])
    user = dora_user if role == "contributor" else erin_user
    keep_to(share.studio, user, other.album)
    client = signed_in(user)
    assert fetch(client, share.picture()).status == 404
    through = serving.picture_url(share.studio.pk, other.album.pk, share.photos[0].pk, "tile")
    assert fetch(client, through).status == 200
    # Somebody who was also sent the link is a guest there.
    client.get(share.url())
    assert fetch(client, share.picture()).status == 200


def test_a_member_without_the_second_factor_that_the_studio_asks_for_sees_nothing(shared: Make, bob: Client) -> None:
    share = shared()
    with acting_in(share.studio):
        Studio.objects.filter(pk=share.studio.pk).update(second_factor_required=True)
    assert fetch(bob, share.picture()).status == 404
    # What a client sees is open to them as to everybody with the link.
    bob.get(share.url())
    assert fetch(bob, share.picture()).status == 200


def test_a_member_of_another_studio_sees_nothing(shared: Make, charlie: Client) -> None:
    share = shared()
    assert fetch(charlie, share.picture()).status == 404


def test_a_stranger_to_this_studio_may_still_be_its_guest(shared: Make, charlie: Client) -> None:
    share = shared()
    charlie.get(share.url())
    assert fetch(charlie, share.picture()).status == 200


def test_a_pass_for_the_password_of_yesterday_gives_nothing(shared: Make) -> None:
    share = shared(password=PASSWORD)
    client = unlocked(share)
    share.change(password="another one")
    assert fetch(client, share.picture()).status == 404


def test_a_photo_without_renditions_is_not_there(shared: Make) -> None:
    share = shared()
    client = guest(share)
    with acting_in(share.studio):
        Rendition.objects.for_studio(share.studio).filter(kind="tile").delete()
    assert fetch(client, share.picture("tile")).status == 404
    assert fetch(client, share.picture("web")).status == 200


def test_forty_tiles_ask_for_the_link_once(shared: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shared()
    client = guest(share)
    asked = []
    doors = pictures._ask_doors

    def counted(album_id: UUID, cookies: bytes, scope: dict[str, Any]) -> tuple[pictures.Right, ...]:
        asked.append(album_id)
        return doors(album_id, cookies, scope)

    monkeypatch.setattr(pictures, "_ask_doors", counted)
    for photo in share.photos:
        for kind in ("tile", "thumb"):
            assert fetch(client, share.picture(kind, photo)).status == 200
    assert len(asked) == 1


def test_a_damaged_file_is_an_error_and_never_a_picture(shared: Make) -> None:
    share = shared()
    client = guest(share)
    with acting_in(share.studio):
        location = serving.locate(share.studio.pk, share.photos[0].pk, "tile")
    assert location is not None
    assert location.path is not None
    # So that its answer is kept.
    assert fetch(client, share.picture(), extensions=PATHSEND).path == str(location.path)
    location.path.chmod(0o600)
    location.path.write_bytes(location.path.read_bytes()[:-1])
    reply = fetch(client, share.picture(), extensions=PATHSEND)
    assert reply.status == 503
    assert reply.headers["cache-control"] == "no-store"


def test_cookies_may_come_in_several_header_lines(shared: Make) -> None:
    share = shared()
    client = guest(share)
    headers = {b"cookie": b"a=1"}
    scope = {"headers": [(b"Cookie", b"a=1"), (b"cookie", b"b=2")]}
    assert headers_of(scope) == {b"cookie": b"a=1; b=2"} != headers
    assert fetch(client, share.picture()).status == 200


def test_what_is_remembered_stays_small() -> None:
    kept: TtlCache[int, int] = TtlCache(seconds=30, size=3)
    for number in range(10):
        kept.put(number, number, since=kept.clock())
    kept.get(7)
    kept.put(10, 10, since=kept.clock())
    assert [number for number in range(11) if kept.get(number) is not None] == [7, 9, 10]


def test_a_decision_ages_from_the_moment_it_was_asked_for() -> None:
    now = 0.0
    kept: TtlCache[str, int] = TtlCache(seconds=30, size=3, clock=lambda: now)
    now = 20.0
    kept.put("slow", 1, since=0.0)
    now = 29.9
    assert kept.get("slow") == 1
    now = 30.0
    assert kept.get("slow") is None


def test_a_new_photo_is_there_at_once(shared: Make) -> None:
    share = shared()
    client = guest(share)
    path = serving.picture_url(share.studio.pk, share.album.pk, uuid4(), "tile")
    assert fetch(client, path).status == 404
    late = real_photo(share.album, "ZQX_9.JPG")
    assert fetch(client, share.picture(photo=late)).status == 404
    PlacementFactory.create(album=share.album, photo=late)
    assert fetch(client, share.picture(photo=late)).status == 200


# -- live photos -------------------------------------------------------------------------------------------------------


def with_moving_part(share: Share) -> str:
    """The first photo is a live photo, whose moving part plays. Returns where."""
    photo, film = share.photos[0], b"....ftypisom" + b"moving" * 100
    with acting_in(share.studio):
        part = BlobFactory.create(studio=share.studio, mime="video/quicktime")
        Version(studio=share.studio, photo=photo, blob=part, kind=VersionKind.LIVE, is_current=False).save()
        playable = kept(share.studio, film)
        Rendition(studio=share.studio, source=part, kind="video", blob=playable, recipe=1, width=9, height=6).save()
        Photo.objects.for_studio(share.studio).filter(pk=photo.pk).update(beside="live")
    return serving.live_url(share.studio.pk, share.album.pk, photo.pk)


def test_a_live_photo_moves_for_whoever_sees_it(shared: Make, alice_user: User) -> None:
    share = shared()
    address = with_moving_part(share)
    client = guest(share)
    assert f'data-live="{address}"' in client.get(share.url()).content.decode()
    reply = fetch(client, address, headers={"range": "bytes=0-3"})
    assert (reply.status, reply.body) == (206, b"....")
    assert fetch(signed_in(alice_user), address).status == 200
    assert fetch(Client(), address).status == 404
    assert fetch(client, serving.live_url(share.studio.pk, share.album.pk, share.photos[1].pk)).status == 404


@pytest.mark.parametrize("how", ["hidden", "retouched", "watermarked"])
def test_nothing_moves_that_would_show_more_than_the_photo(how: str, shared: Make) -> None:
    share = shared()
    address = with_moving_part(share)
    with acting_in(share.studio):
        photos = Photo.objects.for_studio(share.studio)
        if how == "hidden":
            share.album.placements.filter(photo=share.photos[0]).update(is_hidden=True)
        elif how == "retouched":
            photos.filter(pk=share.photos[0].pk).update(retouched_at=timezone.now())
        else:
            ShareLink.objects.for_studio(share.studio).update(is_watermarked=True)
    client = guest(share)
    if how == "watermarked":
        assert "data-live" not in client.get(share.url()).content.decode()
    assert fetch(client, address).status == 404
