"""G15, G19: a client's gallery over the API is behind the pages' own door, and shows what the pages show."""

from __future__ import annotations

from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.tenancy import acting_in
from apps.albums.models import Album, AlbumState, Placement
from apps.sharing.branding import watermarks
from apps.sharing.guest_api.views import urlpatterns
from apps.sharing.models import Activity, Pick, Visitor
from tests.sharing.conftest import KINDS, PASSWORD, Make, Share, unlocked

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete")
ADA = {"name": "Ada", "email": "ada@example.com"}


of_every_kind = pytest.mark.parametrize("shared_kind", KINDS)


def at(share: Share, end: str = "") -> str:
    return f"/api/galleries/{share.token}{end}"


def ask(method: str, path: str, held: str = "", body: Any = None, **headers: str) -> Any:
    """One request of an app. held: its pass."""
    if held:
        headers["authorization"] = f"Gallery {held}"
    sent = {} if method == "get" else {"data": body or {}, "content_type": "application/json"}
    return getattr(Client(), method)(path, headers=headers, **sent)


def pass_of(share: Share, **body: str) -> str:
    answer = ask("post", at(share, "/unlock"), body=body)
    assert answer.status_code == 200, answer.content
    assert answer.json()["expires_in"] == 30 * 24 * 3600
    return str(answer.json()["pass"])


def addresses(share: Share, photo_id: Any = None) -> list[str]:
    """Every address of the guests' API."""
    values = {"token": share.token, "photo_id": photo_id or share.photos[0].pk, "size": "web"}
    return [
        reverse(str(one.name), kwargs={name: values[name] for name in one.pattern.converters}) for one in urlpatterns
    ]


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_g15_a_locked_link_says_locked_and_nothing_else(shared: Make) -> None:
    """Without a pass, with one of another link, and with the cookies of a browser that is in."""
    share, other = shared(password=PASSWORD, download="original", may_favourite=True), shared()
    browser, foreign = unlocked(share), pass_of(other)
    bodies = set()
    for path, method in product(addresses(share), METHODS):
        if path.endswith("/unlock"):
            continue
        for answer in (ask(method, path), ask(method, path, foreign), getattr(browser, method)(path)):
            if answer.status_code == 405:
                continue
            assert code_of(answer) == (401, "locked"), (method, path)
            assert answer["WWW-Authenticate"].startswith("Gallery")
            assert "ETag" not in answer
            bodies.add(answer.content)
    assert len(bodies) == 1


def test_a_password_opens_the_gallery_and_wrong_ones_are_counted(shared: Make) -> None:
    share = shared(password=PASSWORD)
    for _ in range(2):
        assert code_of(ask("post", at(share, "/unlock"), body={"password": "no"})) == (422, "wrong_password")
    held = pass_of(share, password=PASSWORD)
    shown = ask("get", at(share), held).json()
    assert (shown["title"], shown["studio"]["name"], shown["photo_count"]) == ("Zqx wedding", "North Light", 3)
    assert shown["visitor"] is None
    with acting_in(share.studio):
        kinds = list(Activity.objects.for_studio(share.studio).order_by("at", "pk").values_list("kind", flat=True))
    assert kinds == ["failed", "failed", "unlocked", "opened"]
    share.reload()
    assert share.link.views == 1
    for _ in range(9):
        answer = ask("post", at(share, "/unlock"), body={"password": "no"})
    assert code_of(answer) == (429, "too_many_tries")
    assert int(answer["Retry-After"]) > 0
    assert ask("get", at(share), held).status_code == 200


def test_a_new_password_and_the_end_of_a_link_end_its_passes(shared: Make) -> None:
    share = shared(password=PASSWORD)
    held = pass_of(share, password=PASSWORD)
    share.change(password="another one")
    assert code_of(ask("get", at(share), held)) == (401, "locked")
    with acting_in(share.studio):
        share.link.revoke(by=share.link.created_by)  # type: ignore[arg-type]
    for path in addresses(share):
        answers = [ask(method, path, held) for method in METHODS]
        assert {code_of(one) for one in answers} <= {(410, "gone"), (405, "method_not_allowed")}
        assert not [one for one in answers if "Zqx" in one.content.decode()]


def test_drafts_and_drop_links_are_as_unknown_as_no_link(shared: Make) -> None:
    draft, drop = shared(), shared(upload="drop", download="original")
    with acting_in(draft.studio):
        Album.every.for_studio(draft.studio).filter(pk=draft.album.pk).update(state=AlbumState.DRAFT)
    unknown = ask("get", f"/api/galleries/{'x' * 32}").content
    for share in (draft, drop):
        for path, method in product(addresses(share), METHODS):
            answer = ask(method, path)
            assert answer.status_code in (404, 405)
            assert answer.status_code == 405 or answer.content == unknown


