"""The studio's pages of albums: who may come in, what is shown, what each deed does."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from apps.accounts.models import JournalEntry, Studio
from apps.accounts.tenancy import acting_in
from apps.albums import placements
from apps.albums.models import Album, AlbumState, Ordering, Photo, PhotoState, Placement
from apps.jobs.models import Job
from apps.sharing.models import ShareLink
from tests.albums.bulk import fill
from tests.albums.people import names_of, order_of, page, part
from tests.factories import (
    AlbumFactory,
    BlobFactory,
    PhotoFactory,
    PlacementFactory,
    SectionFactory,
    ShareLinkFactory,
    jpeg,
)
from tests.markup import tight

LIST = "/studio/north/albums/"


@pytest.fixture(autouse=True)
def no_old_counts() -> None:
    cache.clear()


@pytest.fixture
def album(north: Studio) -> Album:
    return AlbumFactory.create(studio=north, title="Anna & Tom", slug="anna-tom", state=AlbumState.DRAFT)


@pytest.fixture
def stranger(south: Studio) -> Placement:
    """A photo in a section of an album of another studio."""
    album = AlbumFactory.create(studio=south, title="Not yours")
    return PlacementFactory.create(album=album, section=SectionFactory.create(album=album, rank=1))


def fresh(album: Album) -> Album:
    with acting_in(album.studio):
        return Album.objects.for_studio(album.studio).get(pk=album.pk)


def verbs(studio: Studio) -> list[str]:
    with acting_in(studio):
        return list(JournalEntry.objects.for_studio(studio).order_by("at", "id").values_list("verb", flat=True))


READ = ["detail", "tiles", "status", "problems"]
WRITE = [
    "edit", "state", "delete", "sort", "order", "cover", "retry_all", "photos_move", "photos_delete",
    "section_create", "section_order", "sections_for_upload",
]  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_a_stranger_finds_no_album(name: str, album: Album, charlie: Client, nobody: Client) -> None:
    assert charlie.get(page(name, album)).status_code == 404
    assert nobody.get(page(name, album)).headers["location"].startswith("/login/")


@pytest.mark.parametrize("name", WRITE)
def test_a_stranger_changes_no_album(name: str, album: Album, charlie: Client, nobody: Client) -> None:
    assert charlie.post(page(name, album)).status_code == 404
    assert nobody.post(page(name, album)).headers["location"].startswith("/login/")


@pytest.mark.parametrize("name", READ)
def test_a_viewer_sees_an_album(name: str, album: Album, bob: Client) -> None:
    assert bob.get(page(name, album)).status_code == 200


@pytest.mark.parametrize("name", WRITE)
def test_a_viewer_changes_no_album(name: str, album: Album, bob: Client) -> None:
    assert bob.post(page(name, album)).status_code == 403


def test_a_viewer_gets_no_means_to_change_anything(album: Album, bob: Client) -> None:
    PlacementFactory.create(album=album)
    html = bob.get(page("detail", album)).content.decode()
    assert 'class="pick"' not in html
    assert "data-upload-url" not in html


# -- the list ----------------------------------------------------------------------------------------


def test_the_list_shows_albums_newest_first_with_cover_and_counts(album: Album, alice: Client) -> None:
    photo = PlacementFactory.create(album=album).photo
    PlacementFactory.create(album=album)
    ShareLinkFactory.create(album=album)
    AlbumFactory.create(studio=album.studio, title="Later")
    shown = alice.get(LIST).context["albums"]
    assert [card.title for card in shown] == ["Later", "Anna & Tom"]
    assert (shown[1].photo_count, shown[1].size, shown[1].link_count) == (2, 2 * 12_345, 1)
    assert f"/{photo.pk.hex}/thumb." in shown[1].cover_url
    assert shown[0].cover_url == ""


def test_the_list_finds_titles_and_filters_states(album: Album, alice: Client) -> None:
    AlbumFactory.create(studio=album.studio, title="100% Eva_Jan", state=AlbumState.LIVE)

    def titles(**query: str) -> list[str]:
        return [card.title for card in alice.get(LIST, query).context["albums"]]

    assert titles(q="anna") == ["Anna & Tom"]
    assert titles(q="0% E") == ["100% Eva_Jan"]
    assert titles(q="%") == ["100% Eva_Jan"]
    assert titles(q="\x00") == ["100% Eva_Jan", "Anna & Tom"]
    assert titles(state="draft") == ["Anna & Tom"]
    assert titles(state="nonsense") == ["100% Eva_Jan", "Anna & Tom"]
    assert titles(q="anna", state="live") == []


def test_the_list_is_ordered_as_chosen_and_goes_on_so(north: Studio, alice: Client) -> None:
    for number in range(30):
        AlbumFactory.create(studio=north, title=f"{(number * 7) % 30:02}")

    def titles(query: str) -> list[str]:
        first = alice.get(f"{LIST}{query}")
        rest = alice.get(first.context["page"]["next_url"], headers=part("more"))
        return [one.title for one in (*first.context["albums"], *rest.context["albums"])]

    assert titles("?sort=title") == sorted(titles(""))
    assert titles("?sort=oldest") == titles("")[::-1]
    assert titles("?sort=nonsense") == titles("")


def test_the_list_shows_no_trash_and_nothing_of_others(album: Album, alice: Client, stranger: Placement) -> None:
    alice.post(page("delete", album))
    assert alice.get(LIST).context["albums"] == []


def test_the_list_goes_on_where_it_ended(north: Studio, alice: Client) -> None:
    for number in range(50):
        AlbumFactory.create(studio=north, title=f"{number:02}")
    seen, url = [], LIST
    while url:
        context = alice.get(url, headers=part("more")).context
        seen += [card.title for card in context["albums"]]
        url = context["page"]["next_url"]
    assert seen == [f"{number:02}" for number in reversed(range(50))]


def test_the_list_costs_the_same_for_two_albums_and_for_twenty(
    album: Album, alice: Client, django_assert_max_num_queries: Any
) -> None:
    # From now on it is known which studio the address leads to.
    assert alice.get(LIST).status_code == 200
    prices = []
    for count in (1, 20):
        for _ in range(count):
            PlacementFactory.create(album=AlbumFactory.create(studio=album.studio))
        cache.clear()
        with django_assert_max_num_queries(13) as queries:
            assert alice.get(LIST).status_code == 200
        prices.append(len(queries))
    assert prices[0] == prices[1]


# -- made, changed -----------------------------------------------------------------------------------


def test_an_album_is_made_as_a_draft_with_a_slug_of_its_title(north: Studio, erin: Client) -> None:
    for slug in ("hochzeit-muller-sohne", "hochzeit-muller-sohne-2"):
        answer = erin.post(reverse("albums:create", args=["north"]), {"title": "Hochzeit Müller & Söhne"})
        assert answer.status_code == 303
        with acting_in(north):
            album = Album.objects.for_studio(north).select_related("studio").get(slug=slug)
        assert answer.headers["location"] == page("detail", album)
        assert album.state == AlbumState.DRAFT
    assert verbs(north) == ["album.created"] * 2


@pytest.mark.parametrize("title", ["婚礼", "!!!", "…"])
def test_a_title_without_letters_for_a_slug_still_makes_one(title: str, north: Studio, erin: Client) -> None:
    assert erin.post(reverse("albums:create", args=["north"]), {"title": title}).status_code == 303
    with acting_in(north):
        assert Album.objects.for_studio(north).get(title=title).slug == "gallery"


@pytest.mark.parametrize(
    "bad", [{"title": ""}, {"title": "x" * 121}, {"title": "x\x00"}, {"title": "x", "event_date": "soon"}]
)
def test_a_bad_form_comes_back_with_its_errors(bad: dict[str, str], north: Studio, erin: Client) -> None:
    url = reverse("albums:create", args=["north"])
    for headers in ({}, part("dialog-body")):
        answer = erin.post(url, bad, headers=headers)
        assert answer.status_code == 422
        assert answer.context["form"].errors
    assert verbs(north) == []


def test_htmx_is_led_to_the_new_album(north: Studio, erin: Client) -> None:
    answer = erin.post(reverse("albums:create", args=["north"]), {"title": "New"}, headers=part("form"))
    with acting_in(north):
        album = Album.objects.for_studio(north).select_related("studio").get()
    assert answer.headers["HX-Redirect"] == page("detail", album)


def test_a_change_keeps_the_slug(album: Album, erin: Client) -> None:
    changes = {"title": "Eva", "event_date": "2026-05-30", "description": "Hello"}
    assert erin.post(page("edit", album), changes).status_code == 303
    row = fresh(album)
    assert (row.title, str(row.event_date), row.description, row.slug) == ("Eva", "2026-05-30", "Hello", "anna-tom")
    assert verbs(album.studio) == ["album.changed"]


def test_the_form_shows_what_the_album_has(album: Album, erin: Client) -> None:
    html = erin.get(page("edit", album), headers=part("dialog-body")).content.decode()
    assert 'value="Anna &amp; Tom"' in html
    assert "<html" not in html


@pytest.mark.parametrize("state", AlbumState.values)
def test_the_state_is_changed_and_written_down(state: str, album: Album, erin: Client) -> None:
    assert erin.post(page("state", album), {"state": state}).status_code == 303
    assert fresh(album).state == state
    assert verbs(album.studio) == ([] if state == "draft" else ["album.state"])


def test_an_unknown_state_or_order_is_refused(album: Album, erin: Client) -> None:
    assert erin.post(page("state", album), {"state": "public"}).status_code == 400
    assert erin.post(page("sort", album), {"sort": "random"}).status_code == 400


def test_photos_are_sorted_as_chosen(album: Album, erin: Client) -> None:
    for name in ("b", "a"):
        with acting_in(album.studio):
            placements.place(album, PhotoFactory.create(studio=album.studio, camera_name=name))
    assert erin.post(page("sort", album), {"sort": "name"}, headers=part("")).headers["HX-Refresh"] == "true"
    assert names_of(album) == ["a", "b"]
    erin.post(page("sort", album), {"sort": "manual"})
    assert names_of(album) == ["b", "a"]
    assert fresh(album).ordering == Ordering.MANUAL
    assert verbs(album.studio) == ["album.reordered"] * 2


def test_the_cover_has_a_focal_point(album: Album, erin: Client) -> None:
    photo = PlacementFactory.create(album=album).photo
    answer = erin.post(page("cover", album), {"photo": str(photo.pk), "focal_x": "25", "focal_y": "80"})
    assert answer.status_code == 303
    row = fresh(album)
    assert (row.cover_id, row.focal_x, row.focal_y) == (photo.pk, 0.25, 0.8)


@pytest.mark.parametrize("focal", ["-1", "101", "nan", "inf", "left"])
def test_a_focal_point_lies_on_the_photo(focal: str, album: Album, erin: Client) -> None:
    photo = PlacementFactory.create(album=album).photo
    assert erin.post(page("cover", album), {"photo": str(photo.pk), "focal_x": focal}).status_code == 400


# -- the album's page --------------------------------------------------------------------------------


def test_the_page_has_all_parts(album: Album, alice: Client) -> None:
    section = SectionFactory.create(album=album, rank=1, title="Ceremony")
    fill(album, 3, sections=(0, 1))
    answer = alice.get(page("detail", album))
    context = answer.context
    assert (context["album"].photo_count, context["album"].size, context["first"]) == (3, 3000, 0)
    assert [(one.id, one.count) for one in context["sections"]] == [(section.pk, 1)]
    assert context["next_url"] == ""
    assert context["upload"]["quota_left"] == album.studio.quota_bytes
    assert answer.headers["Vary"].count("HX-Target") == 1
    html = answer.content.decode()
    assert html.count('class="t ') == 3
    assert f'id="s-{section.pk}"' in html


@pytest.mark.parametrize(
    ("target", "start"),
    [
        ("summary", '<div id="summary">'),
        ("sections", '<nav id="sections"'),
        ("section-editor", '<div id="section-editor">'),
    ],
)
def test_htmx_gets_the_part_it_asks_for(target: str, start: str, album: Album, alice: Client) -> None:
    assert tight(alice.get(page("detail", album), headers=part(target)).content).startswith(start)


def test_the_next_page_is_a_fragment_of_tiles(album: Album, alice: Client) -> None:
    fill(album, 130)
    seen, url = [], alice.get(page("detail", album)).context["next_url"]
    while url:
        answer = alice.get(url, headers=part("more"))
        assert b"<html" not in answer.content
        seen.append(answer.content.count(b'class="t '))
        url = answer.context["next_url"]
    assert seen == [60, 10]
    assert answer.content.rstrip().endswith(b'<i class="fill"></i>')


def test_a_cursor_of_another_album_is_the_first_page(album: Album, alice: Client, stranger: Placement) -> None:
    other = AlbumFactory.create(studio=album.studio)
    fill(other, 70)
    fill(album, 5)
    cursor = alice.get(page("detail", other)).context["next_url"].partition("?after=")[2]
    assert alice.get(page("detail", album), {"after": cursor}).context["first"] == 0
    assert alice.get(page("detail", album), {"after": "junk"}).status_code == 200


def test_a_section_can_be_shown_alone(album: Album, alice: Client) -> None:
    section = SectionFactory.create(album=album, rank=1)
    fill(album, 150, sections=(0, 1))
    answer = alice.get(page("detail", album), {"section": str(section.pk)})
    assert answer.context["section"] == section
    following = alice.get(answer.context["next_url"], headers=part("more"))
    assert answer.content.count(b'class="t ') + following.content.count(b'class="t ') == 75


def test_ids_of_others_are_unknown_ids(album: Album, alice: Client, stranger: Placement) -> None:
    """Another studio's section, photo and album in every place where an id is read."""
    photo = PlacementFactory.create(album=album).photo
    section, theirs = str(stranger.section_id), str(stranger.photo_id)
    ours = str(photo.pk)
    assert alice.get(page("detail", album), {"section": section}).status_code == 404
    assert alice.get(page("detail", album), {"photo": theirs}).context["first"] == 0
    assert alice.get(page("tiles", album), {"ids": theirs}).content == b""
    assert alice.get(page("status", album), {"ids": theirs}).json()["photos"] == []
    assert alice.get(page("photo_download", album, stranger.photo_id)).status_code == 404
    for name, body in [
        ("cover", {"photo": theirs}),
        ("order", {"photo": theirs}),
        ("order", {"photo": ours, "section": section}),
        ("photos_move", {"photo": ours, "section": section}),
        ("photos_move", {"photo": theirs}),
        ("photos_delete", {"photo": theirs}),
    ]:
        assert alice.post(page(name, album), body).status_code == 404, (name, body)
    assert alice.post(page("photo_retry", album, stranger.photo_id)).status_code == 404
    for name in ("section_rename", "section_delete"):
        assert alice.post(page(name, album, stranger.section_id), {"title": "x"}).status_code == 404
    alice.post(page("order", album), {"photo": ours, "before": theirs})
    alice.post(page("section_order", album), {"section": section})
    for kind, row in (("album", stranger.album_id), ("photo", stranger.photo_id)):
        for name in ("trash_restore", "trash_delete"):
            url = reverse(f"albums:{name}", args=["north", kind, row])
            assert alice.post(url, {"confirm": "Not yours"}).status_code == 404
    assert order_of(album) == [photo.pk]
    assert order_of(stranger.album) == [stranger.photo_id]


