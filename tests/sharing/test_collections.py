"""Links to collections: what leaves the collection leaves the link, and what any gallery hides is hidden there."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.tenancy import acting_in
from apps.albums import trash
from apps.albums.models import Agreement, Album, Photo, Placement, Section
from apps.library.questions.tree import read
from apps.sharing.gallery import pictures
from apps.sharing.links.terms import Terms
from apps.sharing.models import Visitor
from apps.smart_collections.models import Collection, SmartCollection
from tests.accounts.callers import bearer
from tests.actors import signed_in
from tests.factories import many_in
from tests.sharing.conftest import KINDS, PASSWORD, Make, Share, body_of, fetch, real_photo, unlocked
from tests.sharing.downloads.zipped import opened, zip_of
from tests.sharing.known import known

pytestmark = pytest.mark.django_db
NAMES = ("ZQX_0.JPG", "ZQX_1.JPG", "ZQX_2.JPG")


@pytest.fixture(params=KINDS[1:])
def shared_kind(request: pytest.FixtureRequest) -> str:
    """Both kinds of collections."""
    return str(request.param)


def update(share: Share, model: Any, **values: Any) -> None:
    """Write columns of the first photo, or of where it lies."""
    with acting_in(share.studio):
        rows = model.objects.for_studio(share.studio)
        name = "pk" if model is Photo else "photo_id"
        assert rows.filter(**{name: share.photos[0].pk}).update(**values) == 1


def where(share: Share) -> Album:
    """The gallery in which the photos lie."""
    with acting_in(share.studio):
        album: Album = Album.objects.for_studio(share.studio).get()
    album.studio = share.studio
    return album


def hide(share: Share, by: User) -> None:
    update(share, Placement, is_hidden=True)


def withhold(share: Share, by: User) -> None:
    update(share, Placement, is_withheld=True)


def keep_for_others(share: Share, by: User) -> None:
    update(share, Placement, audience=[share.photos[0].pk])


def keep_section_for_others(share: Share, by: User) -> None:
    with acting_in(share.studio):
        hidden = Section(studio=share.studio, album=where(share), title="Family", rank=2, audience=[])
        hidden.save(force_insert=True)
    update(share, Placement, section=hidden, section_rank=2)


def say_no(share: Share, by: User) -> None:
    update(share, Photo, agreement=Agreement.REFUSED)


def throw_away(share: Share, by: User) -> None:
    update(share, Placement, trashed_at="2026-01-01T00:00:00Z")


def leave(share: Share, by: User) -> None:
    """Out of the collection: by hand, or by another question."""
    gone = share.photos[0].pk
    with acting_in(share.studio):
        by_hand = Collection.objects.for_studio(share.studio).first()
        if by_hand is not None:
            by_hand.studio = share.studio
            by_hand.take_out([gone], by=by)
            return
        row = SmartCollection.objects.for_studio(share.studio).get()
        row.studio = share.studio
        rule = {"field": "camera_name", "op": "is_not", "value": "ZQX_0.JPG"}
        row.change(by=by, tree=read({"match": "all", "rules": [rule]}))


WAYS = [hide, withhold, keep_for_others, keep_section_for_others, say_no, throw_away, leave]


def told(response: Any) -> str:
    return body_of(response).decode("utf-8", "replace")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_g19_what_leaves_is_gone_from_every_guest_route_at_once(shared: Make, alice_user: User, way: Any) -> None:
    share = shared(download="original", may_favourite=True, may_comment=True, may_rate=True)
    gone, stays = share.photos[0], share.photos[1]
    guest = known(share)
    for photo in (gone, stays):
        assert guest.post(share.url("favourite", photo), {"on": "1"}).status_code in (200, 204, 303)
    assert fetch(guest, share.picture(photo=gone)).status == 200
    way(share, alice_user)
    pictures.RIGHTS.clear()
    pictures.PLACES.clear()
    page = told(guest.get(share.url()))
    assert (str(gone.pk) in page, str(stays.pk) in page, 'data-total="2"' in page) == (False, True, True)
    for name in ("photo", "download", "panel"):
        assert guest.get(share.url(name, gone)).status_code == 404, name
        assert guest.get(share.url(name, stays)).status_code == 200, name
    for name in ("favourite", "comment", "mark"):
        assert guest.post(share.url(name, gone), {"on": "1", "body": "x", "stars": "1"}).status_code == 404, name
    assert fetch(guest, share.picture(photo=gone)).status == 404
    assert fetch(guest, share.picture(photo=stays)).status == 200
    favourites = told(guest.get(f"{share.url()}?only=favourites"))
    assert (str(gone.pk) in favourites, str(stays.pk) in favourites) == (False, True)
    for what in ("all", "favourites"):
        packed = " ".join(opened(zip_of(share, guest, what=what, size="original")).namelist())
        assert ("ZQX_0" in packed, "ZQX_1" in packed) == (False, True), what
    chosen = {"photos": [str(gone.pk), str(stays.pk)]}
    begun = guest.post(share.url("download_chosen"), chosen).headers["location"].partition("what=")[2]
    packed = " ".join(opened(zip_of(share, guest, what=unquote(begun), size="original")).namelist())
    assert ("ZQX_0" in packed, "ZQX_1" in packed) == (False, True)


@pytest.mark.parametrize("shared_kind", ["smart"])
def test_what_the_question_finds_comes_by_itself(shared: Make, shared_kind: str) -> None:
    share = shared()
    guest = Client()
    assert 'data-total="3"' in told(guest.get(share.url()))
    with many_in(share.studio):
        photo = real_photo(where(share), "ZQX_NEW.JPG")
        Placement(studio=share.studio, album=where(share), photo=photo, sort_key="9", manual_key="9").save()
    page = told(guest.get(share.url()))
    assert (str(photo.pk) in page, 'data-total="4"' in page, "This gallery is live" in page) == (True, True, True)
    with acting_in(share.studio):
        assert "It is live" in Terms.of(share.link, share.link.album).sentence(share.link.created_at)


def test_a_question_finds_nothing_of_a_draft_and_what_was_chosen_was_meant(shared: Make, shared_kind: str) -> None:
    share = shared()
    guest = Client()
    for state, total in (("draft", 0 if shared_kind == "smart" else 3), ("archived", 3), ("live", 3)):
        with acting_in(share.studio):
            Album.objects.for_studio(share.studio).update(state=state)
        assert told(guest.get(share.url())).count('id="p-') == total, state


@pytest.mark.django_db(transaction=True)
def test_the_names_and_sections_of_galleries_stay_with_the_studio(shared: Make) -> None:
    share = shared(download="original")
    guest = Client()
    pages = [share.url(), share.url("photo", share.photos[0]), share.url("downloads")]
    packed = opened(zip_of(share, guest, what="all", size="original")).namelist()
    assert "ceremony" not in "".join([*(told(guest.get(page)) for page in pages), *packed])
    assert [name for name in NAMES if name not in packed] == []


def test_strict_links_ask_the_consent_passport(shared: Make) -> None:
    share = shared(only_agreed=True)
    guest = Client()
    assert 'data-total="0"' in told(guest.get(share.url())) or str(share.photos[0].pk) not in told(
        guest.get(share.url())
    )
    update(share, Photo, agreement=Agreement.EVERYONE)
    page = told(guest.get(share.url()))
    assert [str(photo.pk) in page for photo in share.photos] == [True, False, False]


def test_a_deleted_collection_closes_its_links_until_it_is_back(shared: Make, alice_user: User) -> None:
    share = shared()
    guest = Client()
    with acting_in(share.studio):
        row = (
            Collection.objects.for_studio(share.studio).first()
            or SmartCollection.objects.for_studio(share.studio).get()
        )
        row.studio = share.studio
        entry = row.remove(by=alice_user)
    assert guest.get(share.url()).status_code == 410
    assert bearer(alice_user, "north").post(f"/api/journal/{entry.undo_id}/undo").status_code == 200
    assert guest.get(share.url()).status_code == 200


def test_a_collection_is_no_gallery_of_any_list(shared: Make, alice_user: User) -> None:
    share = shared()
    owner = signed_in(alice_user)
    api = bearer(alice_user, "north")
    for path in ("albums:list", "library:library"):
        assert str(share.album.pk) not in told(owner.get(reverse(path, args=["north"])))
    assert str(share.album.pk) not in api.get("/api/albums").content.decode()
    assert owner.get(reverse("albums:detail", args=["north", share.album.pk])).status_code == 404
    assert api.get(f"/api/albums/{share.album.pk}").status_code == 404
    with acting_in(share.studio):
        assert trash.trash_album(where(share), by=alice_user)
    assert 'data-total="3"' not in told(Client().get(share.url()))


def test_what_guests_leave_is_read_by_the_studio(shared: Make, alice_user: User) -> None:
    share = shared(may_favourite=True, may_comment=True)
    guest = known(share)
    guest.post(share.url("favourite", share.photos[0]), {"on": "1"})
    guest.post(share.url("comment", share.photos[0]), {"body": "Zqx lovely"})
    owner = signed_in(alice_user)

    def page(name: str) -> str:
        return told(owner.get(reverse(f"sharing:{name}", args=["north", share.album.pk])))

    assert "ZQX_0" in page("proofing")
    assert "Zqx lovely" in page("proofing_comments")
    assert "Zqx couple" in page("links")
    assert "3 photos" in page("links")
    with acting_in(share.studio):
        visitor = Visitor.objects.for_studio(share.studio).get()
    assert visitor.name in page("visitors")
    assert "Zqx wedding" in page("album_activity")
    assert owner.get(reverse("sharing:album_emails", args=["north", share.album.pk])).status_code == 200


@pytest.mark.parametrize("shared_kind", ["collection"])
def test_collections_are_shared_by_page_and_api(shared: Make, alice_user: User, shared_kind: str) -> None:
    share = shared(password=PASSWORD)
    api, owner = bearer(alice_user, "north"), signed_in(alice_user)
    ours = f"/api/collections/{share.album.pk}/share"
    made = api.send(ours, {"label": "Second", "rights": {"download": "web"}})
    assert made.status_code == 201
    assert [row["label"] for row in api.get(ours).json()["results"]] == ["Second", "Zqx couple"] or made.json()["url"]
    refused = api.send(ours, {"label": "Third", "rights": {"find_me": "all"}})
    assert refused.status_code == 400
    rules = {"match": "all", "rules": []}
    smart = api.send("/api/smart-collections", {"title": "All", "rules": rules}).json()["id"]
    link = api.send(f"/api/smart-collections/{smart}/share", {"label": "All"}).json()
    assert Client().get(urlsplit(link["url"]).path).status_code == 200
    answer = owner.post(reverse("sharing:share_smart_collection", args=["north", smart]))
    assert told(owner.get(answer.headers["location"])).count("It is live") >= 1
    assert json.loads(api.get(f"/api/smart-collections/{smart}/share").content)["results"][0]["label"] == "All"


def test_the_page_asks_a_fixed_number_of_questions(shared: Make, django_assert_max_num_queries: Any) -> None:
    share = shared(password=PASSWORD, download="original", may_favourite=True)
    guest = unlocked(share)
    with django_assert_max_num_queries(22):
        guest.get(share.url())