@of_every_kind
def test_g19_another_links_photo_is_as_unknown_as_a_random_one(shared: Make) -> None:
    """By every address with a photo in it, and so is what the studio hides."""
    share, other = shared(download="original", may_favourite=True), shared()
    held = ask("post", at(share, "/identity"), body=ADA).json()["pass"]
    hidden, gone = share.photos[1].pk, share.photos[2].pk
    with acting_in(share.studio):
        rows = Placement.objects.for_studio(share.studio)
        rows.filter(photo_id=hidden).update(is_hidden=True)
        rows.filter(photo_id=gone).update(trashed_at=timezone.now())
    with_photo = [path for path in addresses(share) if str(share.photos[0].pk) in path]
    assert len(with_photo) == 2
    sizes = [path.replace("/web", f"/{size}") for path in with_photo for size in ("tile", "original", "video")]
    for path, method in product({*with_photo, *sizes}, METHODS):
        answers = {
            ask(method, path.replace(str(share.photos[0].pk), str(pk)), held).content
            for pk in (hidden, gone, other.photos[0].pk, uuid4())
        }
        assert len(answers) == 1
        assert b"error" in answers.pop()
    listed = ask("get", at(share, "/photos"), held).json()["results"]
    assert {one["id"] for one in listed} == {str(share.photos[0].pk)}
    shown = ask("get", at(share), held).json()
    assert (shown["photo_count"], shown["cover"]["photo"]) == (1, str(share.photos[0].pk))


def test_g19_a_link_grants_its_rights_and_no_more(shared: Make) -> None:
    share = shared()
    held = ask("post", at(share, "/identity"), body=ADA).json()["pass"]
    photo = ask("get", at(share, "/photos"), held).json()["results"][0]
    assert (photo["name"], photo["urls"]["original"]) == (None, None)
    assert ask("get", at(share, f"/photos/{photo['id']}/original"), held).status_code == 404
    for method in ("put", "delete"):
        assert code_of(ask(method, at(share, f"/favourites/{photo['id']}"), held)) == (403, "permission_denied")
    assert code_of(ask("get", at(share, "/photos?q=zqx"), held)) == (403, "permission_denied")
    assert ask("get", at(share, f"/photos?person={uuid4()}"), held).status_code == 404
    assert ask("get", at(share, f"/photos?section={uuid4()}"), held).status_code == 404


@of_every_kind
def test_the_photos_are_read_page_by_page_in_the_gallerys_order(shared: Make, shared_kind: str) -> None:
    share = shared(download="web")
    found, address = [], at(share, "/photos?limit=2")
    while address:
        page = ask("get", address).json()
        found += page["results"]
        address = page["next"]
    assert [one["id"] for one in found] == [str(photo.pk) for photo in share.photos]
    assert found[0]["name"] == share.photos[0].camera_name
    assert ask("get", at(share, "/photos?cursor=x")).status_code == 400
    sections = ask("get", at(share)).json()["sections"]
    if shared_kind == "album":
        inside = ask("get", at(share, f"/photos?section={sections[0]['id']}")).json()["results"]
        assert (sections[0]["title"], len(inside)) == ("Zqx ceremony", 3)
    else:
        assert sections == []


def test_a_guest_searches_where_the_link_lets_them(shared: Make) -> None:
    share = shared(may_search=True)
    stem = share.photos[1].camera_name.rpartition(".")[0]
    results = ask("get", at(share, f"/photos?q={stem}")).json()["results"]
    assert [one["id"] for one in results] == [str(share.photos[1].pk)]
    assert ask("get", at(share, "/photos?q=%00")).status_code == 400


def test_the_bytes_are_those_of_the_pages_under_the_links_watermark(shared: Make) -> None:
    share = shared()
    photo = ask("get", at(share, "/photos")).json()["results"][0]
    picture = ask("get", photo["urls"]["tile"], accept="image/*")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/webp")
    assert picture["Cache-Control"] == "private, max-age=30"
    again = ask("get", photo["urls"]["tile"], **{"if-none-match": picture["ETag"]})
    assert again.status_code == 304
    share.change(is_watermarked=True)
    # It is made first; the clean picture never stands in for it.
    assert ask("get", photo["urls"]["tile"]).status_code == 404
    with acting_in(share.studio):
        mark = watermarks.digest_for(share.studio, share.album, is_watermarked=True)
        jobs = share.studio.jobs.filter(kind=f"mark.{mark}")
        assert jobs.count() == 1


def test_an_original_is_a_download_with_pin_quota_and_log(shared: Make) -> None:
    share = shared(download="original", download_limit=1, has_pin=True)
    share.reload()
    first, second = (at(share, f"/photos/{photo.pk}/original") for photo in share.photos[:2])
    assert code_of(ask("get", first, pass_of(share))) == (403, "pin")
    assert code_of(ask("post", at(share, "/unlock"), body={"pin": "000"})) == (422, "wrong_pin")
    held = pass_of(share, pin=share.link.pin)
    taken = ask("get", first, held)
    assert taken["Content-Disposition"].startswith("attachment")
    assert len(b"".join(taken.streaming_content)) == share.photos[0].original.size
    assert code_of(ask("get", second, held)) == (403, "used_up")
    assert ask("get", first, held).status_code == 200
    with acting_in(share.studio):
        assert Activity.objects.for_studio(share.studio).filter(kind="downloaded").count() == 2