@pytest.mark.parametrize("bad", ["x", "1", "' or 1=1", "\x00"])
def test_an_id_that_cannot_be_read_is_refused(bad: str, album: Album, alice: Client) -> None:
    assert alice.get(page("tiles", album), {"ids": bad}).status_code == 400
    assert alice.get(page("detail", album), {"section": bad}).status_code == 400
    assert alice.post(page("order", album), {"photo": bad}).status_code == 400


def test_too_many_ids_are_refused(album: Album, alice: Client) -> None:
    ids = ",".join(str(uuid4()) for _ in range(101))
    assert alice.get(page("tiles", album), {"ids": ids}).status_code == 400


def test_tiles_and_states_are_given_by_id(album: Album, alice: Client) -> None:
    ready = PlacementFactory.create(album=album).photo
    failed = PhotoFactory.create(studio=album.studio, state=PhotoState.FAILED, problem="Cut off.")
    PlacementFactory.create(album=album, photo=failed)
    ids = f"{failed.pk},{uuid4()},{ready.pk}"
    assert alice.get(page("tiles", album), {"ids": ids}).content.count(b'class="t ') == 2
    status = alice.get(page("status", album), {"ids": ids}).json()
    assert sorted(status["photos"], key=lambda photo: photo["state"]) == [
        {"id": str(failed.pk), "state": "failed", "reason": "Cut off."},
        {"id": str(ready.pk), "state": "ready", "reason": ""},
    ]
    assert (status["processing"], status["failed"]) == (0, 1)


def test_the_original_comes_under_its_camera_name(album: Album, bob: Client) -> None:
    data = jpeg()
    photo = PhotoFactory.create(
        studio=album.studio,
        camera_name='Fête "1".JPG',
        original=BlobFactory.create(studio=album.studio, data=data),
    )
    PlacementFactory.create(album=album, photo=photo)
    answer = bob.get(page("photo_download", album, photo.pk))
    assert b"".join(answer.streaming_content) == data  # type: ignore[attr-defined]
    assert "F%C3%AAte%20%221%22.JPG" in answer.headers["Content-Disposition"]


# -- deeds on photos ---------------------------------------------------------------------------------


def test_photos_are_ordered_by_hand(album: Album, erin: Client) -> None:
    a, b, c = (PlacementFactory.create(album=album).photo_id for _ in range(3))
    answer = erin.post(
        page("order", album), {"photo": [str(c), str(b)], "before": str(a), "section": ""}, headers=part("")
    )
    assert answer.status_code == 204
    assert order_of(album) == [c, b, a]
    assert verbs(album.studio) == ["photos.ordered"]


def test_photos_move_to_a_section_and_out_of_it(album: Album, erin: Client) -> None:
    section = SectionFactory.create(album=album, rank=1, title="Ceremony")
    a, b, c = (PlacementFactory.create(album=album).photo_id for _ in range(3))
    answer = erin.post(
        page("photos_move", album), {"photo": [str(a), str(b)], "section": str(section.pk)}, headers=part("")
    )
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["text"] == "2 photos moved to “Ceremony”."
    assert order_of(album) == [c, a, b]
    erin.post(page("photos_move", album), {"photo": [str(b)], "section": ""})
    assert order_of(album) == [b, c, a]