def test_favourites_need_a_person_and_are_those_of_the_pages(shared: Make) -> None:
    share = shared(may_favourite=True)
    heart, one = at(share, f"/favourites/{share.photos[0].pk}"), str(share.photos[0].pk)
    assert code_of(ask("put", heart)) == (401, "identity_needed")
    said = ask("post", at(share, "/identity"), body=ADA).json()
    held = said["pass"]
    for _ in range(2):
        answer = ask("put", heart, held)
        assert (answer.status_code, answer.json()["on"], answer.json()["count"]) == (200, True, 1)
    assert {photo["id"] for photo in _photos(share, held) if photo["is_favourite"]} == {one}
    assert not [photo for photo in _photos(share, pass_of(share)) if photo["is_favourite"]]
    with acting_in(share.studio):
        pick = Pick.objects.for_studio(share.studio).select_related("selection").get()
        assert str(pick.selection.visitor_id) == said["visitor"]["id"]
    assert ask("get", at(share), held).json()["visitor"]["email"] == ADA["email"]


def _photos(share: Share, held: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask("get", at(share, "/photos"), held).json()["results"]
    return found


def test_a_heart_that_the_list_does_not_take_is_a_conflict(shared: Make) -> None:
    share = shared(may_favourite=True)
    held = ask("post", at(share, "/identity"), body=ADA).json()["pass"]
    assert ask("put", at(share, f"/favourites/{share.photos[0].pk}"), held).status_code == 200
    with acting_in(share.studio):
        Pick.objects.for_studio(share.studio).update(work="ready")
    assert code_of(ask("delete", at(share, f"/favourites/{share.photos[0].pk}"), held)) == (409, "working")


def test_an_address_of_somebody_else_is_proved_by_a_code(shared: Make) -> None:
    """No answer tells that it was given before, and without the code nothing of theirs is read."""
    share = shared(may_favourite=True)
    ada = ask("post", at(share, "/identity"), body=ADA).json()
    ask("put", at(share, f"/favourites/{share.photos[0].pk}"), ada["pass"])
    other = ask("post", at(share, "/identity"), body=ADA | {"name": "Eve"})
    assert other.status_code == 200
    assert not [one for one in _photos(share, other.json()["pass"]) if one["is_favourite"]]
    wrong = ask("post", at(share, "/identity"), other.json()["pass"], ADA | {"code": "000000x"})
    assert code_of(wrong) == (400, "invalid")
    with acting_in(share.studio):
        code = Visitor.objects.for_studio(share.studio).get(pk=ada["visitor"]["id"]).new_code(now=timezone.now())
    proved = ask("post", at(share, "/identity"), other.json()["pass"], ADA | {"code": code}).json()
    assert proved["visitor"]["id"] == ada["visitor"]["id"]
    assert [one["id"] for one in _photos(share, proved["pass"]) if one["is_favourite"]] == [str(share.photos[0].pk)]


def test_a_link_that_asks_who_is_there_opens_to_who_says_it(shared: Make) -> None:
    share = shared(password=PASSWORD, asks_identity=True)
    assert code_of(ask("post", at(share, "/identity"), body=ADA)) == (401, "locked")
    held = pass_of(share, password=PASSWORD)
    assert code_of(ask("get", at(share), held)) == (401, "identity_needed")
    assert code_of(ask("post", at(share, "/identity"), held, {"name": "", "email": "x"})) == (400, "invalid")
    known = ask("post", at(share, "/identity"), held, ADA).json()["pass"]
    assert ask("get", at(share), known).json()["visitor"]["name"] == "Ada"
    share.reload()
    assert share.link.views == 1


@pytest.mark.parametrize("forged", ["x", "%", "e30", "A" * 3000, "Z3Vlc3Q9eA=="])
def test_a_pass_that_is_none_opens_nothing(shared: Make, forged: str) -> None:
    share = shared(password=PASSWORD)
    held = pass_of(share, password=PASSWORD)
    for wrong in (forged, held[:-3] + "abc", held.swapcase()):
        assert code_of(ask("get", at(share), wrong)) == (401, "locked")


def test_a_members_credential_is_no_pass(shared: Make, alice: Client, alice_user: User) -> None:
    share = shared(password=PASSWORD)
    assert code_of(alice.get(at(share))) == (401, "locked")


def test_an_opening_without_a_pass_is_counted_and_one_with_it_is_not(shared: Make) -> None:
    share = shared()
    first = ask("get", at(share), **{"user-agent": "okhttp/4.9"})
    assert first["X-Robots-Tag"] == "noindex, nofollow"
    assert first["Cache-Control"] == "private, no-cache"
    held = pass_of(share)
    for _ in range(2):
        ask("get", at(share), held)
    share.reload()
    assert share.link.views == 2
    assert share.link.last_opened_at is not None


def test_a_page_costs_the_same_for_any_number_of_photos(shared: Make, django_assert_max_num_queries: Any) -> None:
    share = shared(may_favourite=True)
    held = ask("post", at(share, "/identity"), body=ADA).json()["pass"]
    for limit in (1, 3):
        with django_assert_max_num_queries(17):
            ask("get", at(share, f"/photos?limit={limit}"), held)
    with django_assert_max_num_queries(17):
        ask("get", at(share), held)