def test_a_deletion_can_be_taken_back_by_its_message(album: Album, erin: Client) -> None:
    photos = [PlacementFactory.create(album=album).photo_id for _ in range(3)]
    answer = erin.post(page("photos_delete", album), {"photo": [str(pk) for pk in photos[:2]]}, headers=part(""))
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert (answer.status_code, toast["text"]) == (204, "2 photos moved to the trash.")
    assert order_of(album) == photos[2:]
    assert erin.post(toast["undo"], headers=part("")).status_code == 204
    assert order_of(album) == photos
    again = erin.post(toast["undo"], headers=part(""))
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_undone")
    assert verbs(album.studio) == ["photos.deleted", "act.undone"]


@pytest.mark.parametrize(
    ("shared", "said"),
    [
        (1, "1 photo moved to the trash, 1 only removed from this gallery. It stays in your other galleries."),
        (2, "2 photos removed from this gallery. They stay in your other galleries."),
    ],
)
def test_a_photo_that_lies_elsewhere_too_is_not_said_to_be_in_the_trash(
    shared: int, said: str, album: Album, erin: Client
) -> None:
    photos = [PlacementFactory.create(album=album).photo for _ in range(2)]
    other = AlbumFactory.create(studio=album.studio)
    for photo in photos[:shared]:
        PlacementFactory.create(album=other, photo=photo)
    answer = erin.post(page("photos_delete", album), {"photo": [str(one.pk) for one in photos]}, headers=part(""))
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["text"] == said
    assert "removed 2 photos from the gallery" in tight(erin.get(page("history", album)).content)
    assert len(erin.get("/studio/north/trash/").context["items"]) == 2 - shared


def test_the_number_of_photos_follows_what_is_shown(album: Album, erin: Client) -> None:
    section = SectionFactory.create(album=album, rank=1)
    inside = [PlacementFactory.create(album=album, section=section).photo_id for _ in range(3)]
    PlacementFactory.create(album=album)
    only = page("detail", album) + f"?section={section.pk}"
    assert 'data-total="3"' in erin.get(only).content.decode()
    deleted = erin.post(page("photos_delete", album), {"photo": [str(inside[0])]}, headers=part(""))
    cache.clear()
    assert 'data-shown="2"' in erin.get(only, headers=part("sections")).content.decode()
    erin.post(json.loads(deleted.headers["HX-Trigger"])["toast"]["undo"], headers=part(""))
    cache.clear()
    assert 'data-shown="3"' in erin.get(only, headers=part("sections")).content.decode()
    assert 'data-shown="4"' in erin.get(page("detail", album), headers=part("sections")).content.decode()


def test_dropped_folders_become_sections_in_their_order(album: Album, erin: Client) -> None:
    known = SectionFactory.create(album=album, rank=1, title="Party")
    titles = ["Zoo", " Anna ", "Party", "Zoo"]
    ids = erin.post(page("sections_for_upload", album), {"title": titles}).json()["sections"]
    assert ids["Party"] == str(known.pk)
    with acting_in(album.studio):
        made = list(album.sections.order_by("rank").values_list("title", "pk"))
    assert [title for title, _ in made] == ["Party", "Zoo", "Anna"]
    assert {str(pk) for _, pk in made} == set(ids.values())
    assert set(ids) == set(titles)


def test_failed_photos_are_listed_and_tried_again(album: Album, erin: Client, bob: Client) -> None:
    photos = [
        PhotoFactory.create(studio=album.studio, state=PhotoState.FAILED, problem="Cut off.", camera_name="<b>.jpg")
        for _ in range(2)
    ]
    for photo in photos:
        PlacementFactory.create(album=album, photo=photo)
    html = bob.get(page("problems", album), headers=part("dialog-body")).content.decode()
    assert html.count("Cut off.") == 2
    assert "&lt;b&gt;.jpg" in html
    tile = erin.post(page("photo_retry", album, photos[0].pk), headers=part("")).content.decode()
    assert tile.startswith('<div class="t ')
    assert "is-wait" in tile
    again = erin.post(page("retry_all", album), headers=part("problems"))
    assert again.context["problems"] == []
    with acting_in(album.studio):
        assert Job.objects.for_studio(album.studio).filter(kind="render", state="pending").count() == 2
        assert not Photo.objects.for_studio(album.studio).filter(state=PhotoState.FAILED).exists()


def test_a_photo_whose_file_can_never_be_shown_is_not_tried_again(album: Album, erin: Client) -> None:
    words = {"problem": "This is a camera RAW file.", "is_refused": True}
    photo = PhotoFactory.create(studio=album.studio, state=PhotoState.FAILED, **words)
    PlacementFactory.create(album=album, photo=photo)
    html = erin.get(page("problems", album), headers=part("dialog-body")).content.decode()
    assert "camera RAW" in html
    assert "ry all again" not in html
    assert "Try again" not in html
    tile = erin.get(page("tiles", album), {"ids": str(photo.pk)}).content.decode()
    assert "camera RAW" in tile
    assert "Try again" not in tile
    erin.post(page("retry_all", album), headers=part("problems"))
    with acting_in(album.studio):
        photo.refresh_from_db()
    assert photo.state == PhotoState.FAILED


def test_a_folder_finds_its_section_however_the_title_is_written(album: Album, erin: Client) -> None:
    known = SectionFactory.create(album=album, rank=1, title="K\u00f6ln")
    ids = erin.post(page("sections_for_upload", album), {"title": ["Ko\u0308ln", "K\u00d6LN"]}).json()["sections"]
    assert set(ids.values()) == {str(known.pk)}


# -- sections ----------------------------------------------------------------------------------------


def titles(album: Album) -> list[str]:
    with acting_in(album.studio):
        return list(album.sections.order_by("rank").values_list("title", flat=True))


def test_sections_are_made_renamed_reordered_and_removed(album: Album, erin: Client) -> None:
    for title in ("Ready", " Ceremony ", "Party"):
        assert (
            erin.post(page("section_create", album), {"title": title}, headers=part("section-editor")).status_code
            == 200
        )
    assert titles(album) == ["Ready", "Ceremony", "Party"]
    with acting_in(album.studio):
        ready, ceremony, party = album.sections.order_by("rank")
    photos = {}
    for section in (ready, ceremony, party):
        photos[section] = PlacementFactory.create(album=album, section=section).photo_id
    erin.post(page("section_order", album), {"section": [str(party.pk), str(ready.pk)]})
    assert titles(album) == ["Party", "Ready", "Ceremony"]
    assert order_of(album) == [photos[party], photos[ready], photos[ceremony]]
    erin.post(page("section_rename", album, ceremony.pk), {"title": "Vows"})
    erin.post(page("section_delete", album, ready.pk))
    assert titles(album) == ["Party", "Vows"]
    assert order_of(album) == [photos[ready], photos[party], photos[ceremony]]


@pytest.mark.parametrize("title", ["", "   ", "x" * 121, "Ceremony"])
def test_a_title_that_will_not_do_is_said_beside_the_list(title: str, album: Album, erin: Client) -> None:
    SectionFactory.create(album=album, rank=1, title="Ceremony")
    other = SectionFactory.create(album=album, rank=2, title="Party")
    for url in (page("section_create", album), page("section_rename", album, other.pk)):
        answer = erin.post(url, {"title": title}, headers=part("section-editor"))
        assert answer.status_code == 422
        assert answer.context["section_error"]
        assert erin.post(url, {"title": title}).status_code == 303
    assert titles(album) == ["Ceremony", "Party"]


# -- the trash ---------------------------------------------------------------------------------------


def test_an_album_goes_to_the_trash_and_comes_back(album: Album, erin: Client) -> None:
    assert erin.post(page("delete", album)).headers["location"] == LIST
    assert erin.get(page("detail", album)).status_code == 404
    said = erin.get(LIST).content.decode()
    assert "“Anna &amp; Tom” is in the trash." in said
    undo = re.search(r'action="(/studio/north/undo/[^"]+)"', said) or re.search(r'action="([^"]*undo[^"]*)"', said)
    assert undo
    erin.post(undo[1], {"back": LIST})
    assert erin.get(page("detail", album)).status_code == 200
    erin.post(page("delete", album))
    assert erin.get("/studio/north/trash/").context["items"][0]["title"] == "Anna & Tom"
    erin.post(reverse("albums:trash_restore", args=["north", "album", album.pk]))
    assert erin.get(page("detail", album)).status_code == 200


def test_no_page_of_the_studio_stays_in_the_browsers_memory(album: Album, erin: Client) -> None:
    for url in (LIST, page("detail", album), "/studio/north/trash/"):
        assert erin.get(url)["Cache-Control"] == "private, no-store"


def test_an_album_is_purged_only_by_its_title(album: Album, alice: Client) -> None:
    alice.post(page("delete", album))
    url = reverse("albums:trash_delete", args=["north", "album", album.pk])
    wrong = alice.post(url, {"confirm": "Anna"}, headers=part("trash"))
    assert wrong.status_code == 422
    assert json.loads(wrong.headers["HX-Trigger"])["toast"]["level"] == "error"
    assert alice.post(url, {"confirm": " anna & TOM "}, headers=part("trash")).context["items"] == []
    with acting_in(album.studio):
        assert not Album.objects.for_studio(album.studio).exists()


@pytest.mark.parametrize("kind", ["album", "photo"])
def test_only_owners_delete_for_ever(kind: str, album: Album, alice: Client, erin: Client) -> None:
    """An editor's slip comes back for thirty days, whatever they press."""
    photo = PlacementFactory.create(album=album).photo
    row = album if kind == "album" else photo
    with acting_in(album.studio):
        album.studio.take_room(photo.original.size)
    erin.post(page("delete", album) if kind == "album" else page("photos_delete", album), {"photo": str(photo.pk)})
    url = reverse("albums:trash_delete", args=["north", kind, row.pk])
    assert f'action="{url}"' not in erin.get("/studio/north/trash/").content.decode()
    assert erin.post(url, {"confirm": album.title}).status_code == 403
    with acting_in(album.studio):
        row.refresh_from_db()
    assert f'action="{url}"' in alice.get("/studio/north/trash/").content.decode()
    assert alice.post(url, {"confirm": album.title}).status_code == 303
    assert alice.get("/studio/north/trash/").context["items"] == []


def test_what_is_not_in_the_trash_cannot_be_purged(album: Album, alice: Client) -> None:
    photo = PlacementFactory.create(album=album).photo
    for kind, row in (("album", album.pk), ("photo", photo.pk)):
        url = reverse("albums:trash_delete", args=["north", kind, row])
        assert alice.post(url, {"confirm": album.title}).status_code == 404


def test_the_trash_is_emptied_by_owners_only_and_on_a_word(album: Album, alice: Client, erin: Client) -> None:
    photo = PlacementFactory.create(album=album).photo
    with acting_in(album.studio):
        album.studio.take_room(photo.original.size)
    erin.post(page("photos_delete", album), {"photo": str(photo.pk)})
    url = reverse("albums:trash_empty", args=["north"])
    assert erin.post(url, {"confirm": "empty"}).status_code == 403
    assert f'action="{url}"' not in erin.get("/studio/north/trash/").content.decode()
    assert alice.post(url, headers=part("trash")).status_code == 422
    listed = alice.get("/studio/north/trash/")
    assert len(listed.context["items"]) == 1
    assert f'action="{url}"' in listed.content.decode()
    assert alice.post(url, {"confirm": "empty"}).status_code == 303
    assert erin.get("/studio/north/trash/").context["items"] == []


def test_purging_an_album_ends_its_links(album: Album, alice: Client) -> None:
    ShareLinkFactory.create(album=album)
    alice.post(page("delete", album))
    alice.post(reverse("albums:trash_delete", args=["north", "album", album.pk]), {"confirm": album.title})
    with acting_in(album.studio):
        assert not ShareLink.objects.for_studio(album.studio).exists()


# -- the price ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_page_asks_as_much_for_200_photos_as_for_2_000(
    north: Studio, alice: Client, may_analyze: None, django_assert_max_num_queries: Any
) -> None:
    prices, sizes = [], []
    for count in (200, 2_000):
        album = AlbumFactory.create(studio=north)
        for rank in (1, 2, 3):
            SectionFactory.create(album=album, rank=rank)
        fill(album, count, sections=(1, 2, 3))
        alice.get(page("detail", album))
        with django_assert_max_num_queries(29) as queries:
            answer = alice.get(page("detail", album))
        following = answer.context["next_url"]
        with django_assert_max_num_queries(20) as more:
            alice.get(following, headers=part("more"))
        prices.append((len(queries), len(more)))
        sizes.append(len(answer.content))
    assert prices[0] == prices[1]
    assert sizes[1] - sizes[0] < 500
